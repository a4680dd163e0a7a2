/**
 * `countersign serve` from the single files of the build, whose names say what they do, with a profiler of the processor:
 * on request it starts one, or stops it and writes what it saw. Argument: where `dist` is.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const session = new Session();
session.connect();
const samplingMicroseconds = 250;

process.on("message", async ({ stopTo }) => {
  if (stopTo === undefined) {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: samplingMicroseconds });
    await session.post("Profiler.start");
  } else {
    const { profile } = await session.post("Profiler.stop");
    writeFileSync(stopTo, JSON.stringify(profile));
  }
  process.send({ result: true });
});
process.channel.unref();

const { main } = await import(pathToFileURL(join(process.argv[2], "cli/main.js")));
await main(["serve"]);
