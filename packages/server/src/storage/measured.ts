/** A storage whose verbs are timed. */

import type { Storage } from "./storage.js";

/** @param seconds from the call to the answer: what waits for a connection or a commit is in it. */
export type StorageObserver = (verb: string, seconds: number, failed: boolean) => void;

/** These answer at once, from what the process knows. */
const untimed: ReadonlySet<string> = new Set(["connectionUse", "clockAhead", "close"]);

/**
 * Returns the storage with each verb timed.
 * @param clock milliseconds that only go forward.
 */
export function measuredStorage(storage: Storage, clock: () => number, observe: StorageObserver): Storage {
  const verbs = Object.entries(storage).map(([name, verb]) => {
    if (typeof verb !== "function" || untimed.has(name)) return [name, verb];
    return [name, (...values: unknown[]) => timed(name, () => verb(...values), clock, observe)];
  });
  return Object.fromEntries(verbs);
}

async function timed(
  name: string,
  run: () => Promise<unknown>,
  clock: () => number,
  observe: StorageObserver,
): Promise<unknown> {
  const startedAt = clock();
  const done = (failed: boolean) => observe(name, (clock() - startedAt) / 1000, failed);
  try {
    const answer = await run();
    done(false);
    return answer;
  } catch (error) {
    done(true);
    throw error;
  }
}
