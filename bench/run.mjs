/** `npm run bench`: our server beside its peers and beside what `node:http` can do. README.md says how to read it. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bound } from "./bound.mjs";
import { cold } from "./cold.mjs";
import { disturbed } from "./disturbed.mjs";
import { growth } from "./growth.mjs";
import { latency } from "./latency.mjs";
import { onPostgres } from "./on-postgres.mjs";
import { whereTimeGoes } from "./parts.mjs";
import { start } from "./processes.mjs";
import { comparisonReport } from "./report.mjs";
import { keep } from "./results.mjs";
import { measure, operations } from "./rounds.mjs";
import { countersign } from "./subjects/countersign.mjs";
import { bare, peer, smallest } from "./subjects/others.mjs";
import { traced } from "./traced.mjs";
import { writeAheadLog } from "./wal.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean" },
    growth: { type: "boolean" },
    cold: { type: "boolean" },
    latency: { type: "boolean" },
    parts: { type: "boolean" },
    disturbed: { type: "boolean" },
    dpop: { type: "boolean" },
    during: { type: "string", multiple: true },
    postgres: { type: "boolean" },
    wal: { type: "boolean" },
    traces: { type: "boolean" },
    grants: { type: "string", default: "1000000" },
    rounds: { type: "string" },
    milliseconds: { type: "string" },
    only: { type: "string", multiple: true },
    subject: { type: "string", multiple: true },
    against: { type: "string" },
    connections: { type: "string", default: "32" },
    data: { type: "string" },
  },
});

const here = fileURLToPath(new URL(".", import.meta.url));
if (!existsSync(join(here, "../packages/server/dist/cli/main.js"))) {
  console.error("bench: the server is not built. Run `npm run build` first.");
  process.exit(1);
}
const folder = join(options.data ?? join(here, ".data"), String(process.pid));
mkdirSync(folder, { recursive: true });

const wanted = options.only ?? operations;
const how = {
  rounds: Number(options.rounds ?? (options.quick ? 3 : 5)),
  milliseconds: Number(options.milliseconds ?? (options.quick ? 600 : 2000)),
  /** Long enough for the JIT compiler to have seen the hot paths. */
  warmUpMilliseconds: options.quick ? 1200 : 3000,
  connections: Number(options.connections),
  /** Codes are spent: enough of them, from what the run before used. Tokens are used in turn. */
  values(operation, last) {
    if (operation !== "code exchange") return 1000;
    return last === undefined ? 12_000 : Math.ceil(1000 + 1.5 * last.rate * (how.milliseconds / 1000));
  },
};
const load = start([join(here, "load.mjs")], { core: 1, talks: true });

async function compare() {
  const place = { folder, core: 0 };
  const ours = await countersign(place);
  const { against } = options;
  const named = (name) => !options.subject || options.subject.some((part) => name.includes(part));
  const others = [
    ["before", () => against && countersign({ ...place, name: "before", root: resolve(against) })],
    ["bare node:http", () => bare(place, ours, wanted)],
    ["node:http and the smallest SQL", () => smallest(place, ours, wanted, join(folder, "smallest.db"))],
    ["oidc-provider, memory", () => peer(place, "oidc-provider")],
    ["oidc-provider, SQLite", () => peer(place, "oidc-provider", "oidc-provider.db")],
    ["@node-oauth/oauth2-server, memory", () => peer(place, "@node-oauth/oauth2-server")],
    ["@node-oauth/express-oauth-server, memory", () => peer(place, "@node-oauth/express-oauth-server")],
    ["@node-oauth/oauth2-server, SQLite", () => peer(place, "@node-oauth/oauth2-server", "oauth2-server.db")],
  ];
  const subjects = [ours];
  // Those that are not wanted are not started: one that nobody stops would keep the run from ending.
  for (const [name, make] of others) {
    const made = named(name) ? await make() : undefined;
    if (made) subjects.push(made);
  }
  const results = new Map();
  for (const operation of wanted) {
    console.error(`${operation} …`);
    results.set(operation, await measure({ load, subjects, operation }, how));
  }
  for (const subject of subjects) await subject.stop();
  return comparisonReport(results, how);
}

const command = ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(
  " ",
);
try {
  if (options.growth) {
    await growth({ folder, load, how, grants: Number(options.grants), command });
  } else if (options.cold) {
    const report = await cold({ folder, runs: how.rounds + 2 });
    console.log(report);
    keep("cold", report, command);
  } else if (options.latency) {
    const report = await latency({ folder, load, how, wanted });
    console.log(report);
    if (!options.only) keep("latency", report, command);
  } else if (options.disturbed) {
    const { during } = options;
    const report = await disturbed({ folder, load, wanted, during, script: join(here, "load.mjs") });
    console.log(report);
    if (!options.only && !during) keep("disturbed", report, command);
  } else if (options.wal) {
    const report = await writeAheadLog({ folder, load, how, wanted, grants: Number(options.grants) });
    console.log(report);
    if (!options.only) keep("wal", report, command);
  } else if (options.dpop) {
    const report = await bound({ folder, load, how });
    console.log(report);
    keep("dpop", report, command);
  } else if (options.parts) {
    const report = await whereTimeGoes({ folder, load, how, wanted });
    console.log(report);
    if (!options.only) keep("parts", report, command);
  } else if (options.postgres) {
    const report = await onPostgres({ folder, load, how, wanted });
    console.log(report);
    if (!options.only) keep("postgres", report, command);
  } else if (options.traces) {
    const report = await traced({ folder, load, how, wanted });
    console.log(report);
    if (!options.only) keep("traces", report, command);
  } else {
    const report = await compare();
    console.log(report);
    if (!options.only && !options.subject && !options.against) keep("comparison", report, command);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  load.kill();
}
