/** Two builds in turn, in many short rounds: before and after meet the same seconds of the same machine. */
import { ask } from "./processes.mjs";

/**
 * Returns for each pair of rounds the ratio of the processor time that a request took, after to before. The order of a
 * pair alternates (ABBA), so that a machine that slows down steadily favours neither.
 * @param {{ load: object, before: object, after: object, operation: string }} what
 * @param {{ pairs: number, roundMilliseconds: number, connections: number }} how
 */
export async function pairedRatios({ load, before, after, operation }, how) {
  const requests = await calibrate(load, [before, after], operation, how);
  const ratios = [];
  for (let pair = 0; pair < how.pairs; pair += 1) {
    const order = pair % 2 === 0 ? [before, after] : [after, before];
    const prepared = [];
    for (const subject of order)
      prepared.push(await subject.prepare(operation, valuesFor(operation, requests)));
    const costs = new Map();
    for (const [index, subject] of order.entries())
      costs.set(subject, await round(load, subject, prepared[index], { ...how, requests }));
    ratios.push(costs.get(after) / costs.get(before));
  }
  return ratios;
}

/** Codes are spent, one for each request; tokens are used in turn. */
const valuesFor = (operation, requests) => (operation === "code exchange" ? requests : 1000);

/** Warms both up and returns how many requests fill a round: the same number for both, and for all rounds. */
async function calibrate(load, subjects, operation, how) {
  const costs = [];
  for (const subject of subjects) costs.push(await processorTime({ load, subject, operation }, how));
  return Math.ceil((how.roundMilliseconds * 1000) / Math.max(...costs));
}

/** Returns the microseconds of processor time that a request takes on a server, which is warm after it. */
export async function processorTime({ load, subject, operation }, how) {
  let cost = 0;
  for (const requests of [how.warmUpRequests, Math.ceil(how.warmUpRequests / 4)]) {
    const prepared = await subject.prepare(operation, valuesFor(operation, requests));
    cost = await round(load, subject, prepared, { ...how, requests });
  }
  return cost;
}

/** Returns the microseconds of processor time that the server spent on a request. @throws {Error} if any failed. */
async function round(load, { port, child }, prepared, { requests, connections }) {
  const before = await ask(child, "processor time");
  const job = { ...prepared, ports: [port], connections, requests, milliseconds: 60_000 };
  const { done, failed, firstFailure } = await ask(load, job);
  const after = await ask(child, "processor time");
  if (failed > 0) throw new Error(`${failed} of ${done} requests failed; the first: ${firstFailure}`);
  return (after - before) / done;
}
