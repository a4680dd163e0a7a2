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

/** A statement that is asked for one row by one value. Its columns differ in name: a driver may know them by it alone. */
export interface RowStatement {
  /** Returns the values of the row in the order of its columns. */
  get(value: SqlValue): SqlValue[] | undefined;
}

export type DriverName = "better-sqlite3" | "node:sqlite";

export interface Database {
  prepare(sql: string): Statement;
  /** As `prepare`, without the cost of an object that names each column. */
  prepareRow(sql: string): RowStatement;
  exec(sql: string): void;
  close(): void;
  readonly driver: DriverName;
}

const require = createRequire(import.meta.url);

/** Returns an open database. @throws {Error} that says what to do when no driver loads or the file cannot be opened. */
export function openDatabase(file: string, wanted?: DriverName): Database {
  const { open, rows, driver } = loadDriver(wanted);
  try {
    const database = open(file);
    const prepareRow = (sql: string) => rows(database.prepare(sql));
    return Object.assign(database, { driver, prepareRow });
  } catch (cause) {
    throw new Error(`Cannot open the database file ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Returns the drivers that load here, the preferred one first. */
export function availableDrivers(): DriverName[] {
  return loadDrivers().map(({ driver }) => driver);
}

interface Loaded {
  readonly open: (file: string) => Omit<Database, "driver" | "prepareRow">;
  /** Makes a statement of the driver return arrays. */
  readonly rows: (statement: Statement) => RowStatement;
  readonly driver: DriverName;
}
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
    const rows = (statement: Statement) => (statement as unknown as { raw(): RowStatement }).raw();
    return { open: (file) => new Better(file), rows, driver: "better-sqlite3" };
  } catch {
    return undefined;
  }
}

function loadNodeSqlite(): Loaded | undefined {
  try {
    const { DatabaseSync } = require("node:sqlite");
    return { open: (file) => new DatabaseSync(file), rows: valuesOf, driver: "node:sqlite" };
  } catch {
    return undefined;
  }
}

function valuesOf(statement: Statement): RowStatement {
  return {
    get: (value) => {
      const row = statement.get(value);
      return row && Object.values(row);
    },
  };
}
