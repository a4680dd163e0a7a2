import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type TestPostgres } from "../../../../test/support/postgres.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { type Storage, StorageUnavailable } from "../../src/storage/storage.js";
import { createFamily, createPair, hex, newCode, t0 } from "./contract/fixtures.js";

describe("PostgreSQL", () => {
  let server: TestPostgres;
  let url: string;
  let storage: Storage;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    storage = await openPostgresStorage({ url, poolSize: 4, statementTimeoutMilliseconds: 300 });
  });
  afterAll(async () => {
    await storage?.close();
    await server?.stop();
  });

  it.each(["fast", "immediate"] as const)("restarted (%s) while idle is not noticed", async (mode) => {
    const pair = await createPair(storage);
    const family = await createFamily(storage, pair);
    await server.restart(mode);
    await storage.issueCode(newCode(pair));
    expect(
      await storage.rotateFamily({ familyId: family, fromGeneration: 0, now: t0, graceSeconds: 0 }),
    ).toEqual({ outcome: "rotated", generation: 1 });
  });

  it("that is down is answered as unavailable, and used again once it is back", async () => {
    const { account } = await createPair(storage);
    await server.halt();
    await Promise.all([
      expect(storage.findAccount(account.id)).rejects.toBeInstanceOf(StorageUnavailable),
      expect(storage.revokeFamily(hex(16), t0)).rejects.toBeInstanceOf(StorageUnavailable),
      expect(storage.recordAudit([])).rejects.toBeInstanceOf(StorageUnavailable),
      expect(storage.ping()).rejects.toBeInstanceOf(StorageUnavailable),
    ]);
    await server.resume();
    expect(await storage.findAccount(account.id)).toStrictEqual(account);
  });

  it("restarted under load loses nothing it acknowledged and does nothing twice", async () => {
    const kept: number[] = [];
    const lost: unknown[] = [];
    const write = async (n: number) => {
      const event = { at: t0, event: "load", clientId: undefined, accountId: undefined, data: { n } };
      await storage.recordAudit([event]).then(
        () => kept.push(n),
        (error) => lost.push(error),
      );
    };
    let next = 0;
    let running = true;
    const writers = Array.from({ length: 100 }, async () => {
      while (running) await write(next++);
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await server.restart("immediate");
    await new Promise((resolve) => setTimeout(resolve, 150));
    running = false;
    await Promise.all(writers);
    for (const error of lost) expect(error).toBeInstanceOf(StorageUnavailable);
    const stored = await storage.listAudit({ event: "load", limit: 1_000_000 });
    const numbers = stored.map(({ data }) => data.n as number);
    expect(new Set(numbers).size).toBe(numbers.length);
    const there = new Set(numbers);
    expect(kept.filter((n) => !there.has(n))).toEqual([]);
    expect(kept.length).toBeGreaterThan(100);
  });

  it("that does not get on with a statement is given up after the timeout, and the act is not done", async () => {
    const pair = await createPair(storage);
    const family = await createFamily(storage, pair);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT 1 FROM families WHERE id = $1 FOR UPDATE", [family]);
    const act = { familyId: family, fromGeneration: 0, now: t0, graceSeconds: 0 };
    await expect(storage.rotateFamily(act)).rejects.toBeInstanceOf(StorageUnavailable);
    await other.query("ROLLBACK");
    await other.end();
    expect(await storage.rotateFamily(act)).toEqual({ outcome: "rotated", generation: 1 });
  });

  it("makes every commit wait for its disk, whatever its own default is", async () => {
    const plain = await server.createDatabase();
    const admin = new pg.Client({ connectionString: plain });
    await admin.connect();
    await admin.query(
      `ALTER DATABASE ${pg.escapeIdentifier(new URL(plain).pathname.slice(1))} SET synchronous_commit = off`,
    );
    await admin.end();
    const { Connections } = await import("../../src/storage/postgres/engine/connections.js");
    const limits = { poolSize: 1, statementTimeoutMilliseconds: 1000 };
    for (const url of [plain, `${plain}?options=-c%20synchronous_commit%3Doff`]) {
      const connections = new Connections({ url, ...limits });
      const [row] = await connections.read({ text: "SHOW synchronous_commit" }, []);
      expect(row).toEqual({ synchronous_commit: "on" });
      await connections.close();
    }
  });

  it("is not started upon when nothing listens or the password is wrong", async () => {
    const wrong = Object.assign(new URL(url), { password: "wrong" }).href;
    await expect(openPostgresStorage({ url: wrong })).rejects.toThrow(/password/);
    await expect(openPostgresStorage({ url: "postgres://u:p@127.0.0.1:1/x" })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});
