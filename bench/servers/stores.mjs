/** What the peers keep their records in: a Map, or one table, of SQLite or PostgreSQL, that is as durable as ours. */
import { createRequire } from "node:module";

/**
 * Returns get, put and delete of records by key, which may answer later. Each act on a database is its own commit, as in
 * a plain adapter.
 */
export async function openStore(where) {
  if (where === undefined) return memoryStore();
  return where.startsWith("postgres:") ? postgresStore(where) : sqliteStore(where);
}

async function postgresStore(connectionString) {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString, max: 10 });
  await pool.query("CREATE TABLE records (key TEXT PRIMARY KEY, record JSONB NOT NULL)");
  const ask = (name, text, values) => pool.query({ name, text, values });
  const put =
    "INSERT INTO records(key, record) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET record = excluded.record";
  const putMany = "INSERT INTO records(key, record) SELECT * FROM unnest($1::text[], $2::jsonb[])";
  let kept;
  return {
    get: async (key) =>
      (await ask("get", "SELECT record FROM records WHERE key = $1", [key])).rows[0]?.record,
    put: async (key, record) => {
      if (kept) kept.push([key, JSON.stringify(record)]);
      else await ask("put", put, [key, JSON.stringify(record)]);
    },
    delete: async (key) => (await ask("delete", "DELETE FROM records WHERE key = $1", [key])).rowCount > 0,
    begin: () => {
      kept = [];
    },
    end: async () => {
      await pool.query(putMany, [kept.map(([key]) => key), kept.map(([, record]) => record)]);
      kept = undefined;
    },
  };
}

function memoryStore() {
  const records = new Map();
  return {
    get: (key) => records.get(key),
    put: (key, record) => void records.set(key, record),
    delete: (key) => records.delete(key),
    begin: () => {},
    end: () => {},
  };
}

function sqliteStore(file) {
  // Where the server has it, so that both run the same build of SQLite.
  const Database = createRequire(new URL("../../packages/server/package.json", import.meta.url))(
    "better-sqlite3",
  );
  const database = new Database(file);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 16000"])
    database.pragma(pragma);
  database.exec("CREATE TABLE records (key TEXT PRIMARY KEY, record TEXT NOT NULL)");
  const get = database.prepare("SELECT record FROM records WHERE key = ?").pluck();
  const put = database.prepare("INSERT OR REPLACE INTO records(key, record) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM records WHERE key = ?");
  return {
    get: (key) => {
      const record = get.get(key);
      return record === undefined ? undefined : JSON.parse(record);
    },
    put: (key, record) => void put.run(key, JSON.stringify(record)),
    delete: (key) => remove.run(key).changes > 0,
    /** For preparing: all acts until `end` are one commit. */
    begin: () => void database.exec("BEGIN"),
    end: () => void database.exec("COMMIT"),
  };
}
