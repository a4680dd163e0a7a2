import Database from "better-sqlite3";
import { Redis } from "ioredis";
import pg from "pg";
import { FileTokenStore } from "../../src/stores/file.js";
import { PostgresTokenStore } from "../../src/stores/postgres.js";
import { RedisTokenStore } from "../../src/stores/redis.js";
import { SqliteTokenStore } from "../../src/stores/sqlite.js";
import type { TokenStore } from "../../src/stores/store.js";
import type { StoreAddress } from "./shared-stores.js";

export interface OpenStore {
  store: TokenStore;
  close(): Promise<unknown>;
}

/** A store at this address, with a connection of its own. */
export function openStore({ kind, where }: StoreAddress): OpenStore {
  if (kind === "file") return { store: new FileTokenStore(where), close: async () => {} };
  if (kind === "sqlite") {
    const db = new Database(where);
    db.pragma("journal_mode = WAL");
    return { store: new SqliteTokenStore(db), close: async () => db.close() };
  }
  if (kind === "postgres") {
    const pool = new pg.Pool({ connectionString: where, max: 4 });
    pool.on("error", () => {}); // the server may be stopped before the pool is
    return { store: new PostgresTokenStore(pool), close: () => pool.end() };
  }
  const redis = new Redis(where);
  return { store: new RedisTokenStore(redis), close: async () => redis.disconnect() };
}
