/** What shares a transaction on SQLite, and what does not come of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { availableDrivers, type Database, openDatabase } from "../../src/storage/sqlite/engine/driver.js";
import { GroupCommit } from "../../src/storage/sqlite/engine/group-commit.js";
import { GroupRead } from "../../src/storage/sqlite/engine/group-read.js";
import { migrateSqlite } from "../../src/storage/sqlite/engine/migrate.js";
import { sqliteMigrations } from "../../src/storage/sqlite/schema.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { createFamily, createPair, hex, newCode, t0 } from "./contract/fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-together-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const newFile = () => join(folder, `${hex(4)}.db`);

/** A database that only writes down which statements were run; those in `failing` throw. */
function recordingDatabase(failing: readonly string[] = []): { database: Database; statements: string[] } {
  const statements: string[] = [];
  const prepare = (sql: string) => ({
    run: () => {
      statements.push(sql);
      if (failing.includes(sql)) throw new Error("it does not run");
      return { changes: 0 };
    },
    get: () => undefined,
    all: () => [],
  });
  const database = { prepare, prepareRow: prepare, exec: () => {}, close: () => {} };
  return { database: { ...database, driver: "better-sqlite3" }, statements };
}

describe("what arrives together on SQLite", () => {
  it("shares one read transaction, and what follows from the reads one commit, in the same turn of the loop", async () => {
    const { database, statements } = recordingDatabase();
    const commits = new GroupCommit(database, 5000);
    const reads = new GroupRead(database, () => commits.commit());
    const request = async (number: number) => {
      await reads.run(() => statements.push(`read ${number}`));
      await Promise.resolve();
      await commits.run(() => statements.push(`write ${number}`));
    };
    let turns = 0;
    const counting = setImmediate(() => turns++);
    await Promise.all([request(1), request(2)]);
    clearImmediate(counting);
    expect(statements).toEqual([
      ...["BEGIN", "read 1", "read 2", "COMMIT"],
      ...["BEGIN IMMEDIATE", "write 1", "write 2", "COMMIT"],
    ]);
    expect(turns).toBeLessThanOrEqual(1);
  });

  it("does without a read transaction where one read is alone, or where none can be begun", async () => {
    const alone = recordingDatabase();
    await new GroupRead(alone.database, () => {}).run(() => alone.statements.push("read"));
    expect(alone.statements).toEqual(["read"]);
    const refusing = recordingDatabase(["BEGIN"]);
    const reads = new GroupRead(refusing.database, () => {});
    await Promise.all(["a", "b"].map((name) => reads.run(() => refusing.statements.push(name))));
    expect(refusing.statements).toEqual(["BEGIN", "a", "b"]);
  });

  it("leaves no read transaction open that cannot be ended in order", async () => {
    const { database, statements } = recordingDatabase(["COMMIT"]);
    const reads = new GroupRead(database, () => {});
    await Promise.all(["a", "b"].map((name) => reads.run(() => statements.push(name))));
    expect(statements).toEqual(["BEGIN", "a", "b", "COMMIT", "ROLLBACK"]);
  });

  it("tells acts apart by savepoints only after one of them failed", async () => {
    const { database, statements } = recordingDatabase();
    const commits = new GroupCommit(database, 5000);
    const wrong = () => {
      throw new Error("a rule is broken");
    };
    const results = await Promise.allSettled([commits.run(() => "done"), commits.run(wrong)]);
    expect(results).toEqual([
      { status: "fulfilled", value: "done" },
      { status: "rejected", reason: new Error("a rule is broken") },
    ]);
    expect(statements).toEqual([
      ...["BEGIN IMMEDIATE", "ROLLBACK", "BEGIN IMMEDIATE"],
      ...["SAVEPOINT act", "RELEASE act", "SAVEPOINT act", "ROLLBACK TO act", "RELEASE act", "COMMIT"],
    ]);
  });
});

describe.each(availableDrivers())("SQLite by %s", (driver) => {
  it("shows a read what another process committed before it was asked for, whoever waits beside it", async () => {
    const file = newFile();
    const storage = openSqliteStorage(file, { driver });
    const family = await createFamily(storage, await createPair(storage));
    const other = openDatabase(file, driver);
    const earlier = storage.findFamily(family);
    other.exec(`UPDATE families SET revoked_at = ${t0 + 5}`);
    const later = storage.findFamily(family);
    expect((await later)?.family.revokedAt).toBe(t0 + 5);
    expect((await earlier)?.family.id).toBe(family);
    other.close();
    await storage.close();
  });

  it("shares an account between requests once it was asked for again, unchangeable, until its row changes", async () => {
    const storage = openSqliteStorage(newFile(), { driver });
    const { account } = await createPair(storage);
    const find = () => storage.findAccount(account.id);
    const [first, second, third] = [await find(), await find(), await find()];
    expect(first).toStrictEqual(account);
    expect(first).not.toBe(second);
    expect(third).toBe(second);
    expect(Object.isFrozen(second)).toBe(true);
    await storage.updateAccount(account.id, { locale: "de-DE" });
    expect(await find()).toStrictEqual({ ...account, locale: "de-DE" });
    await storage.close();
  });

  it("keeps the acts that shared a commit with one that failed", async () => {
    const storage = openSqliteStorage(newFile(), { driver });
    const pair = await createPair(storage);
    const [first, second] = [newCode(pair), newCode(pair)];
    const acts = [first, first, second].map((code) => storage.issueCode(code));
    const results = await Promise.allSettled(acts);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    for (const { hash } of [first, second]) expect(await storage.findCode(hash)).toMatchObject({ hash });
    await storage.close();
  });

  it("answers the reads beside one that failed", async () => {
    const storage = openSqliteStorage(newFile(), { driver });
    const { app } = await createPair(storage);
    const noText = { not: "text" } as unknown as string;
    const results = await Promise.allSettled([storage.findApp(noText), storage.findApp(app.clientId)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ value: { clientId: app.clientId } });
    await storage.close();
  });

  it("lists an audit event that still waits for a commit", async () => {
    const storage = openSqliteStorage(newFile(), { driver });
    const event = { at: t0, event: "login", clientId: undefined, accountId: "a", data: { n: 1 } };
    const recording = storage.recordAudit([event]);
    expect(await storage.listAudit({ accountId: "a", limit: 5 })).toEqual([event]);
    await recording;
    await storage.close();
  });

  it("brings the audit log of the first schema along", async () => {
    const file = newFile();
    const old = openDatabase(file, driver);
    migrateSqlite(old, sqliteMigrations.slice(0, 1));
    old.exec(
      `INSERT INTO audit(at, event, client_id, account_id, data) VALUES (${t0}, 'login', 'c', 'a', '{}')`,
    );
    old.close();
    const storage = openSqliteStorage(file, { driver });
    expect(await storage.listAudit({ clientId: "c", limit: 5 })).toHaveLength(1);
    await storage.close();
  });
});
