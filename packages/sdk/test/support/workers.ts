import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { WorkerReport, WorkerTask } from "./worker.js";

const here = dirname(fileURLToPath(import.meta.url));
// Below node_modules, so that the drivers, which stay outside the bundle, are found from it.
const cache = join(here, "../../../../node_modules/.cache/countersign-sdk");

/** Real processes that use the SDK on a shared store. */
export interface Workers {
  start(): ChildProcess;
  /** Resolves when the worker has opened its store. */
  prepare(worker: ChildProcess, task: WorkerTask): Promise<void>;
  run(worker: ChildProcess): Promise<{ tokens: string[]; errors: string[] }>;
  close(): void;
}

export async function openWorkers(): Promise<Workers> {
  mkdirSync(cache, { recursive: true });
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
