/** The SQLite store as a guest on the application's connection: it changes no setting and holds up nobody. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, it } from "vitest";
import { SqliteTokenStore } from "../../src/stores/sqlite.js";

const folders: string[] = [];
const connections: Database.Database[] = [];
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function fileOfOnesOwn(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-sqlite-"));
  folders.push(folder);
  return join(folder, "tokens.db");
}
function connect(path: string, timeout?: number): Database.Database {
  const connection = new Database(path, timeout === undefined ? {} : { timeout });
  connections.push(connection);
  return connection;
}
const pragmas = [
  "busy_timeout",
  "journal_mode",
  "synchronous",
  "foreign_keys",
  "cache_size",
  "temp_store",
  "locking_mode",
];
const settingsOf = (db: Database.Database) =>
  pragmas.map((name) => [name, db.pragma(name, { simple: true })]);

describe("a connection given to the store", () => {
  it.each([undefined, 0, 1234])(
    "keeps its settings, with a timeout of %s, also when a statement fails",
    async (timeout) => {
      const path = fileOfOnesOwn();
      const db = connect(path, timeout);
      const before = settingsOf(db);
      const store = new SqliteTokenStore(db);
      expect(settingsOf(db)).toEqual(before);
      await store.write("u", 0, "a");
      await store.read("u");
      expect(settingsOf(db)).toEqual(before);
      db.exec("DROP TABLE countersign_tokens");
      await expect(store.read("u")).rejects.toThrow("no such table");
      expect(settingsOf(db)).toEqual(before);
    },
  );
});

describe("while another process writes", () => {
  it.each([undefined, 0, 5000])("the event loop goes on, with a timeout of %s", async (timeout) => {
    const path = fileOfOnesOwn();
    const store = new SqliteTokenStore(connect(path, timeout));
    await store.write("u", 0, "a");
    const other = connect(path);
    other.exec("BEGIN EXCLUSIVE");
    let turns = 0;
    let isWritten = false;
    const write = store.write("u", 1, "b").finally(() => {
      isWritten = true;
    });
    const read = store.read("u");
    while (turns < 20) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(isWritten).toBe(false);
    other.exec("COMMIT");
    expect(await write).toBe(true);
    expect((await read).value).toMatch(/^[ab]$/);
  });

  it("two stores that make their table at once both get there", async () => {
    const path = fileOfOnesOwn();
    const other = connect(path);
    other.exec("BEGIN EXCLUSIVE");
    const reads = [connect(path, 0), connect(path, 0)].map((db) => new SqliteTokenStore(db).read("u"));
    await new Promise((resolve) => setImmediate(resolve));
    other.exec("COMMIT");
    expect(await Promise.all(reads)).toEqual(Array(2).fill({ version: 0, value: undefined }));
  });
});
