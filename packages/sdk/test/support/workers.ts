import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { cacheFolder } from "../../../../test/support/tools.js";
import type { WorkerReport, WorkerTask } from "./worker.js";

const here = dirname(fileURLToPath(import.meta.url));
// The drivers, which stay outside the bundle, are found from there.
const cache = cacheFolder("sdk-workers");

/** Real processes that use the SDK on a shared store. */
export interface Workers {
  start(): ChildProcess;
  /** Resolves when the worker has opened its store. */
  prepare(worker: ChildProcess, task: WorkerTask): Promise<void>;
  run(worker: ChildProcess): Promise<{ tokens: string[]; errors: string[] }>;
  close(): void;
}

export async function openWorkers(): Promise<Workers> {
  const outfile = join(cache, `worker-${process.pid}.mjs`);
  await build({
    entryPoints: [join(here, "worker.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  const started: ChildProcess[] = [];
  const hear = async (worker: ChildProcess) => {
    const [report] = (await Promise.race([
      once(worker, "message"),
      once(worker, "exit").then(([code]) => Promise.reject(new Error(`a worker ended with ${code}`))),
    ])) as [WorkerReport];
    return report;
  };
  return {
    start: () => {
      const worker = fork(outfile, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      started.push(worker);
      return worker;
    },
    prepare: async (worker, task) => {
      worker.send(task);
      await hear(worker);
    },
    run: async (worker) => {
      worker.send("go");
      return (await hear(worker)) as { tokens: string[]; errors: string[] };
    },
    close: () => {
      for (const worker of started) worker.kill("SIGKILL");
      rmSync(outfile, { force: true });
    },
  };
}
