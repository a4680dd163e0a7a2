/** `npm run bench -- --parts`: where the time of a request goes, by profiles of the processor. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./processes.mjs";
import { parts, timeOfParts } from "./profile-parts.mjs";
import { table } from "./report.mjs";
import { runOnce } from "./rounds.mjs";
import { countersign } from "./subjects/countersign.mjs";

const total = (column) => [...column.values()].reduce((sum, time) => sum + time, 0);

/** Returns the table, one column for each operation. */
export async function whereTimeGoes({ folder, load, how, wanted }) {
  const columns = [];
  for (const operation of wanted) {
    console.error(`${operation} …`);
    columns.push(await profileOf(operation, folder, load, how));
  }
  const cell = (time, column) => `${time.toFixed(1)} (${Math.round((100 * time) / total(column))} %)`;
  const rows = parts.map((part) => [part, ...columns.map((column) => cell(column.get(part), column))]);
  rows.push(["together", ...columns.map((column) => total(column).toFixed(1))]);
  return [
    `Microseconds of processor time for one request, divided as the samples of a profile are, one each quarter of a millisecond for ${how.milliseconds / 1000} s. The profiler adds to all of them. bench/profile-parts.mjs says which files are which part.`,
    table(["part", ...wanted], rows),
  ].join("\n\n");
}

/** Returns the microseconds of a request that each part takes, on a server of its own: other threads are divided alike. */
async function profileOf(operation, folder, load, how) {
  const name = `profiled-${operation.replaceAll(/\W+/g, "-")}`;
  const ours = await countersign({ folder, core: 0, name, profiled: true });
  const warmUp = { ...how, milliseconds: how.warmUpMilliseconds };
  const last = await runOnce(load, ours, await ours.prepare(operation, how.values(operation)), warmUp);
  const prepared = await ours.prepare(operation, how.values(operation, last));
  await ask(ours.child, {});
  const { cpu, failed, firstFailure } = await runOnce(load, ours, prepared, how);
  const file = join(folder, `${name}.cpuprofile`);
  await ask(ours.child, { stopTo: file });
  await ours.stop();
  if (failed > 0) throw new Error(`${operation}: ${firstFailure}`);
  const times = timeOfParts(JSON.parse(readFileSync(file, "utf8")));
  const sampled = total(times);
  return new Map([...times].map(([part, time]) => [part, (cpu * time) / sampled]));
}
