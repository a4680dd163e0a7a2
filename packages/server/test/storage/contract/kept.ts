/** What a store keeps of rows that it read before is what the database says, whoever changed them. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FamilyView } from "../../../src/storage/port/records.js";
import type { Storage } from "../../../src/storage/port/storage.js";
import { createFamily, createPair, day, hex, newCode, type Pair, t0 } from "./fixtures.js";

interface World {
  readonly pairs: readonly Pair[];
  readonly families: string[];
}

/** Everything that may change what a family's view shows, or looks as if it did. */
const acts: Readonly<Record<string, (to: Storage, world: World, pick: number, now: number) => unknown>> = {
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

export async function newWorld(storage: Storage): Promise<World> {
  const pairs = [await createPair(storage), await createPair(storage)];
  const families: string[] = [];
  for (const pair of [...pairs, ...pairs]) families.push(await createFamily(storage, pair));
  return { pairs, families };
}

/** Asked often enough that it is kept. */
export async function known(
  storage: Storage,
  families: readonly string[],
): Promise<(FamilyView | undefined)[]> {
  for (let time = 0; time < 2; time++) await Promise.all(families.map(storage.findFamily));
  return Promise.all(families.map(storage.findFamily));
}

const step = fc.record({
  act: fc.constantFrom(...Object.keys(acts)),
  pick: fc.nat(20),
  byAnother: fc.boolean(),
});

interface Size {
  /** Of sequences of acts. */
  readonly runs: number;
  /** How often each act is tried by itself, on one thing and another. */
  readonly picks: number;
}

/**
 * @param place returns how to open a storage on one new database; each has connections of its own.
 */
export function keptContract(place: () => Promise<() => Promise<Storage>>, { runs, picks }: Size): void {
  let open: () => Promise<Storage>;
  let [storage, another]: Storage[] = [];
  beforeAll(async () => {
    open = await place();
    [storage, another] = [await open(), await open()];
  });
  afterAll(() => Promise.all([storage?.close(), another?.close()]));

  async function afresh(families: readonly string[]): Promise<(FamilyView | undefined)[]> {
    const fresh = await open();
    const views = await Promise.all(families.map(fresh.findFamily));
    await fresh.close();
    return views;
  }

  /** Does an act where all is kept, and compares. */
  async function holdsAfter(act: string, world: World, byAnother: boolean, pick: number, now: number) {
    const [its, others] = [storage as Storage, another as Storage];
    await known(its, world.families);
    const done = acts[act]?.(byAnother ? others : its, world, pick, now);
    // Some end in a refusal: what they leave must be shown as well.
    await Promise.resolve(done).catch(() => {});
    const shown = await Promise.all(world.families.map(its.findFamily));
    expect(shown, act).toEqual(await afresh(world.families));
  }

  it("is shown as the database has it, after any acts of this process and of another", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const world = await newWorld(storage as Storage);
        for (const [place, { act, pick, byAnother }] of steps.entries())
          await holdsAfter(act, world, byAnother, pick, t0 + 10 * (place + 1));
      }),
      { numRuns: process.env.COUNTERSIGN_TEST_LONG ? 50 * runs : runs },
    );
  });

  it.each(Object.keys(acts))("is forgotten in time where somebody %s", async (act) => {
    for (const byAnother of [false, true]) {
      const world = await newWorld(storage as Storage);
      for (let pick = 0; pick < picks; pick++)
        await holdsAfter(act, world, byAnother, pick, t0 + 10 * (pick + 1));
    }
  });
}
