/** What every command on a configured server begins with: configuration, storage, keys. */

import { type Config, loadConfig } from "../config.js";
import { KeyRing } from "../crypto/key-ring.js";
import { pooledRandomBytes } from "../crypto/random.js";
import type { CommitWatch } from "../storage/commit-watch.js";
import type { Storage } from "../storage/port/storage.js";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.js";

export interface Opened {
  readonly config: Config;
  readonly storage: Storage;
  readonly ring: KeyRing;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

export const configOption = { config: { type: "string", short: "c" } } as const;
export const configUsage =
  "  --config FILE   keys of .env.example (in the package), one KEY=value per line; the environment wins";

/** From this on a node goes by the database's clock, in milliseconds: less is what networks and NTP leave. */
const toleratedSkewMilliseconds = 5000;

/**
 * Returns the clock that all nodes of a database share. One whose own is an hour off would else delete codes that live,
 * refuse tokens that are good and take reuse for a retry.
 */
export function sharedClock(own: () => number, storage: Pick<Storage, "clockAhead">): () => number {
  return () => {
    const ahead = storage.clockAhead?.() ?? 0;
    return Math.abs(ahead) < toleratedSkewMilliseconds ? own() : own() - Math.round(ahead);
  };
}

export interface OpenOptions {
  /** Only `migrate`, and `serve` if it is configured so, change the schema of a database that has one. @default false */
  readonly mayMigrate?: boolean;
  /** Is told of what works but not as it should. @default standard error */
  readonly warn?: (message: string) => void;
  /** Is told of commits. @default nobody */
  readonly watch?: CommitWatch | undefined;
}

/** @throws {ConfigFault} and faults of opening the database. */
export async function openConfigured(file: string | undefined, options: OpenOptions = {}): Promise<Opened> {
  const config = loadConfig(process.env, file);
  const storage = await openWhenThere(config, options);
  // The first act must not go by a clock that the database knows to be wrong. One that does not answer now, /ready tells.
  if (storage.clockAhead !== undefined) await storage.ping().catch(() => {});
  return {
    config,
    storage,
    ring: new KeyRing(config.secrets),
    now: sharedClock(Date.now, storage),
    randomBytes: pooledRandomBytes(),
  };
}

/** Between one attempt to reach a database that is to be waited for and the next, in milliseconds. */
const waitMilliseconds = 500;

/** Errors of a way that leads nowhere yet, and of a server that starts (57P03) or has no room (53300). */
const notThereYet =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|57P03|53300)$/;

async function openWhenThere(config: Config, options: OpenOptions): Promise<Storage> {
  const until = Date.now() + config.databaseWaitSeconds * 1000;
  for (;;) {
    try {
      return await openStorage(config, options);
    } catch (error) {
      if (!mayCome(error) || Date.now() + waitMilliseconds > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMilliseconds));
    }
  }
}

/** Of several servers the last error is the cause of what was said of all. */
function mayCome(error: unknown): boolean {
  const { code = "", message = "", cause } = error as Error & { code?: string };
  return notThereYet.test(code) || /timeout/.test(message) || (cause !== undefined && mayCome(cause));
}

/** Runs `work` on the configured storage and closes it. */
export async function withConfigured<T>(
  file: string | undefined,
  work: (opened: Opened) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const opened = await openConfigured(file, options);
  try {
    return await work(opened);
  } finally {
    await opened.storage.close();
  }
}

export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

/** Returns the storage that a configuration names. */
export async function openStorage(config: Config, options: OpenOptions = {}): Promise<Storage> {
  const { mayMigrate = false, watch, warn = (message) => console.error(`countersign: ${message}`) } = options;
  if (!isPostgres(config.database)) return openSqliteStorage(config.database, { mayMigrate, watch });
  // Loaded only where it is used: a node on SQLite does not pay for the PostgreSQL driver.
  const { openPostgresStorage } = await import("../storage/postgres/postgres-storage.js");
  const { database: url, poolSize, statementTimeoutMilliseconds, startupOptions } = config;
  const limits = { poolSize, statementTimeoutMilliseconds, startupOptions };
  return openPostgresStorage({ url, ...limits, mayMigrate, now: Date.now, warn, watch });
}
