import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../../../test/support/long.js";
import { startPostgres, type TestPostgres } from "../../../../test/support/postgres.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { startChild } from "./child.js";
import { createPair, hex, t0 } from "./contract/fixtures.js";

const rounds = times({ short: 6, long: 100 });

/** Moments to kill at, in acknowledged acts: the same in every run. */
function killMoments(seed: number): number[] {
  let state = seed;
  return Array.from({ length: rounds }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 1 + (state % 200);
  });
}

interface Acknowledged {
  readonly issued: Set<string>;
  readonly consumed: Map<string, string>;
  readonly rotated: Map<string, number>;
  readonly revoked: Set<string>;
}

/** Lets a child work until it has acknowledged so many acts, kills it, and returns all that it acknowledged. */
async function workUntilKilled(target: string, ids: string[], acts: number): Promise<Acknowledged> {
  const child = await startChild(["work", target, ...ids]);
  const done: Acknowledged = {
    issued: new Set(),
    consumed: new Map(),
    rotated: new Map(),
    revoked: new Set(),
  };
  let count = 0;
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const [what, id = "", more = ""] = line.split(" ");
    if (what === "issued") done.issued.add(id);
    if (what === "consumed") done.consumed.set(id, more);
    if (what === "rotated") done.rotated.set(id, Number(more));
    if (what === "revoked") done.revoked.add(id);
    if (++count === acts) child.kill("SIGKILL");
  });
  await once(child, "close");
  expect(child.signalCode).toBe("SIGKILL");
  return done;
}

async function expectNothingLost(storage: Storage, done: Acknowledged): Promise<void> {
  const family = async (id: string) => (await storage.findFamily(id))?.family;
  await Promise.all([
    ...[...done.issued].map(async (hash) => expect(await storage.findCode(hash)).toBeDefined()),
    ...[...done.consumed].map(async ([hash, id]) => {
      expect((await storage.findCode(hash))?.familyId).toBe(id);
      expect(await family(id)).toBeDefined();
    }),
    ...[...done.rotated].map(async ([id, generation]) =>
      expect((await family(id))?.generation).toBeGreaterThanOrEqual(generation),
    ),
    ...[...done.revoked].map(async (id) => expect((await family(id))?.revokedAt).toBe(t0)),
  ]);
}

/** A code that was acknowledged as used cannot be used; one that was not can be used once at most. */
async function expectUsedOnce(storage: Storage, done: Acknowledged): Promise<void> {
  const use = (hash: string) =>
    storage.consumeCode({ hash, familyId: hex(16), now: t0, endEarlierFamilies: false });
  await Promise.all(
    [...done.issued].map(async (hash) => {
      const first = await use(hash);
      const known = done.consumed.get(hash);
      if (known !== undefined) expect(first).toEqual({ outcome: "used_before", familyId: known });
      else expect(["consumed", "used_before"]).toContain(first.outcome);
      expect((await use(hash)).outcome).toBe("used_before");
    }),
  );
}

describe("kill -9 in the middle of concurrent acts", { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-kill-"));
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server?.stop();
  });

  it("loses no acknowledged act on SQLite", async () => {
    const file = join(folder, "kill.db");
    const first = openSqliteStorage(file);
    const { account, app } = await createPair(first);
    await first.close();
    for (const acts of killMoments(1)) {
      const done = await workUntilKilled(file, [account.id, app.clientId], acts);
      const storage = openSqliteStorage(file);
      expect(storage.database.prepare("PRAGMA quick_check").get()).toMatchObject({ quick_check: "ok" });
      await expectNothingLost(storage, done);
      await expectUsedOnce(storage, done);
      await storage.close();
    }
  });

  it("loses no acknowledged act on PostgreSQL, crashes of its server among them", async () => {
    const url = await server.createDatabase();
    const storage = await openPostgresStorage({ url });
    const { account, app } = await createPair(storage);
    for (const [round, acts] of killMoments(2).entries()) {
      const done = await workUntilKilled(url, [account.id, app.clientId], acts);
      if (round % 3 === 2) await server.restart("immediate");
      await expectNothingLost(storage, done);
      await expectUsedOnce(storage, done);
    }
    await storage.close();
  });
});
