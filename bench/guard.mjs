/**
 * `npm run bench:guard`: fails when an operation has come to cost more than it did. What is compared is the processor
 * time of ours to that of a bare server in the same run, the least of several rounds each, which a slow or busy machine
 * changes little, with what guard.json recorded. `-- --record` records it anew, which a change that is worth its cost does in its own commit.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { start } from "./processes.mjs";
import { table } from "./report.mjs";
import { measure, operations } from "./rounds.mjs";
import { countersign } from "./subjects/countersign.mjs";
import { bare } from "./subjects/others.mjs";

const { record } = parseArgs({ options: { record: { type: "boolean" } } }).values;
const here = fileURLToPath(new URL(".", import.meta.url));
const file = join(here, "guard.json");
/** On a shared machine runs of one build were seen to differ by three tenths, and now and then by six. */
const tolerance = 0.4;
/** An operation that seems slower is measured again: a busy minute passes, a regression stays. */
const attempts = 3;
const how = {
  rounds: 7,
  milliseconds: 700,
  warmUpMilliseconds: 2500,
  connections: 32,
  values: (operation, last) =>
    operation === "code exchange" ? (last ? 2 * last.done + 2000 : 12_000) : 1000,
};

const folder = join(here, ".data", String(process.pid));
mkdirSync(folder, { recursive: true });
const load = start([join(here, "load.mjs")], { core: 1, talks: true });
try {
  const place = { folder, core: 0 };
  const ours = await countersign(place);
  const subjects = [ours, await bare(place, ours, operations)];
  const recorded = JSON.parse(readFileSync(file, "utf8"));
  const now = {};
  for (const operation of operations)
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const ratio = await measureRatio(subjects, operation);
      now[operation] = Math.min(ratio, now[operation] ?? ratio);
      if (now[operation] / recorded[operation] - 1 <= tolerance) break;
    }
  for (const subject of subjects) await subject.stop();
  if (record) writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  process.exitCode = judge(now, record ? now : recorded);
} finally {
  rmSync(folder, { recursive: true, force: true });
  load.kill();
}

async function measureRatio(subjects, operation) {
  const [us, floor] = [...(await measure({ load, subjects, operation }, how)).values()];
  if (us.failed + floor.failed > 0) throw new Error(`${operation}: ${us.firstFailure ?? floor.firstFailure}`);
  return Math.round((100 * us.leastCpu) / floor.leastCpu) / 100;
}

function judge(now, recorded) {
  const rows = operations.map((operation) => {
    const change = now[operation] / recorded[operation] - 1;
    const verdict = change > tolerance ? "slower" : change < -tolerance ? "faster: record it" : "as before";
    return [
      operation,
      recorded[operation].toFixed(2),
      now[operation].toFixed(2),
      `${Math.round(change * 100)} %`,
      verdict,
    ];
  });
  console.log(table(["processor time, ours to bare", "recorded", "now", "change", "verdict"], rows));
  return rows.some((row) => row.at(-1) === "slower") ? 1 : 0;
}
