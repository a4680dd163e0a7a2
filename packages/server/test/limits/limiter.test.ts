import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Limiter } from "../../src/limits/limiter.js";
import type { TakeFromBucket } from "../../src/storage/port/acts.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";

const limit = { capacity: 100, periodSeconds: 60 };

function setUp(nodes = 1) {
  const clock = { now: 1_000_000 };
  const storage = openSqliteStorage(":memory:");
  const limiters = Array.from({ length: nodes }, () => new Limiter(storage, () => clock.now));
  return { clock, storage, limiters };
}

async function allowed(limiter: Limiter, count: number): Promise<number> {
  const states = await Promise.all(Array.from({ length: count }, () => limiter.take("k", limit)));
  return states.filter((state) => state.allowed).length;
}

describe("the rate limiter", () => {
  it("allows exactly the capacity when requests arrive together", async () => {
    const { limiters, storage } = setUp();
    expect(await allowed(limiters[0] as Limiter, 150)).toBe(100);
    await storage.close();
  });

  it("allows no more than the capacity on all nodes together", async () => {
    const { limiters, storage } = setUp(3);
    const counts = await Promise.all(limiters.map((limiter) => allowed(limiter, 80)));
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(100);
    expect(total).toBeGreaterThanOrEqual(97);
    await storage.close();
  });

  it("takes one advance for requests that arrive together", async () => {
    const { clock, storage } = setUp();
    let acts = 0;
    const counting = {
      takeFromBucket: (act: TakeFromBucket) => {
        acts += 1;
        return storage.takeFromBucket(act);
      },
    };
    const limiter = new Limiter(counting, () => clock.now);
    const wide = { capacity: 5000, periodSeconds: 60 };
    await Promise.all(Array.from({ length: 100 }, () => limiter.take("k", wide)));
    expect(acts).toBe(1);
    await storage.close();
  });

  it("refills with time and says how much is left", async () => {
    const { clock, limiters, storage } = setUp();
    const limiter = limiters[0] as Limiter;
    const first = await limiter.take("k", limit);
    expect(first).toMatchObject({ allowed: true, limit: 100, remaining: 99 });
    await allowed(limiter, 99);
    expect(await limiter.take("k", limit)).toMatchObject({ allowed: false, remaining: 0 });
    clock.now += 600;
    expect((await limiter.take("k", limit)).allowed).toBe(true);
    expect((await limiter.take("k", limit)).allowed).toBe(false);
    await storage.close();
  });

  it("never allows more than the capacity and the refill, whatever the pace (property)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ wait: fc.nat(20_000), ask: fc.integer({ min: 1, max: 60 }) }), {
          maxLength: 12,
        }),
        async (steps) => {
          const { clock, limiters, storage } = setUp(2);
          const start = clock.now;
          let total = 0;
          for (const [index, { wait, ask }] of steps.entries()) {
            clock.now += wait;
            total += await allowed(limiters[index % 2] as Limiter, ask);
            const refill = ((clock.now - start) / 60_000) * 100;
            expect(total).toBeLessThanOrEqual(100 + refill + 1e-6);
          }
          await storage.close();
        },
      ),
      { numRuns: 50, seed: 7 },
    );
  });
});
