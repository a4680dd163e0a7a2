/** What SQLite keeps of families that were read before is what the file says, whoever changed it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { FamilyView } from "../../src/storage/port/records.js";
import { KnownFamilies } from "../../src/storage/sqlite/engine/known-families.js";
import { openSqliteStorage, type SqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { createFamily, createPair, day, hex, newCode, type Pair, t0 } from "./contract/fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-known-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface World {
  readonly pairs: readonly Pair[];
  readonly families: string[];
}

/** Everything that may change what a family's view shows, or looks as if it did. */
const acts: Readonly<
  Record<string, (to: SqliteStorage, world: World, pick: number, now: number) => unknown>
> = {
  rotates: (to, { families }, pick, now) =>
    to.rotateFamily({ familyId: at(families, pick), fromGeneration: pick % 3, now, graceSeconds: 60 }),
  "is used": (to, { families }, pick, now) => to.touchFamily(at(families, pick), now),
  "ends access tokens": (to, { families }, pick, now) => to.endAccessTokens(at(families, pick), now),
  "revokes a family": (to, { families }, pick, now) => to.revokeFamily(at(families, pick), now),
  "exchanges another code": async (to, { families, pairs }, pick, now) => {
    const endEarlierFamilies = pick % 2 === 0;
    families.push(await createFamily(to, at(pairs, pick), { now, endEarlierFamilies }));
  },
  "uses a code twice": async (to, { families, pairs }, pick, now) => {
    const code = newCode(at(pairs, pick), { issuedAt: now, expiresAt: now + day });
    await to.issueCode(code);
    const [familyId, another] = [hex(16), hex(16)];
    await to.consumeCode({ hash: code.hash, familyId, now, endEarlierFamilies: false });
    await Promise.all([to.findFamily(familyId), to.findFamily(familyId)]);
    await to.consumeCode({ hash: code.hash, familyId: another, now, endEarlierFamilies: false });
    families.push(familyId);
  },
  "widens a grant": (to, { pairs }, pick, now) =>
    to.issueCode(newCode(at(pairs, pick), { scopes: [`scope_${pick % 4}`], issuedAt: now })),
  "revokes a grant": (to, { pairs }, pick, now) => {
    const { account, app } = at(pairs, pick);
    return to.revokeGrant(account.id, app.clientId, now);
  },
  "revokes all of an app": (to, { pairs }, pick, now) =>
    to.revokeAll({ clientId: at(pairs, pick).app.clientId }, now),
  "revokes all of an account": (to, { pairs }, pick, now) =>
    to.revokeAll({ accountId: at(pairs, pick).account.id }, now),
  "revokes everything": (to, _world, _pick, now) => to.revokeAll("everything", now),
  "locks an account": (to, { pairs }, pick) =>
    to.updateAccount(at(pairs, pick).account.id, { locked: pick % 2 === 0 }),
  "disables an app": (to, { pairs }, pick, now) =>
    to.updateApp(at(pairs, pick).app.clientId, { disabled: pick % 2 === 0 }, now),
  "changes an app's scopes": (to, { pairs }, pick, now) =>
    to.updateApp(at(pairs, pick).app.clientId, { scopes: [`scope_${pick % 4}`] }, now),
  "deletes an app": (to, { pairs }, pick) =>
    pick % 5 ? undefined : to.deleteApp(at(pairs, pick).app.clientId),
  purges: (to, _world, _pick, now) =>
    to.purge({ now: now + 60 * day, limit: 100, familiesBefore: now - 1000 }),
  "takes from a bucket": (to, _world, _pick, now) =>
    to.takeFromBucket({ key: "k", capacity: 9, periodSeconds: 9, now, cost: 1 }),
};

const at = <T>(list: readonly T[], pick: number): T => list[pick % list.length] as T;

async function newWorld(storage: SqliteStorage): Promise<World> {
  const pairs = [await createPair(storage), await createPair(storage)];
  const families: string[] = [];
  for (const pair of [...pairs, ...pairs]) families.push(await createFamily(storage, pair));
  return { pairs, families };
}

/** Asked often enough that it is kept. */
async function known(
  storage: SqliteStorage,
  families: readonly string[],
): Promise<(FamilyView | undefined)[]> {
  for (let time = 0; time < 2; time++) await Promise.all(families.map(storage.findFamily));
  return Promise.all(families.map(storage.findFamily));
}

async function afresh(file: string, families: readonly string[]): Promise<(FamilyView | undefined)[]> {
  const storage = openSqliteStorage(file);
  const views = await Promise.all(families.map(storage.findFamily));
  await storage.close();
  return views;
}

const step = fc.record({
  act: fc.constantFrom(...Object.keys(acts)),
  pick: fc.nat(20),
  byAnother: fc.boolean(),
});

describe("a family that SQLite knows", () => {
  it("is shown as the file has it, after any acts of this process and of another", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const file = join(folder, `${hex(4)}.db`);
        const [storage, another] = [openSqliteStorage(file), openSqliteStorage(file)];
        const world = await newWorld(storage);
        for (const [place, { act, pick, byAnother }] of steps.entries()) {
          await known(storage, world.families);
          const done = acts[act]?.(byAnother ? another : storage, world, pick, t0 + 10 * (place + 1));
          await Promise.resolve(done).catch(() => {});
          const shown = await Promise.all(world.families.map(storage.findFamily));
          expect(shown, act).toEqual(await afresh(file, world.families));
        }
        await Promise.all([storage.close(), another.close()]);
      }),
      { numRuns: process.env.COUNTERSIGN_TEST_LONG ? 2000 : 25 },
    );
  });

  it.each(Object.keys(acts))("is forgotten in time where somebody %s", async (act) => {
    for (const byAnother of [false, true]) {
      const file = join(folder, `${hex(4)}.db`);
      const [storage, another] = [openSqliteStorage(file), openSqliteStorage(file)];
      const world = await newWorld(storage);
      for (let pick = 0; pick < 6; pick++) {
        await known(storage, world.families);
        const done = acts[act]?.(byAnother ? another : storage, world, pick, t0 + 10 * (pick + 1));
        await Promise.resolve(done).catch(() => {});
        const shown = await Promise.all(world.families.map(storage.findFamily));
        expect(shown).toEqual(await afresh(file, world.families));
      }
      await Promise.all([storage.close(), another.close()]);
    }
  });

  it("is the same object for all who ask, which none of them can change", async () => {
    const storage = openSqliteStorage(":memory:");
    const { families } = await newWorld(storage);
    const [first] = await known(storage, families);
    expect(await storage.findFamily(families[0] as string)).toBe(first);
    expect(Object.isFrozen(first?.family) && Object.isFrozen(first?.grant.scopes)).toBe(true);
    await storage.close();
  });

  it("is read again where an act that changed it was undone", async () => {
    const storage = openSqliteStorage(":memory:");
    const { families, pairs } = await newWorld(storage);
    await known(storage, families);
    const lost = newCode(pairs[0] as Pair, { accountId: "nobody" });
    const [revoked, failed] = await Promise.allSettled([
      storage.revokeFamily(families[0] as string, t0 + 1),
      storage.issueCode(lost),
    ]);
    expect([revoked.status, failed.status]).toEqual(["fulfilled", "rejected"]);
    expect((await storage.findFamily(families[0] as string))?.family.revokedAt).toBe(t0 + 1);
    await storage.close();
  });
});

describe("what is known of families", () => {
  const view = (id: string) => ({ family: { id }, grant: { id: "1" } }) as unknown as FamilyView;

  it("is bounded: very many that are asked for once drive out none, and those asked for twice all", () => {
    const families = new KnownFamilies({ run: () => ({ changes: 0 }), get: () => undefined, all: () => [] });
    let reads = 0;
    const find = (id: string) =>
      families.find(id, 1, () => {
        reads += 1;
        return view(id);
      });
    find("kept");
    find("kept");
    for (let id = 0; id < 9_000; id++) find(`once ${id}`);
    reads = 0;
    find("kept");
    expect(reads).toBe(0);
    for (let id = 0; id < 12_000; id++) for (let time = 0; time < 2; time++) find(`many ${id}`);
    reads = 0;
    find("kept");
    expect(reads).toBe(1);
  });

  it("is asked of the file once in each transaction", () => {
    let asked = 0;
    const dataVersion = {
      run: () => ({ changes: 0 }),
      all: () => [],
      get: () => ({ data_version: ++asked }),
    };
    const families = new KnownFamilies(dataVersion);
    for (const transaction of [1, 1, 1, 2, 2]) families.find("a", transaction, () => view("a"));
    expect(asked).toBe(2);
  });
});
