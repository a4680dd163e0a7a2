/** What ours is compared with: the bare server and the peers, each a process that says its port and prepares its load. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ask, start, stop } from "../processes.mjs";

const script = (name) => fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url));

/**
 * A bare server that answers each operation with what ours answered: it is sent the same requests.
 * @param {{ port: number, prepare(operation: string, count: number): Promise<object> }} ours
 */
export async function bare({ core }, ours, operations) {
  const child = start([script("bare")], { core, talks: true });
  const { port } = await ask(child);
  const loads = new Map();
  for (const operation of operations) {
    const load = await ours.prepare(operation, 64);
    const path = `/${operation.replaceAll(/\W+/g, "-")}`;
    await ask(child, { path, ...(await answerOf(ours.port, load)) });
    loads.set(operation, { ...load, path, once: false });
  }
  return {
    name: "bare node:http",
    port,
    child,
    prepare: async (operation) => loads.get(operation),
    stop: () => stop(child),
  };
}

/**
 * The bare server that also runs the smallest SQL for the same act, on a database of its own.
 * @param {string} database a file, or the URL of an empty PostgreSQL database
 */
export async function smallest({ core }, ours, operations, database) {
  const child = start([script("smallest"), database], { core, talks: true });
  const { port } = await ask(child);
  const loads = new Map();
  for (const operation of operations) {
    const load = await ours.prepare(operation, 64);
    const path = `/${operation.replaceAll(/\W+/g, "-")}`;
    await ask(child, { path, ...(await answerOf((ours.workers?.[0] ?? ours).port, load)) });
    loads.set(operation, { ...load, path });
  }
  const prepare = async (operation, count) => {
    const put = operation === "code exchange" ? "codes" : "families";
    return { ...loads.get(operation), values: await ask(child, { put, count }) };
  };
  return { name: "node:http and the smallest SQL", port, child, prepare, stop: () => stop(child) };
}

/** Returns the headers and the body that a load is answered with, without what `node:http` adds by itself. */
async function answerOf(port, load) {
  const [value] = load.values;
  const headers = Object.fromEntries(
    Object.entries(load.headers).map(([name, text]) => [name, text.replace("{value}", value)]),
  );
  const body = load.body === undefined ? undefined : load.body + value;
  const answer = await fetch(`http://127.0.0.1:${port}${load.path}`, { method: load.method, headers, body });
  if (!answer.ok) throw new Error(`${load.path} answered ${answer.status}: ${await answer.text()}`);
  const own = new Set(["date", "connection", "keep-alive"]);
  return {
    headers: Object.fromEntries([...answer.headers].filter(([name]) => !own.has(name))),
    body: await answer.text(),
  };
}

/** A peer from npm, in memory, on a SQLite file or, by its URL, on a PostgreSQL database. */
export async function peer({ folder, core }, packageName, file) {
  const server = packageName.split("/").at(-1);
  const isUrl = file?.startsWith("postgres:");
  const store = file === undefined ? [] : [isUrl ? file : join(folder, file)];
  const child = start([script(server), ...store], { core, talks: true });
  const { port } = await ask(child);
  const name = `${packageName}, ${file === undefined ? "memory" : isUrl ? "PostgreSQL" : "SQLite"}`;
  const prepare = (operation, count) => ask(child, { operation, count });
  return { name, port, child, prepare, stop: () => stop(child) };
}
