import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { StorageUnavailable } from "../../src/storage/port/storage.js";
import { backupSqlite } from "../../src/storage/sqlite/backup.js";
import { availableDrivers, openDatabase } from "../../src/storage/sqlite/engine/driver.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { createFamily, createPair, hex, newCode, t0 } from "./contract/fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const newFile = () => join(folder, `${hex(4)}.db`);

describe.each(availableDrivers())("SQLite by %s", (driver) => {
  it("answers a write that another process keeps from the file as unavailable, and reads on", async () => {
    const file = newFile();
    const storage = openSqliteStorage(file, { driver, busyTimeoutMilliseconds: 30 });
    const pair = await createPair(storage);
    const other = openDatabase(file, driver);
    other.exec("BEGIN IMMEDIATE");
    const code = newCode(pair);
    await expect(storage.issueCode(code)).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await storage.findAccount(pair.account.id)).toStrictEqual(pair.account);
    other.exec("COMMIT");
    await storage.issueCode(code);
    expect(await storage.findCode(code.hash)).toBeDefined();
    other.close();
    await storage.close();
  });

  it("gets on with everything else while another process keeps a write from the file, and then does it", async () => {
    const file = newFile();
    const storage = openSqliteStorage(file, { driver });
    const pair = await createPair(storage);
    const other = openDatabase(file, driver);
    other.exec("BEGIN IMMEDIATE");
    const code = newCode(pair);
    let done = false;
    const writing = storage.issueCode(code).then(() => {
      done = true;
    });
    for (let turn = 0; turn < 50; turn++)
      expect(await storage.findAccount(pair.account.id)).toStrictEqual(pair.account);
    expect(done).toBe(false);
    other.exec("COMMIT");
    await writing;
    expect(await storage.findCode(code.hash)).toBeDefined();
    other.close();
    await storage.close();
  });

  it.skipIf(process.getuid?.() !== 0)(
    "that may not be written to is refused at the start, with its path",
    async () => {
      const own = mkdtempSync(join(tmpdir(), "countersign-unwritable-"));
      const file = join(own, "a.db");
      await openSqliteStorage(file, { driver }).close();
      chmodSync(file, 0o444);
      chmodSync(own, 0o555);
      process.seteuid?.(65_534);
      try {
        expect(() => openSqliteStorage(file, { driver })).toThrow(`${file}: `);
      } finally {
        process.seteuid?.(0);
        rmSync(own, { recursive: true, force: true });
      }
    },
  );

  it("on a full disk answers what does not fit as unavailable, keeps all it acknowledged, and goes on", async () => {
    const file = newFile();
    const storage = openSqliteStorage(file, { driver });
    const pair = await createPair(storage);
    const pages = Number(storage.database.prepare("PRAGMA page_count").get()?.page_count);
    storage.database.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const codes = Array.from({ length: 300 }, () => newCode(pair, { state: "x".repeat(500) }));
    const kept: string[] = [];
    const refused: string[] = [];
    for (let from = 0; from < codes.length; from += 10) {
      const batch = codes.slice(from, from + 10);
      const results = await Promise.allSettled(batch.map((code) => storage.issueCode(code)));
      for (const [index, result] of results.entries()) {
        (result.status === "fulfilled" ? kept : refused).push(batch[index]!.hash);
        if (result.status === "rejected") expect(result.reason).toBeInstanceOf(StorageUnavailable);
      }
    }
    expect(kept.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const hash of kept) expect(await storage.findCode(hash)).toBeDefined();
    for (const hash of refused) expect(await storage.findCode(hash)).toBeUndefined();
    expect(storage.database.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    storage.database.exec("PRAGMA max_page_count = 1000000");
    await storage.issueCode(codes[299]!.hash === kept.at(-1) ? newCode(pair) : codes[299]!);
    await storage.close();
  });

  it("refuses a file that is not a database, saying which", () => {
    const file = newFile();
    writeFileSync(file, "not a database, whatever its name says".repeat(100));
    expect(() => openSqliteStorage(file, { driver })).toThrow(/not a database/);
    expect(() => openSqliteStorage(join(folder, "no", "such", "folder.db"), { driver })).toThrow(
      /Cannot open/,
    );
  });

  it("is backed up while in use, as it was at that moment, and the copy opens as a database of its own", async () => {
    const storage = openSqliteStorage(newFile(), { driver });
    const pair = await createPair(storage);
    const family = await createFamily(storage, pair);
    const destination = newFile();
    const writing = storage.issueCode(newCode(pair));
    backupSqlite(storage.database, destination);
    await writing;
    await storage.revokeFamily(family, t0);
    expect(statSync(destination).mode & 0o777).toBe(0o600);
    const copy = openSqliteStorage(destination, { driver });
    expect((await copy.findFamily(family))?.family.revokedAt).toBeUndefined();
    await copy.close();
    await storage.close();
  });

  it("is backed up by another process, never over a file that exists, and not from one that does not", async () => {
    const [file, destination] = [newFile(), newFile()];
    const storage = openSqliteStorage(file, { driver });
    const { app } = await createPair(storage);
    backupSqlite(file, destination);
    const copy = openSqliteStorage(destination, { driver });
    expect(await copy.findApp(app.clientId)).toStrictEqual(app);
    await copy.close();
    expect(() => backupSqlite(file, destination)).toThrow(/EEXIST/);
    const missing = newFile();
    expect(() => backupSqlite(missing, newFile())).toThrow(/no database file/);
    expect(existsSync(missing)).toBe(false);
    await storage.close();
  });

  it("leaves no copy behind when the backup fails", async () => {
    const storage = openSqliteStorage(newFile(), { driver });
    const destination = newFile();
    storage.database.exec("BEGIN");
    expect(() => backupSqlite(storage.database, destination)).toThrow();
    storage.database.exec("ROLLBACK");
    expect(existsSync(destination)).toBe(false);
    await storage.close();
  });
});
