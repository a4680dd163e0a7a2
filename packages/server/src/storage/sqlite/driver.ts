/**
 * The SQLite driver: better-sqlite3 where its binary loads, else the `node:sqlite` of newer Node lines. Both are
 * synchronous and alike in the few calls used here.
 */
import { createRequire } from "node:module";

export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Record<string, SqlValue>;

export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

export type DriverName = "better-sqlite3" | "node:sqlite";

export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
  readonly driver: DriverName;
}

const require = createRequire(import.meta.url);

/** Returns an open database. @throws {Error} that says what to do when no driver loads or the file cannot be opened. */
export function openDatabase(file: string, wanted?: DriverName): Database {
  const { open, driver } = loadDriver(wanted);
  try {
    return Object.assign(open(file), { driver });
  } catch (cause) {
    throw new Error(`Cannot open the database file ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Returns the drivers that load here, the preferred one first. */
export function availableDrivers(): DriverName[] {
  return loadDrivers().map(({ driver }) => driver);
}

type Loaded = { open: (file: string) => Omit<Database, "driver">; driver: DriverName };
let loaded: Loaded[] | undefined;

function loadDrivers(): Loaded[] {
  loaded ??= [loadBetterSqlite3(), loadNodeSqlite()].filter((found) => found !== undefined);
  return loaded;
}

function loadDriver(wanted: DriverName | undefined): Loaded {
  const found = loadDrivers().find(({ driver }) => wanted === undefined || driver === wanted);
  if (found) return found;
  throw new Error(
    "No SQLite driver loads: better-sqlite3 was not built (npm needs python3, make and a C++ compiler where no prebuilt binary fits), and this Node has no node:sqlite (22.13 and newer do). Use Node 22.13 or newer, or run `npm rebuild better-sqlite3`.",
  );
}

function loadBetterSqlite3(): Loaded | undefined {
  try {
    const Better = require("better-sqlite3");
    new Better(":memory:").close();
    return { open: (file) => new Better(file), driver: "better-sqlite3" };
  } catch {
    return undefined;
  }
}

function loadNodeSqlite(): Loaded | undefined {
  try {
    const { DatabaseSync } = require("node:sqlite");
    return { open: (file) => new DatabaseSync(file), driver: "node:sqlite" };
  } catch {
    return undefined;
  }
}
