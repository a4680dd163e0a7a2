/** Owns how fast `process.nextTick` is in this process. */

const calls = 20_000;

/**
 * Has V8 compile `process.nextTick` before anything else is known of it. Node calls it some ten times for each request;
 * in the few calls of a start V8 may see its object in two shapes, by chance, and then makes each of them by a call of its
 * runtime, at 200 ns instead of 35. Takes a millisecond or two.
 */
export function settleNextTick(): Promise<void> {
  return new Promise((resolve) => {
    let left = calls;
    const next = () => {
      left -= 1;
      if (left > 0) process.nextTick(next);
      else resolve();
    };
    next();
  });
}
