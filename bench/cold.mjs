/** `npm run bench -- --cold`: what a person waits for before anything works, and how much npm has to bring for it. */
import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ask, cpuSeconds, start, stop } from "./processes.mjs";
import { table } from "./report.mjs";
import { median } from "./statistics.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "packages/server/bin/countersign.js");
const script = (name) => join(root, "bench/servers", `${name}.mjs`);
/** Ours, with its pages, accounts and store, at most as long as the best peer, which has none of them. */
const target = 1;

/** Each is started alone, and in turn, so that a slow minute meets all alike. */
export async function cold({ folder, runs }) {
  const subjects = [
    ["countersign dev --memory", () => command(["dev", "--memory", "--quiet"])],
    ["countersign serve, a new file", (run) => command(["serve"], join(folder, `cold${run}.db`))],
    ["startEmulator", () => talking("emulator")],
    ["oidc-provider, memory", () => talking("oidc-provider")],
    ["bare node:http", () => talking("bare", { path: "/health", headers: {}, body: "ok" })],
  ];
  const measured = new Map(subjects.map(([name]) => [name, []]));
  // Round 0 fills the caches of the file system and is not counted.
  for (let run = 0; run <= runs; run++) {
    for (const [name, begin] of subjects) {
      const one = await firstAnswer(() => begin(run));
      if (run > 0) measured.get(name).push(one);
    }
  }
  const of = (name, what) => median(measured.get(name).map((one) => one[what]));
  const peer = of("oidc-provider, memory", "milliseconds");
  const rows = subjects.map(([name]) => {
    const milliseconds = of(name, "milliseconds");
    const ours = name.startsWith("countersign") || name === "startEmulator";
    const verdict = `≤ ${target}: ${milliseconds / peer <= target ? "met" : "missed"}`;
    const processor = Math.round(1000 * of(name, "cpu"));
    return [name, Math.round(milliseconds), processor, (milliseconds / peer).toFixed(2), ours ? verdict : ""];
  });
  const sizes = ["sdk", "server", "countersign"].map((name) => packed(join(root, "packages", name)));
  return [
    `From starting Node to the first whole answer; medians of ${runs} starts each, in turn. Caches of the file system are warm.`,
    table(["what", "ms", "processor ms", "to oidc-provider", "target"], rows),
    table(["package", "kB to fetch", "kB on disk", "files"], sizes),
  ].join("\n\n");
}

async function command(args, database) {
  const port = await freePort();
  const env = {
    COUNTERSIGN_PUBLIC_URL: `http://127.0.0.1:${port}`,
    COUNTERSIGN_PORT: String(port),
    COUNTERSIGN_SECRETS: "bench-0123456789abcdefghijklmnopqrstuvwxyz",
    ...(database && { COUNTERSIGN_DATABASE: database }),
    PORT: String(port),
  };
  return { child: start([bin, ...args], { env, stdout: "ignore" }), port };
}

/** @param {object} [answer] what the bare server is to answer. */
async function talking(name, answer) {
  const child = start([script(name)], { talks: true });
  const { port } = await ask(child);
  if (answer) await ask(child, answer);
  return { child, port };
}

async function firstAnswer(begin) {
  const started = performance.now();
  const { child, port } = await begin();
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 5));
  const milliseconds = performance.now() - started;
  const cpu = cpuSeconds(child.pid);
  await stop(child);
  return { milliseconds, cpu };
}

/** Resolves to whether there is an answer, whatever it is. */
function answers(port) {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    () => true,
    () => false,
  );
}

function packed(folder) {
  const text = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: folder,
    encoding: "utf8",
  });
  const [{ name, size, unpackedSize, files }] = JSON.parse(text);
  return [name, Math.round(size / 1000), Math.round(unpackedSize / 1000), files.length];
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
