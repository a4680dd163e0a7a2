/**
 * The SQLite driver: better-sqlite3 where it is installed and its binary loads, else the `node:sqlite` of newer Node
 * lines, else, for a database in memory, SQLite as WebAssembly, which needs no binary. All are synchronous and alike in
 * the few calls used here.
 */

import { chmodSync, closeSync, existsSync, fchmodSync, openSync, statSync } from "node:fs";
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

export type DriverName = "better-sqlite3" | "node:sqlite" | "node-sqlite3-wasm";

export interface Database {
  prepare(sql: string): Statement;
  /** As `prepare`, without the cost of an object that names each column. */
  prepareRow(sql: string): RowStatement;
  exec(sql: string): void;
  close(): void;
  readonly driver: DriverName;
}

interface Driver {
  readonly name: DriverName;
  readonly open: (file: string) => Omit<Database, "driver" | "prepareRow">;
  /** Makes a statement of the driver return arrays. */
  readonly rows: (statement: Statement) => RowStatement;
  /** Whether it may be trusted with a file: with its locks, its log and the wait for the disk. */
  readonly opensFiles: boolean;
}

const inMemory = ":memory:";
const require = createRequire(import.meta.url);

/** Returns an open database. @throws {Error} that says what to do when no driver loads or the file cannot be opened. */
export function openDatabase(file: string, wanted?: DriverName): Database {
  const { open, rows, name } = loadDriver(file, wanted);
  try {
    if (file !== inMemory) keepToOwner(file);
    const database = open(file);
    const prepareRow = (sql: string) => rows(database.prepare(sql));
    return Object.assign(database, { driver: name, prepareRow });
  } catch (cause) {
    throw new Error(`Cannot open the database file ${file}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Makes the file its owner's alone, whatever the umask is; -wal and -shm take after it. One that the world may read was
 * made by an earlier release, and is closed to it; one that is shared with a group is so by intent.
 */
function keepToOwner(file: string): void {
  if (!existsSync(file)) {
    const descriptor = openSync(file, "a", 0o600);
    fchmodSync(descriptor, 0o600);
    closeSync(descriptor);
    return;
  }
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      if (statSync(one).mode & 0o007) chmodSync(one, 0o600);
    } catch {
      // It is not there, or another user's: the owner of the file decides.
    }
  }
}

/** Returns the drivers that load here, the preferred one first: all, or those that open files. */
export function availableDrivers(use: "files" | "memory" = "files"): DriverName[] {
  return [...drivers()].filter(({ opensFiles }) => opensFiles || use === "memory").map(({ name }) => name);
}

function loadDriver(file: string, wanted: DriverName | undefined): Driver {
  for (const driver of drivers()) {
    const fits = wanted === undefined || driver.name === wanted;
    if (fits && (driver.opensFiles || file === inMemory)) return driver;
  }
  throw new Error(
    `No SQLite driver loads that can keep a file. Use Node 22.13 or newer, which brings one; or run \`npm install better-sqlite3\` (npm needs python3, make and a C++ compiler where no prebuilt binary fits). \`countersign dev --memory\` needs neither.`,
  );
}

const loaded = new Map<() => Driver, Driver | undefined>();

/** Gives the drivers that load, the preferred one first; no further one is read than is asked for. */
function* drivers(): Generator<Driver> {
  for (const load of [loadBetterSqlite3, loadNodeSqlite, loadWebAssembly]) {
    if (!loaded.has(load)) loaded.set(load, attempt(load));
    const driver = loaded.get(load);
    if (driver) yield driver;
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** Returns the driver if the package is installed and its binary loads. */
function loadBetterSqlite3(): Driver {
  const Better = require("better-sqlite3");
  new Better(":memory:").close();
  return {
    name: "better-sqlite3",
    open: (file) => new Better(file),
    rows: (statement) => (statement as unknown as { raw(): RowStatement }).raw(),
    opensFiles: true,
  };
}

/** Returns the driver if this Node has it: 22.13 and newer do. */
function loadNodeSqlite(): Driver {
  const { DatabaseSync } = withoutWarning(() => require("node:sqlite"));
  return {
    name: "node:sqlite",
    open: (file) => new DatabaseSync(file),
    rows: valuesOf,
    opensFiles: true,
  };
}

/** Returns the driver, which loads everywhere. It has neither WAL nor locks between processes that can be relied on. */
function loadWebAssembly(): Driver {
  const { Database } = require("node-sqlite3-wasm");
  return {
    name: "node-sqlite3-wasm",
    open: (file) => {
      const database = new Database(file);
      return {
        prepare: (sql) => selfClosing(() => database.prepare(sql)),
        exec: (sql) => database.exec(sql),
        close: () => database.close(),
      };
    },
    rows: valuesOf,
    opensFiles: false,
  };
}

/** Node 22 and 24 call their SQLite experimental. What is used of it passes the contract; a user can do nothing about it. */
function withoutWarning<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

interface WebAssemblyStatement {
  run(values: SqlValue[]): { changes: number };
  all(values: SqlValue[]): SqlRow[];
  finalize(): void;
}

/** A statement that failed, or one left at a row, stays open and with it its table: neither is left so. */
function selfClosing(prepare: () => WebAssemblyStatement): Statement {
  let statement: WebAssemblyStatement | undefined = prepare();
  const use = <T>(work: (statement: WebAssemblyStatement) => T): T => {
    statement ??= prepare();
    try {
      return work(statement);
    } catch (error) {
      // Closing a statement that failed reports its failure a second time.
      attempt(() => statement?.finalize());
      statement = undefined;
      throw error;
    }
  };
  return {
    run: (...values) => use((it) => it.run(values)),
    get: (...values) => use((it) => it.all(values)[0]),
    all: (...values) => use((it) => it.all(values)),
  };
}

function valuesOf(statement: Statement): RowStatement {
  return {
    get: (value) => {
      const row = statement.get(value);
      return row && Object.values(row);
    },
  };
}
