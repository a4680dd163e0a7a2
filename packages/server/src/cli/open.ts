/** What every command on a configured server begins with: configuration, storage, keys. */

import { type Config, loadConfig } from "../config.js";
import { KeyRing } from "../crypto/key-ring.js";
import { pooledRandomBytes } from "../crypto/random.js";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.js";
import type { Storage } from "../storage/storage.js";

export interface Opened {
  readonly config: Config;
  readonly storage: Storage;
  readonly ring: KeyRing;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

export const configOption = { config: { type: "string", short: "c" } } as const;
export const configUsage =
  "  --config FILE   keys of .env.example (in the package), one KEY=value a line; the environment wins";

/** @throws {ConfigFault} and faults of opening the database. */
export async function openConfigured(file: string | undefined): Promise<Opened> {
  const config = loadConfig(process.env, file);
  const storage = await openStorage(config);
  return {
    config,
    storage,
    ring: new KeyRing(config.secrets),
    now: Date.now,
    randomBytes: pooledRandomBytes(),
  };
}

/** Runs `work` on the configured storage and closes it. */
export async function withConfigured<T>(
  file: string | undefined,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const opened = await openConfigured(file);
  try {
    return await work(opened);
  } finally {
    await opened.storage.close();
  }
}

export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

/** Returns the storage that a configuration names, brought to the schema of this build. */
export async function openStorage(config: Config): Promise<Storage> {
  if (!isPostgres(config.database)) return openSqliteStorage(config.database);
  // Loaded only where it is used: a node on SQLite does not pay for the PostgreSQL driver.
  const { openPostgresStorage } = await import("../storage/postgres/postgres-storage.js");
  const { database: url, poolSize, statementTimeoutMilliseconds } = config;
  return openPostgresStorage({ url, poolSize, statementTimeoutMilliseconds });
}
