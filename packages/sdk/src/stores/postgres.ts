/** Tokens in a PostgreSQL table, over whatever sends a statement: a pool or a client of `pg`. */
import { checkTableName, type SqlStoreOptions } from "./sql.js";
import type { StoredEntry, TokenStore } from "./store.js";

export type { SqlStoreOptions };

/** What is used of a PostgreSQL client: a `Pool` or `Client` of `pg` has it. */
export interface PostgresClient {
  /** The rows of a statement and how many it touched. */
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** Tokens in a PostgreSQL table, shared by every process of every machine. Each verb is one statement, one round trip. */
export class PostgresTokenStore implements TokenStore {
  readonly #client: PostgresClient;
  readonly #table: string;
  #ready: Promise<unknown> | undefined;

  /**
   * The table is made at the first use.
   *
   * @throws {InvalidArgumentError} for an unusable table name.
   */
  constructor(client: PostgresClient, options: SqlStoreOptions = {}) {
    this.#client = client;
    this.#table = checkTableName(options.table);
    if (options.createTable === false) this.#ready = Promise.resolve();
  }

  async read(key: string): Promise<StoredEntry> {
    await this.#prepare();
    const sql = `SELECT version, value FROM ${this.#table} WHERE user_id = $1`;
    const { rows } = await this.#client.query(sql, [key]);
    const row = rows[0] as { version: number | string; value: string | null } | undefined;
    return { version: Number(row?.version ?? 0), value: row?.value ?? undefined };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    await this.#prepare();
    const sql =
      expectedVersion === 0
        ? `INSERT INTO ${this.#table} (user_id, version, value) VALUES ($1, $2::int + 1, $3) ON CONFLICT DO NOTHING`
        : `UPDATE ${this.#table} SET version = version + 1, value = $3 WHERE user_id = $1 AND version = $2::int`;
    const { rowCount } = await this.#client.query(sql, [key, expectedVersion, value ?? null]);
    return rowCount === 1;
  }

  #prepare(): Promise<unknown> {
    this.#ready ??= this.#createTable().catch((error: unknown) => {
      this.#ready = undefined; // the next use tries again
      throw error;
    });
    return this.#ready;
  }

  async #createTable(): Promise<void> {
    const sql = `CREATE TABLE IF NOT EXISTS ${this.#table} (user_id text PRIMARY KEY, version integer NOT NULL, value text)`;
    try {
      await this.#client.query(sql);
    } catch (error) {
      // Two processes at once: the loser may get a duplicate in the catalogue although it said IF NOT EXISTS.
      const { code } = error as { code?: string };
      if (code !== "23505" && code !== "42P07") throw error;
    }
  }
}
