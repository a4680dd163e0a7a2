/** `npm run bench -- --traces`: what it costs to tell a collector of each request, or of one in a hundred. */
import { fileURLToPath } from "node:url";
import { ask, start, stop } from "./processes.mjs";
import { table } from "./report.mjs";
import { runOnce } from "./rounds.mjs";
import { median } from "./statistics.mjs";
import { countersign } from "./subjects/countersign.mjs";

/** Where the server finds the packages of OpenTelemetry, which are no dependency of its own. */
const cwd = fileURLToPath(new URL(".", import.meta.url));
const samplers = {
  "every request": { OTEL_TRACES_SAMPLER: "always_on" },
  "one in a hundred": { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" },
};

export async function traced({ folder, load, how, wanted }) {
  const collector = start([fileURLToPath(new URL("servers/collector.mjs", import.meta.url))], {
    core: 1,
    talks: true,
  });
  const { port } = await ask(collector);
  const subjects = [await countersign({ folder, core: 0, name: "none" })];
  for (const [name, sampler] of Object.entries(samplers)) {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, ...sampler };
    subjects.push(await countersign({ folder, core: 0, name, cwd, env }));
  }
  const rows = [];
  for (const operation of wanted) {
    console.error(`${operation} …`);
    rows.push(...compared(operation, await rounds({ load, subjects, operation }, how)));
  }
  for (const subject of subjects) await subject.stop();
  const { requests } = await ask(collector, {});
  await stop(collector);
  if (requests === 0) throw new Error("no trace came to the collector");
  return [
    `Medians of ${how.rounds} rounds of ${how.milliseconds / 1000} s for each after one to warm up; each run is compared with the one without traces of its round. ${how.connections} connections.`,
    table(
      ["operation", "traces", "requests/s", "processor µs/request", "to none", "lowest – highest", "failed"],
      rows,
    ),
  ].join("\n\n");
}

/** Returns the runs of each subject, by its name; in each round all get the same load in turn. */
async function rounds({ load, subjects, operation }, how) {
  const runs = new Map(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round <= how.rounds; round++)
    for (const subject of subjects) {
      const of = runs.get(subject.name);
      const prepared = await subject.prepare(operation, how.values(operation, of.at(-1)));
      const milliseconds = round === 0 ? how.warmUpMilliseconds : how.milliseconds;
      of.push(await runOnce(load, subject, prepared, { ...how, milliseconds }));
    }
  return new Map([...runs].map(([name, of]) => [name, of.slice(1)]));
}

function compared(operation, runs) {
  const without = runs.get("none");
  return [...runs].map(([name, of]) => {
    const ratios = of.map(({ cpu }, round) => cpu / without[round].cpu);
    return [
      operation,
      name,
      Math.round(median(of.map(({ rate }) => rate))).toLocaleString("en-US"),
      Math.round(median(of.map(({ cpu }) => cpu))),
      median(ratios).toFixed(2),
      `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`,
      of.reduce((sum, { failed }) => sum + failed, 0),
    ];
  });
}
