/** What a person is told when the emulator has started: addresses first, then how to sign in and what the app needs. */

import type { EmulatorFacts } from "../emulator.js";
import { demoClient, playgroundCallbackPath, playgroundClient } from "../seed/demo.js";
import { oneLine, type Paint } from "./paint.js";

export interface BannerExtras {
  /** The seed file that was read. */
  readonly seedFile: string | undefined;
  /** Whether keeping nothing was asked for. */
  readonly memory: boolean;
  /** Addresses under which other machines reach it; none while it listens on this machine alone. */
  readonly network: readonly string[];
}

const inMemory = "in memory, gone at exit";
const howToKeep = "Node 22.13 or better-sqlite3 keeps it";

/** Most accounts, apps and kept rows listed. */
const mostListed = 8;

export function bannerText(facts: EmulatorFacts, extras: BannerExtras, paint: Paint): string {
  const { url } = facts;
  return [
    "",
    `  ${paint.bold("Countersign")} emulates the Dropbox Sign OAuth API (profile ${facts.profile})`,
    "",
    row(paint, "Playground", paint.bold(`${url}/`)),
    row(paint, "Inspector", paint.bold(`${url}/_emulator`)),
    row(paint, "Authorize", `${url}/oauth/authorize`),
    row(paint, "Token", `${url}/oauth/token   ${paint.dim(`(and ${url}/v3/oauth/token, a 404 live)`)}`),
    row(paint, "API", `${url}/v3/account`),
    ...(facts.httpsUrl === undefined
      ? []
      : [row(paint, "HTTPS", `${facts.httpsUrl}   (trust ${facts.authorityFile})`)]),
    row(paint, "Data", facts.data ?? (extras.memory ? inMemory : `${inMemory} (${howToKeep})`)),
    ...(extras.seedFile === undefined ? [] : [row(paint, "Seed", extras.seedFile)]),
    ...keptLines(facts, paint),
    ...networkLines(extras.network, paint),
    "",
    `  ${paint.bold("Logins")}`,
    ...listed(
      facts.accounts,
      ({ email, password }) =>
        `    ${oneLine(email)}${password === undefined ? "" : `  /  ${oneLine(password)}`}`,
    ),
    "",
    ...appLines(facts, paint),
    `  ${paint.bold("Try")}`,
    `  ${tryLine(facts)}`,
    "",
  ].join("\n");
}

const row = (paint: Paint, name: string, value: string) => `    ${paint.dim(name.padEnd(12))} ${value}`;

function listed<T>(items: readonly T[], line: (item: T) => string): string[] {
  const more = items.length - mostListed;
  return [...items.slice(0, mostListed).map(line), ...(more > 0 ? [`    and ${more} more`] : [])];
}

function appLines({ apps, url }: EmulatorFacts, paint: Paint): string[] {
  const own = apps.filter(({ clientId }) => clientId !== playgroundClient.clientId);
  const lines = listed(own, ({ clientId, clientSecret, callbackUrls, jwks }) => {
    const proof =
      clientSecret ?? (jwks === undefined ? "none: it is public" : "none: it signs with its keys");
    const callbacks = callbackUrls.map((callback) => `\n    callback  ${oneLine(callback)}`).join("");
    return `    client_id ${oneLine(clientId)}   client_secret ${oneLine(proof)}${callbacks}`;
  });
  const isDemo = own.some(
    ({ clientId, callbackUrls }) =>
      clientId === demoClient.clientId && callbackUrls.includes(`${url}${playgroundCallbackPath}`),
  );
  const hint = isDemo
    ? [paint.dim("    Your own app: countersign dev --callback http://localhost:3000/callback")]
    : [];
  return own.length === 0 ? [] : [`  ${paint.bold("App")}`, ...lines, ...hint, ""];
}

function keptLines({ kept }: EmulatorFacts, paint: Paint): string[] {
  const count = (number: number, what: string) =>
    number === 0 ? [] : [`${number} ${what}${number === 1 ? "" : "s"}`];
  const parts = [...count(kept.accounts.length, "account"), ...count(kept.apps.length, "app")];
  if (parts.length === 0) return [];
  return [row(paint, "Kept", `${parts.join(" and ")} of earlier runs; --fresh starts without them`)];
}

function networkLines(network: readonly string[], paint: Paint): string[] {
  if (network.length === 0) return [];
  const warning = "Open to the network: whoever reaches it can sign in with the logins below";
  return ["", `  ${paint.yellow(warning)}`, ...network.map((url) => row(paint, "Network", url))];
}

function tryLine({ url, accounts }: EmulatorFacts): string {
  const key = accounts.find(({ apiKeys }) => apiKeys.length > 0)?.apiKeys[0];
  return key === undefined ? `curl ${url}/health` : `curl -u ${key}: ${url}/v3/account`;
}
