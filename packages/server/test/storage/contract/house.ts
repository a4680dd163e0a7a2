import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TakeFromBucket } from "../../../src/storage/storage.js";
import {
  atOnce,
  createFamily,
  createPair,
  day,
  hex,
  newCode,
  type Open,
  sharedStorage,
  t0,
} from "./fixtures.js";

export function bucketContract(open: Open): void {
  describe("a bucket", () => {
    const storage = sharedStorage(open);
    const take = (key: string, fields: Partial<TakeFromBucket> = {}) =>
      storage().takeFromBucket({ key, capacity: 3, periodSeconds: 30, now: t0, cost: 1, ...fields });

    it("starts full, empties, and refills with time", async () => {
      const key = hex(8);
      expect(await take(key, { cost: 0 })).toEqual({ allowed: true, remaining: 3, resetAt: t0 });
      expect(await take(key)).toEqual({ allowed: true, remaining: 2, resetAt: t0 + 10_000 });
      expect(await take(key, { cost: 2 })).toEqual({ allowed: true, remaining: 0, resetAt: t0 + 30_000 });
      expect(await take(key)).toEqual({ allowed: false, remaining: 0, resetAt: t0 + 30_000 });
      expect(await take(key, { cost: 0 })).toEqual({ allowed: false, remaining: 0, resetAt: t0 + 30_000 });
      expect(await take(key, { now: t0 + 9_999 })).toMatchObject({ allowed: false });
      expect(await take(key, { now: t0 + 10_000 })).toMatchObject({ allowed: true, remaining: 0 });
      expect(await take(key, { now: t0 + day })).toMatchObject({ allowed: true, remaining: 2 });
    });

    it("gives nothing for a cost above its capacity, and loses nothing by it", async () => {
      const key = hex(8);
      expect(await take(key, { cost: 4 })).toEqual({ allowed: false, remaining: 3, resetAt: t0 });
      expect(await take(key, { cost: 3 })).toMatchObject({ allowed: true, remaining: 0 });
    });

    it("gives to 3 of 64 at once", async () => {
      const key = hex(8);
      const answers = await atOnce(64, () => take(key));
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3);
    });

    it("never gives more than its capacity and what time has refilled, whatever the clock does", async () => {
      const step = fc.record({ passed: fc.integer({ min: -20_000, max: 20_000 }), cost: fc.nat(4) });
      const property = async (
        capacity: number,
        periodSeconds: number,
        steps: { passed: number; cost: number }[],
      ) => {
        const key = hex(8);
        let [now, taken, latest] = [t0, 0, t0];
        for (const { passed, cost } of steps) {
          now += passed;
          latest = Math.max(latest, now);
          const act = { key, capacity, periodSeconds, now, cost };
          const { allowed, remaining } = await storage().takeFromBucket(act);
          if (allowed) taken += cost;
          expect(remaining).toBeGreaterThanOrEqual(0);
          expect(remaining).toBeLessThanOrEqual(capacity);
          const earliest = t0 - 20_000 * steps.length;
          const start = taken === 0 ? latest : Math.max(earliest, firstNow(steps));
          const refilled = ((latest - start) * capacity) / (periodSeconds * 1000);
          expect(taken).toBeLessThanOrEqual(capacity + refilled + 1e-6);
        }
      };
      const steps = fc.array(step, { minLength: 1, maxLength: 25 });
      const numbers = [fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 60 })] as const;
      await fc.assert(fc.asyncProperty(...numbers, steps, property), { numRuns: 30, seed: 7 });
    });
  });

  describe("a single-use value", () => {
    const storage = sharedStorage(open);

    it("is new once until the moment it expires", async () => {
      const key = hex(16);
      expect(await storage().rememberOnce(key, t0, t0 + 1000)).toBe(true);
      expect(await storage().rememberOnce(key, t0 + 999, t0 + 5000)).toBe(false);
      expect(await storage().rememberOnce(key, t0 + 1000, t0 + 2000)).toBe(true);
      expect(await storage().rememberOnce(key, t0 + 1500, t0 + 2000)).toBe(false);
    });

    it("is new to one of 64 at once", async () => {
      const key = hex(16);
      const answers = await atOnce(64, () => storage().rememberOnce(key, t0, t0 + 1000));
      expect(answers.filter(Boolean)).toHaveLength(1);
    });
  });
}

/** The earliest moment the bucket can have been full at: the smallest `now` that any step came with. */
function firstNow(steps: { passed: number }[]): number {
  let [now, first] = [t0, Number.POSITIVE_INFINITY];
  for (const { passed } of steps) {
    now += passed;
    first = Math.min(first, now);
  }
  return first;
}

export function auditContract(open: Open): void {
  describe("the audit log", () => {
    const storage = sharedStorage(open);
    const event = (fields: object) => ({
      at: t0,
      event: "code_exchanged",
      clientId: "client",
      accountId: "account",
      data: { family: "f", count: 1.5, ok: true },
      ...fields,
    });

    it("gives back what was recorded, newest first, by every filter", async () => {
      const events = [
        event({ at: t0, event: "a" }),
        event({ at: t0 + 1, event: "b", clientId: undefined }),
        event({ at: t0 + 2, event: "c", accountId: undefined, data: {} }),
      ];
      await storage().recordAudit(events);
      await storage().recordAudit([]);
      const list = (query: object) => storage().listAudit({ limit: 10, ...query });
      expect(await list({})).toStrictEqual([...events].reverse());
      expect(await list({ limit: 1 })).toStrictEqual([events[2]]);
      expect(await list({ event: "b" })).toStrictEqual([events[1]]);
      expect(await list({ clientId: "client" })).toStrictEqual([events[2], events[0]]);
      expect(await list({ accountId: "account", since: t0 + 1 })).toStrictEqual([events[1]]);
      expect(await list({ event: "b", clientId: "client" })).toEqual([]);
    });

    it("drops what is undefined in the data", async () => {
      await storage().recordAudit([event({ event: "sparse", data: { kept: "x", gone: undefined } })]);
      expect((await storage().listAudit({ event: "sparse", limit: 1 }))[0]?.data).toStrictEqual({
        kept: "x",
      });
    });

    it("keeps every event of many acts at once, each act's in order", async () => {
      const name = hex(4);
      await atOnce(100, (n) =>
        storage().recordAudit([0, 1, 2].map((m) => event({ event: name, data: { n, m } }))),
      );
      const listed = await storage().listAudit({ event: name, limit: 1000 });
      expect(listed).toHaveLength(300);
      for (let n = 0; n < 100; n++) {
        expect(listed.filter(({ data }) => data.n === n).map(({ data }) => data.m)).toEqual([2, 1, 0]);
      }
    });
  });
}

export function purgeContract(open: Open): void {
  describe("purging", () => {
    it("deletes what is over at the exact boundary, at most as many of each kind as asked, and no more", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const codes = Array.from({ length: 5 }, (_, n) => newCode(pair, { expiresAt: t0 + n }));
      for (const code of codes) await storage.issueCode(code);
      for (let n = 0; n < 5; n++) {
        const session = { hash: `session ${n}`, accountId: pair.account.id, authenticatedAt: t0 };
        await storage.createSession({ ...session, expiresAt: t0 + n });
        await storage.rememberOnce(`value ${n}`, t0 - 1, t0 + n);
      }
      expect(await storage.purge({ now: t0 - 1, limit: 100 })).toBe(0);
      expect(await storage.purge({ now: t0 + 2, limit: 2 })).toBe(6);
      expect(await storage.purge({ now: t0 + 2, limit: 2 })).toBe(3);
      expect(await storage.purge({ now: t0 + 2, limit: 2 })).toBe(0);
      const left = await Promise.all(codes.map(({ hash }) => storage.findCode(hash)));
      expect(left.map((code) => code !== undefined)).toEqual([false, false, false, true, true]);
      expect(await storage.findSession("session 3", t0)).toBeDefined();
      expect(await storage.rememberOnce("value 3", t0, t0 + 9)).toBe(false);
      await storage.close();
    });

    it("forgets a bucket that is full again, and keeps one that is not", async () => {
      const storage = await open();
      const act = { capacity: 2, periodSeconds: 2, now: t0, cost: 2 };
      await storage.takeFromBucket({ ...act, key: "full again" });
      await storage.takeFromBucket({ ...act, key: "not yet", now: t0 + 1 });
      expect(await storage.purge({ now: t0 + 2000, limit: 10 })).toBe(1);
      expect(await storage.takeFromBucket({ ...act, key: "not yet", now: t0 + 2000 })).toMatchObject({
        allowed: false,
      });
      await storage.close();
    });

    it("keeps a revoked family for 30 days, also one that its grant took along, and then the grant too", async () => {
      const storage = await open();
      const [pair, other, live] = [
        await createPair(storage),
        await createPair(storage),
        await createPair(storage),
      ];
      const revoked = await createFamily(storage, pair);
      const kept = await createFamily(storage, pair);
      const under = await createFamily(storage, other);
      await createFamily(storage, live);
      await storage.revokeFamily(revoked, t0);
      await storage.revokeGrant(other.account.id, other.app.clientId, t0);
      await storage.purge({ now: t0 + 30 * day - 1, limit: 100 });
      expect(await storage.findFamily(revoked)).toBeDefined();
      expect(await storage.purge({ now: t0 + 30 * day, limit: 1 })).toBe(1);
      let steps = 0;
      while ((await storage.purge({ now: t0 + 30 * day, limit: 1 })) > 0) steps++;
      expect(steps).toBeLessThanOrEqual(2);
      expect(await storage.findFamily(revoked)).toBeUndefined();
      expect(await storage.findFamily(under)).toBeUndefined();
      expect(await storage.findFamily(kept)).toBeDefined();
      await storage.close();
    });

    it("forgets the families that a later exchange ended", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const first = await createFamily(storage, pair);
      const last = await createFamily(storage, pair, { now: t0 + 1, endEarlierFamilies: true });
      await storage.purge({ now: t0 + 1 + 30 * day, limit: 100 });
      expect(await storage.findFamily(first)).toBeUndefined();
      expect(await storage.findFamily(last)).toBeDefined();
      await storage.close();
    });

    it("deletes families and audit events from before a time, the oldest first, at most as many as asked", async () => {
      const storage = await open();
      const pair = await createPair(storage);
      const families: string[] = [];
      for (let n = 0; n < 3; n++) families.push(await createFamily(storage, pair, { now: t0 + n }));
      const event = { event: "login", clientId: undefined, accountId: undefined, data: {} };
      for (let n = 0; n < 3; n++) await storage.recordAudit([{ ...event, at: t0 + n }]);
      const act = { now: t0, familiesBefore: t0 + 1, auditBefore: t0 + 1 };
      expect(await storage.purge({ ...act, limit: 1 })).toBe(2);
      expect(await storage.purge({ ...act, limit: 5 })).toBe(2);
      expect(await storage.purge({ ...act, limit: 5 })).toBe(0);
      const left = await Promise.all(families.map((id) => storage.findFamily(id)));
      expect(left.map((view) => view !== undefined)).toEqual([false, false, true]);
      expect((await storage.listAudit({ limit: 9 })).map(({ at }) => at)).toEqual([t0 + 2]);
      await storage.close();
    });
  });
}
