/** Tables of what was measured, and what the targets say of it. */
import { canPin } from "./processes.mjs";

const ours = "countersign";
const bare = "bare node:http";
const limit = "node:http and the smallest SQL";
/** A library and not a server: its own documentation sets it on Express, which is measured as well. */
const library = "@node-oauth/oauth2-server, memory";
/** Ours to bare, least. */
const targets = {
  "code exchange": 0.4,
  "refresh, same token": 0.5,
  "refresh, rotating": 0.5,
  "bearer check": 0.5,
};
const peerTarget = 4;
/** Ours to the smallest SQL for the same act, least: where an act is written, on SQLite; everywhere, on PostgreSQL. */
const limitTargets = { "code exchange": 0.7, "refresh, rotating": 0.7 };
const postgresLimitTarget = 0.6;
/** The 99th percentile at half load to the median, most; and the longest answer, in milliseconds. */
const tailTarget = 5;
const pauseTarget = 50;

const whole = (number) => Math.round(number).toLocaleString("en-US");
const row = (cells) => `| ${cells.join(" | ")} |`;

export function table(head, rows) {
  return [row(head), row(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(row)].join(
    "\n",
  );
}

/** @param {Map<string, Map<string, import("./rounds.mjs").Summary>>} results by operation, then by subject */
export function comparisonReport(results, { rounds, milliseconds, connections }) {
  const ratios = [...results].map(([operation, of]) => ratioRow(operation, of)).filter(Boolean);
  const rows = [...results].flatMap(([operation, of]) =>
    [...of].map(([name, it]) => subjectRow(operation, name, it)),
  );
  const failures = [...results].flatMap(([operation, of]) =>
    [...of]
      .filter(([, it]) => it.failed > 0)
      .map(([name, it]) => `${operation}, ${name}: ${it.firstFailure}`),
  );
  return [
    `Medians of ${rounds} interleaved runs of ${milliseconds / 1000} s each after one to warm up; ${connections} connections; ${canPin ? "server on core 0, load on core 1" : "not pinned to cores"}.`,
    table(
      [
        "operation",
        "ours / bare",
        "target",
        "best server in memory",
        "ours / that server",
        "target",
        "ours / best on SQLite",
        "ours / oauth2-server as a library",
        "ours / bare, processor time",
        "ours / smallest SQL",
        "target",
      ],
      ratios,
    ),
    table(
      [
        "operation",
        "server",
        "requests/s",
        "lowest – highest",
        "processor µs/request",
        "load busy",
        "answered",
        "failed",
      ],
      rows,
    ),
    ...(failures.length ? ["First failures:", ...failures.map((text) => `\`\`\`\n${text}\n\`\`\``)] : []),
  ].join("\n\n");
}

function subjectRow(operation, name, { rate, lowest, highest, cpu, busy, done, failed }) {
  const spread = `${whole(lowest)} – ${whole(highest)}`;
  return [
    operation,
    name,
    whole(rate),
    spread,
    whole(cpu),
    `${Math.round(busy * 100)} %`,
    whole(done),
    whole(failed),
  ];
}

function ratioRow(operation, of) {
  const [us, floor] = [of.get(ours), of.get(bare)];
  const fastest = (where) =>
    [...of]
      .filter(([name]) => name.endsWith(where) && name !== library)
      .sort(([, a], [, b]) => b.rate - a.rate)[0];
  const best = fastest(", memory");
  if (!us || !floor) return undefined;
  const met = (value, least) => (value >= least ? "met" : "missed");
  const times = (peer) => (peer ? `${(us.rate / peer.rate).toFixed(1)} ×` : "");
  const toBare = us.rate / floor.rate;
  return [
    operation,
    `${Math.round(toBare * 100)} %`,
    `≥ ${targets[operation] * 100} %: ${met(toBare, targets[operation])}`,
    best?.[0].replace(", memory", "") ?? "",
    times(best?.[1]),
    best ? `≥ ${peerTarget} ×: ${met(us.rate / best[1].rate, peerTarget)}` : "",
    times(fastest(", SQLite")?.[1]),
    times(of.get(library)),
    `${Math.round((floor.cpu / us.cpu) * 100)} %`,
    ...toLimit(us, of.get(limit), limitTargets[operation]),
  ];
}

const verdict = (value, least) => `≥ ${least * 100} %: ${value >= least ? "met" : "missed"}`;

/** Returns the cells for ours beside the smallest SQL, and its target where there is one. */
function toLimit(us, it, target) {
  if (!it) return ["", ""];
  const ratio = us.rate / it.rate;
  return [`${Math.round(ratio * 100)} %`, target === undefined ? "" : verdict(ratio, target)];
}

/** @param {Map<string, Map<string, object>>} results by operation, then by subject */
export function postgresReport(results, { rounds, milliseconds, connections }) {
  const times = (a, b) => (a.rate / b.rate).toFixed(1);
  const ratios = [...results].map(([operation, of]) => {
    const [us, oidc, library] = [
      of.get(ours),
      ...[...of].filter(([name]) => name.endsWith(", PostgreSQL")).map(([, it]) => it),
    ];
    const best = oidc.rate > library.rate ? oidc : library;
    return [
      operation,
      ...toLimit(us, of.get(limit), postgresLimitTarget),
      `${times(us, oidc)} ×`,
      `${times(us, library)} ×`,
      `≥ ${peerTarget} ×: ${us.rate / best.rate >= peerTarget ? "met" : "missed"}`,
      `${times(of.get("countersign, two nodes"), us)} ×`,
    ];
  });
  const rows = [...results].flatMap(([operation, of]) =>
    [...of].map(([name, it]) => subjectRow(operation, name, it)),
  );
  return [
    `Medians of ${rounds} interleaved runs of ${milliseconds / 1000} s each after one to warm up; ${connections} connections; one PostgreSQL with fsync on the same two cores; 10 database connections a node.`,
    table(
      [
        "operation",
        "ours / smallest SQL",
        "target",
        "ours / oidc-provider",
        "ours / oauth2-server",
        "target, of the better",
        "two nodes / one",
      ],
      ratios,
    ),
    table(
      [
        "operation",
        "server",
        "requests/s",
        "lowest – highest",
        "processor µs/request, without PostgreSQL's",
        "load busy",
        "answered",
        "failed",
      ],
      rows,
    ),
  ].join("\n\n");
}

/** @param {{ operation: string, part: number, perSecond: number, times: number[], failed: number }[]} rows */
export function latencyReport(rows, { connections }) {
  const at = (times, part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  const cells = rows.map(({ operation, part, perSecond, times, failed }) => {
    const [middle, p99, longest] = [at(times, 0.5), at(times, 0.99), times.at(-1)];
    const met = p99 <= tailTarget * middle && longest <= pauseTarget;
    return [
      operation,
      `${part * 100} %`,
      whole(perSecond),
      ...[middle, p99, at(times, 0.999), longest].map((one) => one.toFixed(2)),
      `${(p99 / middle).toFixed(1)} ×`,
      part === 0.5 ? `≤ ${tailTarget} ×, longest ≤ ${pauseTarget} ms: ${met ? "met" : "missed"}` : "",
      whole(failed),
    ];
  });
  return [
    `Requests arrive by a schedule on ${connections} connections; times in milliseconds, from when a request was due to its whole answer. Load is a part of what a closed loop reached just before.`,
    table(
      ["operation", "load", "requests/s", "p50", "p99", "p99.9", "longest", "p99 / p50", "target", "failed"],
      cells,
    ),
  ].join("\n\n");
}

const growthTarget = 1.3;

/** @param {{ nodes: object[], results: Map<string, Map<string, object>>, workers: Map<string, Map<string, object>> }} measured */
export function growthReport({ nodes, results, workers }, { rounds, milliseconds, connections }) {
  const [few, many] = nodes;
  const mebibytes = (bytes) => `${whole(bytes / 2 ** 20)} MiB`;
  const grown = [...results].map(([operation, of]) => {
    const [a, b] = [of.get(few.name), of.get(many.name)];
    const ratio = a.rate / b.rate;
    const judged = `≤ ${growthTarget}: ${ratio <= growthTarget ? "met" : "missed"}`;
    return [
      operation,
      whole(a.rate),
      whole(b.rate),
      ratio.toFixed(2),
      judged,
      (b.cpu / a.cpu).toFixed(2),
      a.failed + b.failed,
    ];
  });
  const sizes = nodes.map(({ grants, bytes, seconds, idle, loaded }) => [
    whole(grants),
    mebibytes(bytes),
    whole(bytes / grants),
    `${seconds} s`,
    `${idle.own} MiB`,
    `${loaded.own} MiB`,
    `${loaded.resident} MiB`,
  ]);
  const shared = [...workers].map(([operation, of]) => {
    const [one, two] = [...of.values()];
    return [
      operation,
      whole(one.rate),
      whole(two.rate),
      `${(two.rate / one.rate).toFixed(2)} ×`,
      whole(one.cpu),
      whole(two.cpu),
      one.failed + two.failed,
    ];
  });
  return [
    `Medians of ${rounds} interleaved runs of ${milliseconds / 1000} s each; ${connections} connections; tokens drawn from the whole file; the rate limit of each account is off.`,
    table(
      [
        "operation",
        `requests/s, ${whole(few.grants)} grants`,
        `${whole(many.grants)} grants`,
        "ratio",
        "target",
        "ratio, processor time",
        "failed",
      ],
      grown,
    ),
    table(
      [
        "grants",
        "file",
        "bytes/grant, with its family",
        "made in",
        "node's own memory, idle",
        "after load",
        "with mapped files",
      ],
      sizes,
    ),
    "Two workers against one, on one file. The load waits instead of spinning, and takes its part of the second core.",
    table(
      ["operation", "requests/s, one", "two", "ratio", "processor µs/request, one", "two", "failed"],
      shared,
    ),
  ].join("\n\n");
}
