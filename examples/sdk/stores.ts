import type { TokenStore } from "@countersign/sdk";
import { EncryptedTokenStore } from "@countersign/sdk/stores/encrypted";
import { PostgresTokenStore } from "@countersign/sdk/stores/postgres";
import { RedisTokenStore } from "@countersign/sdk/stores/redis";
import { SqliteTokenStore } from "@countersign/sdk/stores/sqlite";
import Database from "better-sqlite3";
import { Redis } from "ioredis";
import pg from "pg";

/** One machine, a database file that you have anyway. */
export const sqliteStore = (path: string) => new SqliteTokenStore(new Database(path));

/** Any number of machines. The table is made at the first use. */
export function postgresStore(url: string) {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000, keepAlive: true });
  // An idle connection that breaks, as when the database restarts, is an event here; without a listener it ends the process.
  pool.on("error", (error) => console.error("PostgreSQL connection lost:", error.message));
  return new PostgresTokenStore(pool);
}

/** Any number of machines. Turn on the append-only file. */
export function redisStore(url: string) {
  const redis = new Redis(url, { maxRetriesPerRequest: 2 });
  redis.on("error", (error) => console.error("Redis connection lost:", error.message));
  return new RedisTokenStore(redis);
}

/** Any of them, encrypted. Put a new key first to rotate; drop the old one when nothing is left under it. */
export const encryptedStore = (store: TokenStore, today: Uint8Array, older: Uint8Array) =>
  new EncryptedTokenStore(store, [
    { id: "2027", key: today },
    { id: "2026", key: older },
  ]);
