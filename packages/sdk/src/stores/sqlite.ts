/** Tokens in a SQLite table, over the drivers that Node and Bun have. */
import { checkTableName, type SqlStoreOptions } from "./sql.js";
import type { StoredEntry, TokenStore } from "./store.js";

export type { SqlStoreOptions };

/** What is used of a SQLite connection: `better-sqlite3`, `node:sqlite` and `bun:sqlite` have it. */
export interface SqliteConnection {
  /** Runs statements without values. */
  exec(sql: string): unknown;
  /** A statement to run with values. */
  prepare(sql: string): {
    /** The first row, or nothing. */
    get(...values: unknown[]): unknown;
    /** How many rows were changed. */
    run(...values: unknown[]): { changes: number | bigint } | unknown;
  };
}

/** Milliseconds that a verb waits for another process's write, in steps that grow to the longest. */
const lockedMilliseconds = 5000;
const longestStepMilliseconds = 50;

/**
 * Tokens in a SQLite table, shared by every process of the machine that opens the file. Each verb is one statement.
 * While another process writes, a verb waits up to five seconds without holding up the event loop, whatever the
 * connection's own `busy_timeout`; every setting of the connection stays as it is. Give the store a connection of its own
 * where the application holds transactions open: a statement belongs to whichever transaction its connection is in.
 * For tokens that survive a power failure leave `synchronous` at FULL.
 */
export class SqliteTokenStore implements TokenStore {
  readonly #db: SqliteConnection;
  readonly #table: string;
  #ready: Promise<unknown> | undefined;

  /** The table is made at the first use. @throws {InvalidArgumentError} for an unusable table name. */
  constructor(db: SqliteConnection, options: SqlStoreOptions = {}) {
    this.#db = db;
    this.#table = checkTableName(options.table);
    if (options.createTable === false) this.#ready = Promise.resolve();
  }

  async read(key: string): Promise<StoredEntry> {
    await this.#prepare();
    const sql = `SELECT version, value FROM ${this.#table} WHERE user_id = ?`;
    const row = (await this.#act(() => this.#db.prepare(sql).get(key))) as
      | { version: number; value: string | null }
      | null
      | undefined;
    return { version: Number(row?.version ?? 0), value: row?.value ?? undefined };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    await this.#prepare();
    const sql =
      expectedVersion === 0
        ? `INSERT INTO ${this.#table} (value, user_id, version) VALUES (?, ?, ? + 1) ON CONFLICT DO NOTHING`
        : `UPDATE ${this.#table} SET value = ?, version = version + 1 WHERE user_id = ? AND version = ?`;
    const result = (await this.#act(() =>
      this.#db.prepare(sql).run(value ?? null, key, expectedVersion),
    )) as { changes: number | bigint };
    return Number(result.changes) === 1;
  }

  #prepare(): Promise<unknown> {
    const sql = `CREATE TABLE IF NOT EXISTS ${this.#table} (user_id TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT)`;
    this.#ready ??= this.#act(() => this.#db.exec(sql)).catch((error: unknown) => {
      this.#ready = undefined; // the next use tries again
      throw error;
    });
    return this.#ready;
  }

  /** The result of one statement, as soon as no other process is in its way. */
  async #act<Result>(statement: () => Result): Promise<Result> {
    for (let waited = 0, step = 1; ; step = Math.min(step * 2, longestStepMilliseconds)) {
      try {
        return this.#withoutWaiting(statement);
      } catch (error) {
        if (!isLocked(error) || waited >= lockedMilliseconds) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, step));
      waited += step;
    }
  }

  // The drivers wait for a lock within the call, and nothing else runs meanwhile. Their limit is put aside for this one
  // statement; nobody sees it changed, because nobody runs before it is back.
  #withoutWaiting<Result>(statement: () => Result): Result {
    const row = this.#db.prepare("PRAGMA busy_timeout").get() as { timeout: number } | null | undefined;
    const limit = Number(row?.timeout ?? 0);
    if (limit === 0) return statement();
    this.#db.exec("PRAGMA busy_timeout = 0");
    try {
      return statement();
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${limit}`);
    }
  }
}

/** SQLITE_BUSY or SQLITE_LOCKED, as better-sqlite3, bun:sqlite and node:sqlite say it. */
function isLocked(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return /^SQLITE_(BUSY|LOCKED)/.test(String(code)) || [5, 6].includes(Number(errcode) & 0xff);
}
