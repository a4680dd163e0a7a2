/**
 * Loaded into a server before its own program (`--import`): says on request how long its event loop stood still at most
 * since the last time, in milliseconds. Time in which the processor was another program's does not count, since Linux
 * tells it apart; time in which the disk was waited for does.
 */
import { openSync, readSync } from "node:fs";

const everyMilliseconds = 1;
const bytes = Buffer.alloc(100);
const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
let longest = 0;
let last = now();

/** Wall clock, and how long this thread was ready to run and did not. */
function now() {
  const length = readSync(file, bytes, 0, bytes.length, 0);
  const waited = Number(bytes.latin1Slice(0, length).split(" ")[1]) / 1e6;
  return performance.now() - waited;
}

setInterval(() => {
  const current = now();
  longest = Math.max(longest, current - last - everyMilliseconds);
  last = current;
}, everyMilliseconds).unref();

process.on("message", () => {
  process.send({ result: longest });
  longest = 0;
});
process.channel.unref();
