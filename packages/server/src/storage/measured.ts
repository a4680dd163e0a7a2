/** A storage whose verbs are timed, or run within something else. */

import type { Storage } from "./port/storage.js";

/** @param seconds from the call to the answer: what waits for a connection or a commit is in it. */
export type StorageObserver = (verb: string, seconds: number, failed: boolean) => void;

/** Runs a verb, and whatever belongs around it. */
export type AroundVerb = <T>(verb: string, run: () => Promise<T>) => Promise<T>;

/** These answer at once, from what the process knows. */
const untimed: ReadonlySet<string> = new Set(["connectionUse", "clockAhead", "close"]);

/** Returns the storage with each verb run by `around`. */
export function storageAround(storage: Storage, around: AroundVerb): Storage {
  const verbs = Object.entries(storage).map(([name, verb]) => {
    if (typeof verb !== "function" || untimed.has(name)) return [name, verb];
    return [name, (...values: unknown[]) => around(name, () => verb(...values))];
  });
  return Object.fromEntries(verbs);
}

/**
 * Returns the storage with each verb timed.
 * @param clock milliseconds that only go forward.
 */
export function measuredStorage(storage: Storage, clock: () => number, observe: StorageObserver): Storage {
  return storageAround(storage, async (name, run) => {
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
  });
}
