/** The statistics of the guard (bench/guard.mjs): when it may say that an operation has become slower. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slowed } from "../bench/slowed.mjs";
import { judgePairs, median, medianInterval } from "../bench/statistics.mjs";

const ratio = fc.double({ min: 0.01, max: 100, noNaN: true });
const samples = fc.array(ratio, { minLength: 1, maxLength: 60 });
const how = { tolerance: 0.1, confidence: 0.99 };

/** Numbers that look random and are the same in each run (a linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    yield state / 2 ** 32;
  }
}

describe("the interval of a median", () => {
  it("holds the median of the sample, and widens with the confidence", () => {
    fc.assert(
      fc.property(samples, (values) => {
        const [narrow, wide] = [medianInterval(values, 0.9), medianInterval(values, 0.99)];
        expect(narrow.low).toBeLessThanOrEqual(median(values));
        expect(narrow.high).toBeGreaterThanOrEqual(median(values));
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
      }),
    );
  });

  it("does not depend on the order of the values, and scales with them", () => {
    fc.assert(
      fc.property(samples, (values) => {
        const { low, high } = medianInterval(values, 0.95);
        expect(medianInterval([...values].reverse(), 0.95)).toEqual({ low, high });
        expect(
          medianInterval(
            values.map((value) => 2 * value),
            0.95,
          ),
        ).toEqual({ low: 2 * low, high: 2 * high });
      }),
    );
  });

  it("is that of the tables of the sign test: of 24 values the 7th and the 18th at 95 %", () => {
    const values = Array.from({ length: 24 }, (_, index) => index + 1);
    expect(medianInterval(values, 0.95)).toEqual({ low: 7, high: 18 });
    expect(medianInterval(values, 0.99)).toEqual({ low: 6, high: 19 });
  });

  it("has no bounds where the values are too few: five are at 95 %, six are not", () => {
    expect(medianInterval([1, 2, 3, 4, 5], 0.95)).toEqual({ low: -Infinity, high: Infinity });
    expect(medianInterval([1, 2, 3, 4, 5, 6], 0.95)).toEqual({ low: 1, high: 6 });
  });

  it("misses the true median no more often than its confidence allows", () => {
    const random = numbers(7);
    let missed = 0;
    for (let trial = 0; trial < 2000; trial += 1) {
      // Skewed, as times are: the median of -ln(u) is ln(2).
      const values = Array.from({ length: 24 }, () => -Math.log(1 - random.next().value));
      const { low, high } = medianInterval(values, 0.95);
      if (Math.log(2) < low || Math.log(2) > high) missed += 1;
    }
    expect(missed / 2000).toBeLessThan(0.05);
  });
});

describe("the judgement of pairs", () => {
  it("never says slower of pairs of which half show nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1.2, max: 9, noNaN: true }), { maxLength: 20 }), (slow) => {
        const ratios = [...slow, ...slow.map(() => 1)];
        fc.pre(ratios.length > 0);
        expect(judgePairs(ratios, how).verdict).toBe("as before");
      }),
    );
  });

  it("says slower where every pair is beyond the tolerance, and never where every pair is within", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1.101, max: 9, noNaN: true }), { minLength: 8 }),
        fc.array(fc.double({ min: 0.92, max: 1.1, noNaN: true }), { minLength: 1 }),
        (slower, within) => {
          expect(judgePairs(slower, how).verdict).toBe("slower");
          expect(judgePairs(within, how).verdict).toBe("as before");
        },
      ),
    );
  });

  it("says faster of the same pairs the other way round", () => {
    fc.assert(
      fc.property(samples, (ratios) => {
        const { verdict } = judgePairs(ratios, how);
        const turned = judgePairs(
          ratios.map((value) => 1 / value),
          how,
        ).verdict;
        const opposite = { slower: "faster", faster: "slower", "as before": "as before" } as const;
        expect(turned).toBe(opposite[verdict]);
      }),
    );
  });

  it("finds a fifth more work in noise of a tenth, and nothing in the noise alone", () => {
    const random = numbers(11);
    const noisy = (middle: number) =>
      Array.from({ length: 24 }, () => middle * (0.9 + 0.2 * random.next().value));
    let [found, alarms] = [0, 0];
    for (let trial = 0; trial < 200; trial += 1) {
      if (judgePairs(noisy(1.2), how).verdict === "slower") found += 1;
      if (judgePairs(noisy(1), how).verdict !== "as before") alarms += 1;
    }
    expect(found).toBeGreaterThan(190);
    expect(alarms).toBe(0);
  });
});

describe("the regression that the guard is tried with", () => {
  const source = readFileSync(fileURLToPath(new URL(`../${slowed.file}`, import.meta.url)), "utf8");

  it("still finds the check of access tokens, and adds one line to it", () => {
    const added = slowed
      .with(source, 10)
      .split("\n")
      .filter((line) => !source.split("\n").includes(line));
    expect(added).toEqual(["  for (const end = performance.now() + 0.01; performance.now() < end; );"]);
  });

  it("is refused by a source that has no such check", () => {
    expect(() => slowed.with("", 10)).toThrow("openAccess");
  });
});
