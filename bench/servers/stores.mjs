/** What the peers keep their records in: a Map, or one SQLite table that is as durable as ours. */
import { createRequire } from "node:module";

/** Returns get, put and delete of records by key. Each act on SQLite is its own commit, as in a plain adapter. */
export function openStore(file) {
  return file === undefined ? memoryStore() : sqliteStore(file);
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
