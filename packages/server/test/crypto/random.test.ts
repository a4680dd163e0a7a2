import { describe, expect, it } from "vitest";
import { pooledRandomBytes } from "../../src/crypto/random.js";

describe("random bytes from a pool", () => {
  it("are as many as were asked for, across the end of the pool and beyond what is pooled", () => {
    const randomBytes = pooledRandomBytes();
    for (const count of [1, 3, 32, 255, 256, 257, 10_000]) {
      for (let i = 0; i < 100; i++) expect(randomBytes(count)).toHaveLength(count);
    }
  });

  it("are never given out twice, and do not change once given", () => {
    const randomBytes = pooledRandomBytes();
    const given = Array.from({ length: 2000 }, () => randomBytes(16));
    const texts = given.map((bytes) => bytes.toString("hex"));
    expect(new Set(texts).size).toBe(2000);
    randomBytes(256).fill(0);
    expect(given.map((bytes) => bytes.toString("hex"))).toEqual(texts);
    expect(texts).not.toContain("0".repeat(32));
  });
});
