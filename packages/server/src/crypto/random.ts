/** Random bytes for many small uses: ids, nonces, codes. */

import { randomBytes, randomFillSync } from "node:crypto";

const poolBytes = 8192;
/** More than this at once is drawn on its own. */
const mostPooledBytes = 256;

/**
 * Returns a source of random bytes that asks the system for many at a time: a call of its own costs 3 µs, and each
 * request needs several. Bytes are given out once, and are wiped from the pool when they are.
 */
export function pooledRandomBytes(): (count: number) => Buffer {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  return (count) => {
    if (count > mostPooledBytes) return randomBytes(count);
    if (used + count > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + count));
    pool.fill(0, used, used + count);
    used += count;
    return bytes;
  };
}
