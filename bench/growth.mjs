/** `npm run bench -- --growth`: few grants against many, memory of a node, two workers against one. */
import { makeGrown } from "./growth-data.mjs";
import { memory } from "./processes.mjs";
import { growthReport } from "./report.mjs";
import { keep } from "./results.mjs";
import { runOnce, summary } from "./rounds.mjs";
import { serve } from "./subjects/countersign.mjs";

const operations = ["bearer check", "refresh, same token"];

/** @param {{ folder: string, load: object, how: object, grants: number, command: string }} what */
export async function growth({ folder, load, how, grants, command }) {
  console.error(`making 10,000 and ${grants.toLocaleString("en-US")} grants …`);
  const data = [await makeGrown(folder, 10_000), await makeGrown(folder, grants)];
  const nodes = [];
  for (const of of data) {
    const name = `grants-${of.grants}`;
    // Without the limit of each account, which writes once a minute for each: this measures reads as data grows.
    const node = await serve({ folder, database: of.database, core: 0, name, accountLimit: "off" });
    nodes.push({ ...node, ...of, idle: memory(node.child.pid) });
  }
  const results = new Map();
  for (const operation of operations) {
    console.error(`${operation} …`);
    results.set(operation, await interleave(load, nodes, operation, how));
  }
  for (const node of nodes) node.loaded = memory(node.child.pid);
  for (const node of nodes) await node.stop();
  const workers = await compareWorkers({ folder, load, how, data: data[1] });
  const report = growthReport({ nodes, results, workers }, how);
  console.log(report);
  keep("growth", report, command);
}

/** The same interleaved rounds for nodes whose load is prepared once. */
async function interleave(load, nodes, operation, how) {
  const runs = new Map(nodes.map(({ name }) => [name, []]));
  for (let round = 0; round <= how.rounds; round++) {
    for (const node of nodes) {
      const milliseconds = round === 0 ? how.warmUpMilliseconds : how.milliseconds;
      const run = await runOnce(load, node, await node.prepare(operation), { ...how, milliseconds });
      if (round > 0) runs.get(node.name).push(run);
    }
  }
  return new Map([...runs].map(([name, of]) => [name, summary(of)]));
}

/** Two processes on one file. With two cores in all, the second shares its core with the load. */
async function compareWorkers({ folder, load, how, data }) {
  const workers = [];
  for (const core of [0, 1])
    workers.push(
      await serve({ folder, database: data.database, core, name: `worker-${core}`, accountLimit: "off" }),
    );
  const prepare = async (operation) => ({ ...(await data.prepare(operation)), sleeps: true });
  const subjects = [
    { name: "one worker", workers: workers.slice(0, 1), prepare },
    { name: "two workers", workers, prepare },
  ];
  const results = new Map();
  for (const operation of [...operations, "refresh, rotating"])
    results.set(operation, await interleave(load, subjects, operation, how));
  for (const worker of workers) await worker.stop();
  return results;
}
