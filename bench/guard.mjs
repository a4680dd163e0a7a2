/**
 * `npm run bench:guard`: fails when an operation has come to cost more processor time than in an earlier commit. That
 * commit is built beside this tree, and both builds answer the same requests in turn, in many short rounds; the
 * statistics are in statistics.mjs. `-- --record` makes HEAD the commit to compare with, which a change that is worth
 * its cost does in the commit after it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildCommit, commitOf, copyBuild, plantRegression } from "./builds.mjs";
import { pairedRatios, processorTime } from "./pairs.mjs";
import { start } from "./processes.mjs";
import { table } from "./report.mjs";
import { operations } from "./rounds.mjs";
import { judgePairs } from "./statistics.mjs";
import { countersign } from "./subjects/countersign.mjs";

const { values: options } = parseArgs({
  options: {
    base: { type: "string" },
    record: { type: "boolean" },
    same: { type: "boolean" },
    plant: { type: "string" },
    only: { type: "string", multiple: true },
    times: { type: "string", default: "1" },
    lives: { type: "string", default: "3" },
    pairs: { type: "string", default: "8" },
  },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const file = join(here, "guard.json");
/** What costs up to a tenth more passes: the tenth, and not the confidence, is what keeps chance from failing a change. */
const judged = { tolerance: 0.1, confidence: 0.95 };
const how = {
  /** Each build is started anew so often: what the compiler of one process made of it is chance, too. */
  lives: Number(options.lives),
  pairs: Number(options.pairs),
  roundMilliseconds: 250,
  warmUpRequests: 12_000,
  connections: 32,
};

if (options.record) {
  writeFileSync(file, `${JSON.stringify({ commit: commitOf("HEAD") }, null, 2)}\n`);
  process.exit(0);
}

const folder = join(here, ".data", String(process.pid));
mkdirSync(folder, { recursive: true });
const load = start([join(here, "load.mjs")], { core: 1, talks: true });
try {
  const commit = commitOf(options.base ?? JSON.parse(readFileSync(file, "utf8")).commit);
  console.error(`building ${commit.slice(0, 12)} …`);
  const before = buildCommit({ commit, folder: join(folder, "before") });
  const after = await otherBuild(commit, before);
  for (let time = 1; time <= Number(options.times); time += 1)
    if (await isSlower(before, after, time)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  load.kill();
}

/** This tree; or, to try the guard itself, the earlier commit again, with or without a regression. */
async function otherBuild(commit, before) {
  if (options.same) return before;
  if (options.plant === undefined) return copyBuild(join(folder, "after"));
  const microseconds = (Number(options.plant) / 100) * (await costOf("bearer check", before));
  console.error(`planting ${microseconds.toFixed(1)} µs in each check of an access token …`);
  const change = (tree) => plantRegression(tree, microseconds);
  return buildCommit({ commit, folder: join(folder, "after"), change });
}

async function costOf(operation, build) {
  const place = { folder: join(folder, "cost"), core: 0, metered: true };
  const subject = await countersign({ ...place, root: build });
  const cost = await processorTime({ load, subject, operation }, how);
  await subject.stop();
  return cost;
}

async function isSlower(before, after, time) {
  const ratios = new Map();
  for (let life = 1; life <= how.lives; life += 1) {
    const place = { folder: join(folder, `${time}-${life}`), core: 0, metered: true };
    const subjects = {
      before: await countersign({ ...place, name: "before", root: before }),
      after: await countersign({ ...place, name: "after", root: after }),
    };
    for (const operation of options.only ?? operations) {
      const more = await pairedRatios({ load, ...subjects, operation }, how);
      ratios.set(operation, [...(ratios.get(operation) ?? []), ...more]);
      if (process.env.BENCH_VERBOSE) console.error(operation, more.map((r) => r.toFixed(3)).join(" "));
    }
    await subjects.before.stop();
    await subjects.after.stop();
  }
  return report(new Map([...ratios].map(([operation, of]) => [operation, judgePairs(of, judged)])));
}

function report(results) {
  const rows = [...results].map(([operation, { ratio, low, high, verdict }]) => [
    operation,
    ratio.toFixed(3),
    `${low.toFixed(3)} – ${high.toFixed(3)}`,
    verdict,
  ]);
  const head = ["processor time of a request, after / before", "median", "in 95 % of all cases", "verdict"];
  console.log(table(head, rows));
  return rows.some((row) => row.at(-1) === "slower");
}
