/**
 * The authorization server as a library: mounted in a program of your own, with its log, its storage, and its own sign-in
 * if it has one.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { sessionSeconds, startSession } from "./accounts/login.js";
import { type CountersignApp, createCountersign } from "./app.js";
import { faultInSecret, KeyRing } from "./crypto/key-ring.js";
import { pooledRandomBytes } from "./crypto/random.js";
import type { RateLimits } from "./limits/rate-limit.js";
import { type Log, silentLog } from "./log.js";
import type { Profile } from "./oauth/profile/profile.js";
import { profiles } from "./oauth/profile/profiles.js";
import type { Storage } from "./storage/port/storage.js";
import { startPurging } from "./storage/purging.js";

export { type AccountDeps, createAccount, type NewAccount } from "./accounts/create-account.js";
export { type AppDeps, createApp, type NewApp } from "./apps/create-app.js";
export type { KeyRing } from "./crypto/key-ring.js";
export type { RateLimit, RateLimits } from "./limits/rate-limit.js";
export type { Log, LogFields } from "./log.js";
export * from "./storage/port/acts.js";
export * from "./storage/port/audit.js";
export * from "./storage/port/operators.js";
export * from "./storage/port/paging.js";
export * from "./storage/port/records.js";
export * from "./storage/port/storage.js";
export { openPostgresStorage, type PostgresOptions } from "./storage/postgres/postgres-storage.js";
export { openSqliteStorage, type SqliteOptions } from "./storage/sqlite/sqlite-storage.js";

export interface AuthorizationServerOptions {
  /** The address that users and apps reach it by, `https://sign.example.com`. It may have a path, which all routes then begin with. */
  readonly issuer: string;
  /** The secrets that all keys derive from, the one that signs first; at least 32 characters each. */
  readonly secrets: readonly string[];
  /** One of `openSqliteStorage` and `openPostgresStorage`, or your own behind the same port. */
  readonly storage: Storage;
  /** @default "standard" */
  readonly profile?: Profile["name"];
  /** @default nothing is logged */
  readonly log?: Log;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. @default none */
  readonly trustProxy?: readonly string[];
  /** @default no limits */
  readonly rateLimits?: RateLimits;
  /**
   * Where a person signs in, on a page of yours: it gets where to go on as `return_to`, a path of this server. When you know
   * who it is, answer with the cookies of `signIn` and a redirect to there. @default the built-in page
   */
  readonly signInUrl?: string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface AuthorizationServer {
  /** Whether a request is for one of the server's paths. */
  handles(request: IncomingMessage): boolean;
  /**
   * Answers a request, which nobody may have read the body of. What is not for this server goes to `next`, if there is one.
   * A middleware for Express, and a listener for `node:http`.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;
  /** Returns the Set-Cookie headers that sign an account of the storage in. @throws {Error} if there is none, or it is locked. */
  signIn(accountId: string): Promise<string[]>;
  /** What `createApp` and `createAccount` need. */
  readonly deps: Pick<CountersignApp["context"], "storage" | "ring" | "now" | "randomBytes">;
  /** Stops purging. The storage is yours to close. */
  close(): Promise<void>;
}

/** How long audit events are kept, in days. */
const auditDays = 400;

/** @throws {Error} if a secret is too weak, or the issuer is no address. */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { storage, log = silentLog, now = Date.now, secrets, signInUrl } = options;
  const issuer = issuerOf(options.issuer);
  const fault = secrets.map(faultInSecret).find((one) => one !== undefined);
  if (fault !== undefined) throw new Error(`secrets: one ${fault}`);
  const profile = profiles[options.profile ?? "standard"];
  const app = createCountersign({
    profile,
    storage,
    log,
    now,
    ring: new KeyRing(secrets),
    randomBytes: pooledRandomBytes(),
    issuer: () => issuer,
    basePath: issuer.slice(new URL(issuer).origin.length),
    ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }),
    ...(options.rateLimits !== undefined && { rateLimits: options.rateLimits }),
    ...(signInUrl !== undefined && { signInUrl }),
  });
  await app.server.ready();
  const purging = startPurging(storage, { familySeconds: profile.familySeconds, auditDays }, now, log);
  const handles = (request: IncomingMessage) => isRoute(app, request);
  const { context } = app;
  return {
    handles,
    handler: (request, response, next) => {
      if (next !== undefined && !handles(request)) next();
      else app.server.routing(request, response);
    },
    signIn: (accountId) => sessionCookies(app, accountId),
    deps: context,
    close: async () => {
      purging.stop();
      await app.drain();
    },
  };
}

/** RFC 8414 §2: an issuer has no query and no fragment; it is compared as text, so it never ends with a slash here. */
function issuerOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`.replace(/\/+$/, "");
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A known path under another method is the server's to refuse. */
function isRoute({ server }: CountersignApp, { url = "/" }: IncomingMessage): boolean {
  const [path = "/"] = url.split("?");
  return methods.some((method) => server.hasRoute({ method, url: path }));
}

async function sessionCookies({ context }: CountersignApp, accountId: string): Promise<string[]> {
  const account = await context.storage.findAccount(accountId);
  if (account === undefined || account.locked)
    throw new Error(`There is no account ${accountId} that may sign in.`);
  const cookies: string[] = [];
  const reply = {
    header: (_name: string, value: string) => {
      cookies.push(value);
      return reply;
    },
  };
  context.cookies.set(reply, "session", await startSession(context, account), sessionSeconds);
  // Another visit: nothing that was planted before the sign-in survives it.
  context.cookies.set(reply, "visit", context.randomBytes(16).toString("base64url"));
  context.audit("login", { accountId });
  return cookies;
}
