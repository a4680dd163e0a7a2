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

/**
 * Tokens in a SQLite table, shared by every process of the machine that opens the file. Each verb is one statement.
 * For tokens that survive a power failure leave `synchronous` at FULL.
 */
export class SqliteTokenStore implements TokenStore {
  readonly #db: SqliteConnection;
  readonly #table: string;

  /** Throws InvalidArgumentError for an unusable table name, and whatever the driver throws. */
  constructor(db: SqliteConnection, options: SqlStoreOptions = {}) {
    this.#db = db;
    this.#table = checkTableName(options.table);
    // Another process may hold the write lock for a moment; node:sqlite would fail at once.
    db.exec("PRAGMA busy_timeout = 5000");
    if (options.createTable !== false) {
      db.exec(
        `CREATE TABLE IF NOT EXISTS ${this.#table} (user_id TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT)`,
      );
    }
  }

  async read(key: string): Promise<StoredEntry> {
    const row = this.#db.prepare(`SELECT version, value FROM ${this.#table} WHERE user_id = ?`).get(key) as
      | { version: number; value: string | null }
      | null
      | undefined;
    return { version: Number(row?.version ?? 0), value: row?.value ?? undefined };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    const sql =
      expectedVersion === 0
        ? `INSERT INTO ${this.#table} (value, user_id, version) VALUES (?, ?, ? + 1) ON CONFLICT DO NOTHING`
        : `UPDATE ${this.#table} SET value = ?, version = version + 1 WHERE user_id = ? AND version = ?`;
    const result = this.#db.prepare(sql).run(value ?? null, key, expectedVersion) as {
      changes: number | bigint;
    };
    return Number(result.changes) === 1;
  }
}
