/** Owns a server under test: in this process, on a port of its own, in memory, with a clock and a chance of its own. */

import type { AddressInfo } from "node:net";
import { type AppOptions, type CountersignApp, createCountersign } from "../../src/app.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { hashPassword } from "../../src/crypto/passwords.js";
import { applySeed } from "../../src/emulator/seed/apply.js";
import type { Seed, SeedApp } from "../../src/emulator/seed/seed.js";
import { type Log, textLog } from "../../src/log.js";
import type { Profile } from "../../src/oauth/profile/profile.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { seededRandom } from "./random.js";

/** A clock that stands still until it is moved. */
export class Clock {
  #now = Date.UTC(2026, 0, 15, 12, 0, 0);
  readonly now = (): number => this.#now;
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** A log whose lines can be read, as a terminal and as a collector would get them. */
export function recordingLog(now: () => number): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const text = textLog((line) => lines.push(line), now);
  const both =
    (level: "info" | "warn" | "error"): Log["info"] =>
    (fields, message) => {
      text[level](fields, message);
      lines.push(JSON.stringify({ level, message, ...fields }));
    };
  return { lines, info: both("info"), warn: both("warn"), error: both("error"), flush: () => {} };
}

export const jill = { email: "jill@example.com", password: "correct horse battery" };
export const jack = { email: "jack@example.com", password: "purple monkey dishwasher" };
export const jillsApiKey = "a1".repeat(32);
export const callbackUrl = "http://127.0.0.1:9/callback";

export interface TestApp extends SeedApp {
  readonly clientSecret: string;
}

const appDefaults: Omit<SeedApp, "name" | "owner" | "clientId" | "clientSecret"> = {
  callbackUrls: [callbackUrl],
  scopes: ["basic_account_info", "request_signature"],
  approved: true,
  requireClientCredentialsOnRefresh: false,
  public: false,
  refreshTokens: "same",
  accessTokens: "opaque",
  resources: [],
  eventCallbackUrl: undefined,
  jwks: undefined,
};

/** The app of the API's documentation, with the document's own credentials. */
export const demo: TestApp = {
  ...appDefaults,
  name: "Demo app",
  owner: jill.email,
  clientId: "cc91c61d00f8bb2ece1428035716b",
  clientSecret: "1d14434088507ffa390e6f5528465",
};
/** Another app, which must authenticate to refresh. */
export const strict: TestApp = {
  ...demo,
  name: "Strict app",
  clientId: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  clientSecret: "a0b1c2d3e4f5061728394a5b6c7d8e9f",
  requireClientCredentialsOnRefresh: true,
};
/** An app whose scopes do not open `GET /v3/account`. */
export const templates: TestApp = {
  ...demo,
  name: "Template app",
  clientId: "77777777777777777777777777777777",
  clientSecret: "76543210fedcba9876543210fedcba98",
  scopes: ["template_access"],
};
export const unapproved: TestApp = {
  ...demo,
  name: "New app",
  clientId: "22222222222222222222222222222222",
  clientSecret: "23456789abcdef0123456789abcdef01",
  approved: false,
};
export const twoCallbacks: TestApp = {
  ...demo,
  name: "Two callbacks",
  clientId: "33333333333333333333333333333333",
  clientSecret: "3456789abcdef0123456789abcdef012",
  callbackUrls: [callbackUrl, "https://app.example.com/back?tenant=7"],
};

export const seed: Seed = {
  profile: undefined,
  accounts: [
    { ...jill, apiKeys: [jillsApiKey] },
    { ...jack, apiKeys: [] },
  ],
  apps: [demo, strict, templates, unapproved, twoCallbacks],
};

const hashes = new Map<string, Promise<string>>();

/** As the seed says, but a password is hashed once for all servers of a test file. */
async function plant({ context }: CountersignApp, { accounts, ...rest }: Seed): Promise<void> {
  await applySeed(context, { ...rest, accounts: accounts.map((one) => ({ ...one, password: undefined })) });
  for (const { email, password } of accounts) {
    const account = await context.storage.findAccountByEmail(email);
    if (account === undefined || password === undefined) continue;
    const hash = hashes.get(password) ?? hashPassword(password);
    hashes.set(password, hash);
    await context.storage.updateAccount(account.id, { passwordHash: await hash });
  }
}

export interface TestServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly ring: KeyRing;
  readonly app: CountersignApp;
  /** All that was logged so far. */
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

export interface TestServerOptions extends Partial<Pick<AppOptions, "liveApiHostTokenPath" | "observer">> {
  readonly profile?: Profile["name"];
  readonly seed?: Seed;
}

/** Starts a server; the caller closes it. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clock = new Clock();
  const storage = openSqliteStorage(":memory:");
  const ring = new KeyRing(["a secret of the tests, long enough to be one: 0123456789"]);
  const log = recordingLog(clock.now);
  let url = "http://127.0.0.1:0";
  const app = createCountersign({
    ...options,
    profile: profiles[options.profile ?? "dropbox-sign"],
    storage,
    ring,
    log,
    now: clock.now,
    randomBytes: seededRandom("server"),
    issuer: () => url,
  });
  await plant(app, options.seed ?? seed);
  await app.server.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(app.server.server.address() as AddressInfo).port}`;
  return {
    url,
    clock,
    storage,
    ring,
    app,
    logLines: log.lines,
    close: async () => {
      app.server.server.closeAllConnections();
      await app.server.close();
      await storage.close();
    },
  };
}
