/** `countersign dev`: the emulator and its playground, on SQLite or in memory. */

import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { alternatives } from "../alternatives.js";
import { requestView } from "../emulator/control/views.js";
import { usualData, usualFolder } from "../emulator/data-folder.js";
import { createEmulator, type Emulator } from "../emulator/emulator.js";
import { readSeedFile } from "../emulator/seed/file.js";
import { type BannerExtras, bannerText } from "../emulator/terminal/banner.js";
import { type Paint, paintFor, showsColour } from "../emulator/terminal/paint.js";
import { requestLine } from "../emulator/terminal/request-line.js";
import { type Log, textLog } from "../log.js";
import { faultInCallbackUrl } from "../oauth/authorize/redirect-uri.js";
import { loopbackNames } from "../oauth/loopback.js";
import type { Profile } from "../oauth/profile/profile.js";
import { profiles } from "../oauth/profile/profiles.js";
import { openInBrowser } from "./browser.js";
import { runUntilSignal } from "./run.js";
import { seedFileNames } from "./seed-file-names.js";
import { parseOptions, portOf, UsageFault } from "./usage.js";

const usage = `Usage: countersign dev [options]

Your app
  --callback URL where your app listens for the code (repeatable); without it, the playground's
  --seed FILE    accounts and apps to start with (YAML); without it, ${seedFileNames[0]} if it is
                 there (\`countersign init\` writes one), else a built-in demo
  --demo         the built-in demo, whatever files are there
  --profile P    dropbox-sign (as the live service; the default), standard or fapi2
  --live-api-host-token-path
                 answer 404 at /v3/oauth/token, as the live API host does

Addresses
  --port N       port to listen on (PORT, or 4010; 0 lets the system choose)
  --host H       address to listen on (127.0.0.1)
  --public-url U the address that browsers and apps reach it by, where that is another one
  --https        listen with TLS as well, under a certificate made here
  --https-port N port of that listener (4443; 0 lets the system choose)
  --control-host NAME
                 another host name under which /_emulator may be used (repeatable)

Data
  --data DIR     where data is kept (${usualFolder})
  --fresh        drop what an earlier run kept there
  --memory       keep nothing

Output
  --open         open the playground in a browser
  --quiet        no line for each request
  --json         lines of JSON, for programs`;

const options = {
  port: { type: "string" },
  host: { type: "string" },
  "public-url": { type: "string" },
  data: { type: "string" },
  fresh: { type: "boolean" },
  memory: { type: "boolean" },
  seed: { type: "string" },
  demo: { type: "boolean" },
  callback: { type: "string", multiple: true },
  profile: { type: "string" },
  "live-api-host-token-path": { type: "boolean" },
  https: { type: "boolean" },
  "https-port": { type: "string" },
  "control-host": { type: "string", multiple: true },
  open: { type: "boolean" },
  quiet: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>["values"];

export async function dev(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  refuseContradictions(values);
  const write = (line: string) => process.stdout.write(`${line}\n`);
  const log = values.json ? jsonLines(write) : textLog(write, Date.now);
  const seedFile = seedFileOf(values);
  const host = values.host ?? "127.0.0.1";
  const emulator = await createEmulator({
    port: portFrom(values),
    host,
    publicUrl: publicUrlOf(values["public-url"]),
    data: values.memory ? undefined : (values.data ?? usualData()),
    fresh: values.fresh,
    seed: seedFile === undefined ? undefined : readSeedFile(seedFile, process.env),
    callbacks: callbacksOf(values.callback),
    profile: profileNamed(values.profile),
    https: httpsOf(values.https, values["https-port"]),
    controlHosts: (values["control-host"] ?? []).map((name) => name.toLowerCase()),
    liveApiHostTokenPath: values["live-api-host-token-path"],
    // What a request was is told by its record.
    log: { ...log, info: () => {} },
  });
  // Whoever has read that it runs may stop it.
  const stopped = runUntilSignal({ close: () => emulator.close({ drain: true }) }, log);
  if (values.json) tellInJson(emulator, values.quiet, write);
  else
    tellInWords(
      emulator,
      { seedFile, network: networkOf(emulator, host), memory: values.memory ?? false },
      values.quiet,
      write,
    );
  if (values.open) openInBrowser(`${emulator.facts.url}/`, (message) => log.warn({}, message));
  await stopped;
}

function tellInWords(
  emulator: Emulator,
  extras: BannerExtras,
  quiet: boolean | undefined,
  write: (line: string) => void,
): void {
  const paint: Paint = paintFor(showsColour(process.stdout, process.env));
  if (!quiet) emulator.world.log.observe((record) => write(requestLine(record, paint)));
  write(bannerText(emulator.facts, extras, paint));
}

/** One object a line: `ready` with all that a program needs to use it, then each request. */
function tellInJson(
  { facts, world }: Emulator,
  quiet: boolean | undefined,
  write: (line: string) => void,
): void {
  if (!quiet)
    world.log.observe((record) => write(JSON.stringify({ event: "request", ...requestView(record) })));
  const { url, httpsUrl, authorityFile, profile, data } = facts;
  const apps = facts.apps.map(({ clientId, clientSecret, callbackUrls }) => ({
    client_id: clientId,
    client_secret: clientSecret,
    callback_urls: callbackUrls,
  }));
  const accounts = facts.accounts.map(({ email, password }) => ({ email, password }));
  const addresses = { url, https_url: httpsUrl, authority_file: authorityFile };
  write(JSON.stringify({ event: "ready", ...addresses, profile, data, accounts, apps, pid: process.pid }));
}

function jsonLines(write: (line: string) => void): Log {
  const line = (level: string) => (fields: object, message: string) =>
    write(JSON.stringify({ event: "log", level, message, ...fields }));
  return { info: line("info"), warn: line("warn"), error: line("error"), flush: () => {} };
}

function refuseContradictions(values: Values): void {
  const exclusive = [
    ["memory", "data"],
    ["memory", "fresh"],
    ["demo", "seed"],
  ] as const;
  const both = exclusive.find((names) => names.every((name) => values[name] !== undefined));
  if (both) throw new UsageFault(`--${both[0]} and --${both[1]} cannot be used together.`);
}

function portFrom(values: Values): number {
  if (values.port !== undefined) return portOf(values.port);
  return portOf(process.env.PORT || "4010", "the environment variable PORT");
}

function seedFileOf(values: Values): string | undefined {
  if (values.seed !== undefined || values.demo) return values.seed;
  return seedFileNames.find((name) => existsSync(name));
}

function callbacksOf(urls: readonly string[] | undefined): readonly string[] {
  for (const url of urls ?? []) {
    const fault = faultInCallbackUrl(url, { plainHttp: "anywhere" });
    if (fault) throw new UsageFault(`--callback ${url}: ${fault}.`);
  }
  return urls ?? [];
}

function publicUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  if (plain) return url.origin;
  throw new UsageFault(
    `--public-url takes an http or https URL without path, query and user, not "${text}".`,
  );
}

/** A port asks for the listener as well. */
function httpsOf(wanted: boolean | undefined, port: string | undefined): { port: number } | undefined {
  if (!wanted && port === undefined) return undefined;
  return { port: portOf(port ?? "4443", "--https-port") };
}

function profileNamed(name: string | undefined): Profile["name"] | undefined {
  if (name === undefined || Object.hasOwn(profiles, name)) return name as Profile["name"] | undefined;
  throw new UsageFault(`--profile takes ${alternatives(Object.keys(profiles))}, not "${name}".`);
}

/** Returns the addresses under which other machines reach it. */
function networkOf(emulator: Emulator, host: string): string[] {
  if (loopbackNames.has(host) || host === "::1" || host.startsWith("127.")) return [];
  const { port } = new URL(emulator.url);
  if (host !== "0.0.0.0" && host !== "::") return [emulator.url];
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const reachable = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
  return reachable.map(({ address }) => `http://${address}:${port}`);
}
