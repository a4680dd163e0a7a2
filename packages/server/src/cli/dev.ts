/** `countersign dev`: the emulator and its playground, on SQLite or in memory. */

import { createEmulator } from "../emulator/emulator.js";
import { textLog } from "../log.js";
import { type Profile, profiles } from "../oauth/profile/profile.js";
import { runUntilSignal } from "./run.js";
import { parseOptions, portOf, UsageFault } from "./usage.js";

const usage = `Usage: countersign dev [options]

  --port N       port to listen on (4010; 0 lets the system choose)
  --host H       address to listen on (127.0.0.1)
  --data DIR     where data is kept (.countersign)
  --memory       keep nothing
  --seed FILE    accounts and apps to start with (YAML); without it, a built-in demo
  --profile P    dropbox-sign (as the live service; the default) or standard
  --https        listen with TLS as well, under a certificate made here
  --https-port N port of that listener (4443; 0 lets the system choose)
  --control-host NAME
                 another host name under which /_emulator may be used (repeatable)
  --quiet        no line for each request`;

const options = {
  port: { type: "string" },
  host: { type: "string" },
  data: { type: "string" },
  memory: { type: "boolean" },
  seed: { type: "string" },
  profile: { type: "string" },
  https: { type: "boolean" },
  "https-port": { type: "string" },
  "control-host": { type: "string", multiple: true },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export async function dev(args: string[]): Promise<void> {
  const { values } = parseOptions(args, options, usage);
  if (values.help) return console.log(usage);
  if (values.memory && values.data !== undefined)
    throw new UsageFault("--memory and --data exclude each other.");
  const log = textLog((line) => process.stdout.write(`${line}\n`), Date.now);
  const emulator = await createEmulator({
    port: portOf(values.port ?? "4010"),
    host: values.host ?? "127.0.0.1",
    data: values.memory ? undefined : (values.data ?? ".countersign"),
    seedFile: values.seed,
    environment: process.env,
    profile: profileNamed(values.profile),
    https: httpsOf(values.https, values["https-port"]),
    controlHosts: (values["control-host"] ?? []).map((name) => name.toLowerCase()),
    log: values.quiet ? { ...log, info: () => {} } : log,
  });
  // Whoever has read that it runs may stop it.
  const stopped = runUntilSignal({ close: () => emulator.close({ drain: true }) }, log);
  process.stdout.write(`${emulator.banner()}\n`);
  await stopped;
}

/** A port asks for the listener as well. */
function httpsOf(wanted: boolean | undefined, port: string | undefined): { port: number } | undefined {
  if (!wanted && port === undefined) return undefined;
  return { port: portOf(port ?? "4443") };
}

function profileNamed(name: string | undefined): Profile["name"] | undefined {
  if (name === undefined || Object.hasOwn(profiles, name)) return name as Profile["name"] | undefined;
  throw new UsageFault(`--profile takes ${Object.keys(profiles).join(" or ")}, not "${name}".`);
}
