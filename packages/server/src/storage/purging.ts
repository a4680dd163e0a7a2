/** Purging what is over, in small steps between requests: nothing to sweep by hand, nothing that blocks. */

import type { Log } from "../log.js";
import type { Purge } from "./port/acts.js";
import type { Storage } from "./port/storage.js";

const rowsAStep = 500;
/** How long others get on between two full steps, and how long there is none after one that was not full. */
const restMilliseconds = 50;
const everyMilliseconds = 30_000;

export interface Retention {
  /** Longest life of a token family, in seconds; undefined is without end. */
  readonly familySeconds: number | undefined;
  /** How long audit events are kept, in days. */
  readonly auditDays: number;
}

/** Who is told of each step. */
export interface PurgeObserver {
  /** @param behind whether more was over than one step deletes. */
  purged(rows: number, behind: boolean): void;
  purgeFailed(): void;
}

/**
 * Purges until stopped: a step each half minute, and the next almost at once after a full one.
 * @param firstMilliseconds when the first step is.
 */
export function startPurging(
  storage: Pick<Storage, "purge">,
  retention: Retention,
  now: () => number,
  log: Log,
  observer?: PurgeObserver,
  firstMilliseconds = everyMilliseconds,
): { stop(): void } {
  let timer: NodeJS.Timeout;
  let stopped = false;
  const plan = (milliseconds: number) => {
    if (stopped) return;
    timer = setTimeout(step, milliseconds);
    timer.unref();
  };
  const step = async () => {
    try {
      const gone = await storage.purge(purgeAt(now(), retention));
      const behind = gone >= rowsAStep;
      observer?.purged(gone, behind);
      plan(behind ? restMilliseconds : everyMilliseconds);
    } catch (error) {
      // The storage was closed under it: what is left is purged after the next start.
      if (stopped) return;
      observer?.purgeFailed();
      log.warn({ err: String(error) }, "purging failed; it is tried again");
      plan(everyMilliseconds);
    }
  };
  plan(firstMilliseconds);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function purgeAt(now: number, { familySeconds, auditDays }: Retention): Purge {
  return {
    now,
    limit: rowsAStep,
    familiesBefore: familySeconds === undefined ? undefined : now - familySeconds * 1000,
    auditBefore: now - auditDays * 86_400_000,
  };
}
