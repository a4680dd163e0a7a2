/** Running until told to stop: requests under way are answered, then storage is closed. */

import type { Log } from "../log.js";

/** How long requests under way may take to end, in milliseconds. */
const drainMilliseconds = 25_000;

/** Resolves after SIGTERM or SIGINT has been obeyed. A second signal ends the process at once. */
export function runUntilSignal(service: { close(): Promise<void> }, log: Log): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (signal: NodeJS.Signals) => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, "stopping: requests under way are answered first");
      const late = setTimeout(() => {
        log.error({ seconds: drainMilliseconds / 1000 }, "stopped before every request was answered");
        log.flush();
        process.exit(1);
      }, drainMilliseconds);
      late.unref();
      service.close().then(() => {
        log.info({}, "stopped");
        log.flush();
        resolve();
      });
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}
