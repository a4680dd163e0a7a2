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
export const postgresStore = (url: string) => new PostgresTokenStore(new pg.Pool({ connectionString: url }));

/** Any number of machines. Turn on the append-only file. */
export const redisStore = (url: string) => new RedisTokenStore(new Redis(url));

/** Any of them, encrypted. Put a new key first to rotate; drop the old one when nothing is left under it. */
export const encryptedStore = (store: TokenStore, today: Uint8Array, older: Uint8Array) =>
  new EncryptedTokenStore(store, [
    { id: "2027", key: today },
    { id: "2026", key: older },
  ]);
