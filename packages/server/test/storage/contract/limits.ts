import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TakeFromBucket } from "../../../src/storage/port/acts.js";
import { atOnce, day, hex, type Open, sharedStorage, t0 } from "./fixtures.js";

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

    it.each([1, 3])(
      "that a clock an hour ahead took %s from is not frozen until that hour comes",
      async (cost) => {
        const key = hex(8);
        await take(key, { now: t0 + 3_600_000, cost });
        for (let n = cost; n < 3; n++) expect(await take(key)).toMatchObject({ allowed: true });
        expect(await take(key)).toMatchObject({ allowed: false });
        expect(await take(key, { now: t0 + 9_999 })).toMatchObject({ allowed: false });
        expect(await take(key, { now: t0 + 10_000 })).toMatchObject({ allowed: true, remaining: 0 });
        expect(await take(key, { now: t0 + 10_000 })).toMatchObject({ allowed: false });
      },
    );

    it("never gives more than its capacity and what time has refilled, whatever the clock does", async () => {
      const step = fc.record({ passed: fc.integer({ min: -2000, max: 20_000 }), cost: fc.nat(4) });
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

    it("is good again for the holder who used it, and for nobody else", async () => {
      const key = hex(16);
      const show = (holder?: string, now = t0) => storage().rememberOnce(key, now, now + 1000, holder);
      expect([await show("one"), await show("one"), await show("two"), await show()]).toEqual([
        ...[true, true, false, false],
      ]);
      // Shown again, it lives no longer.
      expect(await show("one", t0 + 999)).toBe(true);
      expect([await show("two", t0 + 1000), await show("one", t0 + 1001)]).toEqual([true, false]);
      const nobodys = hex(16);
      expect(await storage().rememberOnce(nobodys, t0, t0 + 1)).toBe(true);
      expect(await storage().rememberOnce(nobodys, t0, t0 + 1, "one")).toBe(false);
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
