/** Chance that is the same in every run. */
import { createHash } from "node:crypto";

/** Random bytes that are the same in every run. */
export function seededRandom(seed: string): (count: number) => Buffer {
  let drawn = 0;
  return (count) => {
    const parts: Buffer[] = [];
    for (let length = 0; length < count; length += 32) {
      parts.push(createHash("sha256").update(`${seed}:${drawn++}`).digest());
    }
    return Buffer.concat(parts).subarray(0, count);
  };
}
