/** `npm run bench -- --latency`: how long an answer takes while requests arrive by a schedule, at parts of what the server can do. */
import { ask } from "./processes.mjs";
import { latencyReport } from "./report.mjs";
import { measure } from "./rounds.mjs";
import { countersign } from "./subjects/countersign.mjs";

const parts = [0.25, 0.5, 0.75];

export async function latency({ folder, load, how, wanted }) {
  const ours = await countersign({ folder, core: 0 });
  const rows = [];
  for (const operation of wanted) {
    console.error(`${operation} …`);
    const measured = await measure({ load, subjects: [ours], operation }, { ...how, rounds: 3 });
    const most = measured.get(ours.name).rate;
    for (const part of parts) {
      const perSecond = Math.round(most * part);
      const milliseconds = 2 * how.milliseconds;
      const count = operation === "code exchange" ? Math.ceil((perSecond * milliseconds) / 1000) : 1000;
      const prepared = await ours.prepare(operation, count);
      const job = { ...prepared, ports: [ours.port], perSecond, milliseconds, connections: how.connections };
      rows.push({ operation, part, perSecond, ...(await ask(load, job)) });
    }
  }
  await ours.stop();
  return latencyReport(rows, how);
}
