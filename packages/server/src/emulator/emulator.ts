/** The emulator: the authorization server with a demo to click through. Loaded by `countersign dev` and by tests alone. */
import { randomBytes as systemRandomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type CountersignApp, createCountersign } from "../app.js";
import { keptSecret } from "../crypto/kept-secret.js";
import { KeyRing } from "../crypto/key-ring.js";
import { sendPage } from "../http/responses.js";
import type { Log } from "../log.js";
import { type Profile, profiles } from "../profile.js";
import { applySeed } from "../seed/apply.js";
import {
  demoApiKey,
  demoClient,
  demoLogins,
  demoSeed,
  playgroundApp,
  playgroundCallbackPath,
  playgroundClient,
} from "../seed/demo.js";
import { parseSeed, type Seed } from "../seed/parse.js";
import { startPurging } from "../storage/purging.js";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.js";
import type { Storage } from "../storage/storage.js";
import { registerPlayground } from "./playground/register.js";

export interface EmulatorOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** The folder data is kept in; undefined keeps nothing. */
  readonly data: string | undefined;
  readonly seedFile?: string | undefined;
  readonly profile?: Profile["name"] | undefined;
  readonly log: Log;
  readonly now?: () => number;
  readonly randomBytes?: (count: number) => Buffer;
}

export interface Emulator {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  readonly app: CountersignApp;
  /** What a person is told at start. */
  banner(): string;
  close(): Promise<void>;
}

/** Starts an emulator and returns it listening. @throws {SeedFault} and faults of opening the port or the data. */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const seed = options.seedFile === undefined ? undefined : readSeed(options.seedFile);
  const profile = profiles[options.profile ?? seed?.profile ?? "dropbox-sign"];
  const { storage, ring } = openData(options.data);
  let url = baseUrl(options.host, options.port);
  const now = options.now ?? Date.now;
  const randomBytes = options.randomBytes ?? systemRandomBytes;
  const app = createCountersign({
    profile,
    storage,
    ring,
    log: options.log,
    now,
    randomBytes,
    issuer: () => url,
    demoLogins: seed ? [] : demoLogins,
  });
  addPlayground(app, { seed, url: () => url, profileName: profile.name });
  const plant = () => applySeed(app.context, seed ? withPlayground(seed, url) : demoSeed(url));
  try {
    // Whoever sees /health answer finds the seed applied; only a port the system chose has to be known first.
    if (options.port !== 0) await plant();
    await app.server.listen({ port: options.port, host: options.host });
    if (options.port === 0) {
      url = baseUrl(options.host, (app.server.server.address() as AddressInfo).port);
      await plant();
    }
  } catch (error) {
    await app.server.close();
    await storage.close();
    throw listenFault(error, options);
  }
  const purging = startPurging(storage, { ...profile, auditDays: 30 }, now, options.log);
  return {
    url,
    app,
    banner: () => bannerText(url, profile.name, seed, options.data),
    close: async () => {
      await app.server.close();
      purging.stop();
      await storage.close();
    },
  };
}

/** The demo app's own backend, in a scope of its own: it reads forms, the server beside it reads bytes. */
function addPlayground(
  { server, context }: CountersignApp,
  { seed, url, profileName }: { seed: Seed | undefined; url: () => string; profileName: string },
): void {
  const client = seed === undefined ? demoClient : playgroundClient;
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    registerPlayground(scope, {
      client: {
        ...client,
        get callbackUrl() {
          return `${url()}${playgroundCallbackPath}`;
        },
      },
      demoLogins: context.demoLogins,
      baseUrl: url,
      fetch,
      randomBytes: context.randomBytes,
      now: () => performance.now(),
      profileName,
      respondPage: (reply, page, status) => sendPage(reply, page, status, [url()]),
    });
  });
}

function readSeed(file: string): Seed {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`Cannot read the seed file ${file}: ${(error as Error).message}`);
  }
  return parseSeed(text, file);
}

function openData(folder: string | undefined): { storage: Storage; ring: KeyRing } {
  if (folder === undefined) {
    const secret = systemRandomBytes(32).toString("base64url");
    return { storage: openSqliteStorage(":memory:"), ring: new KeyRing([secret]) };
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ring = new KeyRing([keptSecret(join(folder, "secret"))]);
  return { storage: openSqliteStorage(join(folder, "countersign.db")), ring };
}

function withPlayground(seed: Seed, url: string): Seed {
  const owner = seed.accounts[0]?.email;
  if (owner === undefined) return seed;
  return { ...seed, apps: [...seed.apps, playgroundApp(playgroundClient, owner, url)] };
}

/** A wildcard address is reached by loopback. */
function baseUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function listenFault(error: unknown, { host, port }: EmulatorOptions): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new Error(`Port ${port} on ${host} is in use. Choose another with --port.`);
  if (code === "EACCES")
    return new Error(`Port ${port} on ${host} may not be used by this user. Choose one above 1023.`);
  if (code === "EADDRNOTAVAIL")
    return new Error(`${host} is not an address of this machine. Try --host 127.0.0.1.`);
  return error;
}

function bannerText(url: string, profile: string, seed: Seed | undefined, data: string | undefined): string {
  const logins = seed
    ? seed.accounts.map(({ email }) => `    ${email}`)
    : demoLogins.map(({ email, password }) => `    ${email}  /  ${password}`);
  const curl = seed ? `  curl ${url}/health` : `  curl -u ${demoApiKey}: ${url}/v3/account`;
  const app = seed
    ? []
    : ["  App", `    client_id ${demoClient.clientId}   client_secret ${demoClient.clientSecret}`, ""];
  return [
    "",
    `  Countersign emulates the Dropbox Sign OAuth API (profile ${profile})`,
    "",
    `    Playground   ${url}/`,
    `    Authorize    ${url}/oauth/authorize`,
    `    Token        ${url}/oauth/token   (also ${url}/v3/oauth/token)`,
    `    API          ${url}/v3/account`,
    `    Data         ${data ?? "in memory, gone at exit"}`,
    "",
    "  Logins",
    ...logins,
    "",
    ...app,
    "  Try",
    `  ${curl}`,
    "",
  ].join("\n");
}
