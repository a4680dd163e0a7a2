/** The storage port on one SQLite file: WAL, synchronous=FULL, reads and writes that go together. */

import type { CommitWatch } from "../commit-watch.js";
import type { Storage } from "../port/storage.js";
import { accountVerbs } from "./accounts.js";
import { appVerbs } from "./apps.js";
import { auditVerbs } from "./audit.js";
import { codeVerbs } from "./codes.js";
import { deviceVerbs } from "./devices.js";
import { Context } from "./engine/context.js";
import { type Database, type DriverName, openDatabase } from "./engine/driver.js";
import { GroupCommit, stillMilliseconds } from "./engine/group-commit.js";
import { GroupRead } from "./engine/group-read.js";
import { migrateSqlite } from "./engine/migrate.js";
import { parsedRows } from "./engine/parsed.js";
import { familyVerbs } from "./families.js";
import { grantVerbs } from "./grants.js";
import { limitVerbs } from "./limits.js";
import { operatorVerbs } from "./operators.js";
import { purgeVerb } from "./purge.js";
import { revokeAllVerb } from "./revocations.js";
import { sqliteMigrations } from "./schema.js";
import { sessionVerbs } from "./sessions.js";

export interface SqliteStorage extends Storage {
  readonly database: Database;
}

export interface SqliteOptions {
  /** @default the first that loads of better-sqlite3 and node:sqlite */
  readonly driver?: DriverName;
  /**
   * How long a write waits for another process that holds the file, before `StorageUnavailable`.
   * @default 5000
   */
  readonly busyTimeoutMilliseconds?: number;
  /**
   * Whether an older schema is brought to that of this build; an empty file is always set up.
   * @default true
   */
  readonly mayMigrate?: boolean;
  /** Is told of the commits that many acts share. @default nobody */
  readonly watch?: CommitWatch | undefined;
}

/**
 * Returns the port on a file, or on memory for `:memory:`, brought to the schema of this build.
 * @throws {Error} when the file cannot be opened or was written by a newer build.
 */
export function openSqliteStorage(file: string, options: SqliteOptions = {}): SqliteStorage {
  const database = openDatabase(file, options.driver);
  try {
    prepare(database, file);
    migrateSqlite(database, sqliteMigrations, options.mayMigrate);
  } catch (error) {
    database.close();
    throw error;
  }
  database.exec(`PRAGMA busy_timeout = ${stillMilliseconds}`);
  const commits = new GroupCommit(database, options.busyTimeoutMilliseconds ?? 5000, options.watch);
  const reads = new GroupRead(database, () => commits.commit());
  const context = new Context(database, commits, reads);
  const parsed = parsedRows(context);
  const ping = context.prepare("SELECT 1");
  return {
    database,
    ...accountVerbs(context, parsed),
    ...appVerbs(context, parsed),
    ...sessionVerbs(context, parsed),
    ...codeVerbs(context),
    ...deviceVerbs(context),
    ...grantVerbs(context, parsed),
    ...familyVerbs(context, parsed),
    ...limitVerbs(context),
    ...auditVerbs(context),
    ...operatorVerbs(context),
    revokeAll: revokeAllVerb(context),
    purge: purgeVerb(context),
    ping: () => context.read(() => void ping.get()),
    close: async () => {
      reads.flush();
      commits.end();
      database.close();
    },
  };
}

/** synchronous=FULL makes a commit in WAL mode wait for its fsync: durable, then answered. */
function configure(database: Database): void {
  // Until requests come, which must not stand still, an opening waits for others that open, migrate or back up.
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
  // The commit that finds so many pages brings them into the file, and everybody waits: four times as many saved no work.
  database.exec("PRAGMA wal_autocheckpoint = 1000");
  database.exec("PRAGMA cache_size = -65536");
  // Pages beyond that cache are read where the system keeps them, without a call and a copy each. Writes do not use it.
  database.exec("PRAGMA mmap_size = 2147418112");
}

/** A file that can be read but not written to would be found out by the first request. @throws {Error} */
function prepare(database: Database, file: string): void {
  try {
    configure(database);
    database.exec("BEGIN IMMEDIATE");
    database.exec("ROLLBACK");
  } catch (cause) {
    throw new Error(
      `Cannot write to the database file ${file}: ${(cause as Error).message}. This process must be able to write the file and its folder.`,
      { cause },
    );
  }
}
