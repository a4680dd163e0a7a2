/** Interleaved rounds: in each round every subject gets the same load in turn, so that a slow minute meets all alike. */
import { ask, cpuSeconds } from "./processes.mjs";
import { median } from "./statistics.mjs";

/** What the tables and the guard measure, in this order. */
export const operations = ["code exchange", "refresh, same token", "refresh, rotating", "bearer check"];

/** @typedef {{ name: string, port: number, child: import("node:child_process").ChildProcess, prepare: Function }} Subject */

/**
 * Returns for each subject its runs of an operation.
 * @param {{ load: import("node:child_process").ChildProcess, subjects: Subject[], operation: string }} what
 * @param {{ rounds: number, milliseconds: number, connections: number, warmUpMilliseconds: number, values(operation: string, last: object): number }} how
 */
export async function measure({ load, subjects, operation }, how) {
  const runs = new Map(subjects.map(({ name }) => [name, []]));
  // Round 0 warms up and is not counted.
  for (let round = 0; round <= how.rounds; round++) {
    for (const subject of subjects) {
      const prepared = await subject.prepare(operation, how.values(operation, runs.get(subject.name).at(-1)));
      const milliseconds = round === 0 ? how.warmUpMilliseconds : how.milliseconds;
      const run = await runOnce(load, subject, prepared, { ...how, milliseconds });
      runs.get(subject.name).push(run);
    }
  }
  return new Map([...runs].map(([name, of]) => [name, summary(of.slice(1))]));
}

/** Sends one load to a subject, or to several workers that share it. */
export async function runOnce(load, { port, child, workers }, prepared, { milliseconds, connections }) {
  const of = workers ?? [{ port, child }];
  const used = () => of.reduce((sum, worker) => sum + cpuSeconds(worker.child.pid), 0);
  const before = used();
  const ports = of.map((worker) => worker.port);
  const result = await ask(load, { ...prepared, ports, milliseconds, connections });
  const cpu = used() - before;
  return { ...result, rate: (result.done - result.failed) / result.seconds, cpu: (cpu * 1e6) / result.done };
}

/** Medians of the runs, and what failed in all of them. */
export function summary(runs) {
  return {
    rate: median(runs.map(({ rate }) => rate)),
    lowest: Math.min(...runs.map(({ rate }) => rate)),
    highest: Math.max(...runs.map(({ rate }) => rate)),
    cpu: median(runs.map(({ cpu }) => cpu)),
    busy: median(runs.map(({ busy }) => busy)),
    done: runs.reduce((sum, { done }) => sum + done, 0),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    firstFailure: runs.find(({ firstFailure }) => firstFailure)?.firstFailure,
  };
}
