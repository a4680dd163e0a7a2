/** Running until stopped: requests under way are answered, then storage is closed. */

import type { Log } from "../log.js";
import { whenParentEnds } from "./parent.js";

/** How long requests under way may take to end, in milliseconds. */
export const drainMilliseconds = 25_000;

/**
 * Resolves after SIGTERM, SIGINT or SIGHUP has been obeyed, or npm, which passes on none, has ended. A second signal
 * ends the process at once. SIGHUP means nothing here to whoever has a meaning of its own for it.
 */
export function runUntilSignal(
  service: { close(): Promise<void> },
  log: Log,
  patienceMilliseconds = drainMilliseconds,
): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (cause: string) => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ cause }, "stopping: requests in progress are finished first");
      const late = setTimeout(() => {
        log.error({ seconds: patienceMilliseconds / 1000 }, "stopped before every request was answered");
        log.flush();
        process.exit(1);
      }, patienceMilliseconds);
      late.unref();
      service.close().then(() => {
        unwatch();
        log.info({}, "stopped");
        log.flush();
        resolve();
      });
    };
    const unwatch = whenParentEnds(process.env, () => {
      if (!stopping) stop("npm, which started this, has ended");
    });
    const signals: NodeJS.Signals[] = ["SIGTERM", "SIGINT"];
    if (process.listenerCount("SIGHUP") === 0) signals.push("SIGHUP");
    for (const signal of signals) process.on(signal, stop);
  });
}
