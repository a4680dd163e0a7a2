/** Owns server processes in a folder of their own: set up by environment, followed by their log, ended with the test. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));

export interface Started {
  /** Resolves to "ready", or to the exit code and what the process said as it ended. */
  readonly outcome: Promise<string>;
  /** What it has logged so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Ends it as an operator does, and resolves to its exit code. */
  stop(): Promise<number>;
}

export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), "countersign-serve-"));
  readonly #children = new Set<ChildProcess>();

  /** Starts a command of the command line. */
  run(command: string, more: Readonly<Record<string, string>> = {}): Started {
    const child = spawn(process.execPath, [bin, command], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010",
        COUNTERSIGN_PORT: "0",
        COUNTERSIGN_SECRETS: "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae",
        ...more,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    const log: Record<string, unknown>[] = [];
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const outcome = new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (!line.startsWith("{")) return;
        const told = JSON.parse(line);
        log.push(told);
        if (told.msg === "ready") resolve("ready");
      });
      child.once("close", (code) => resolve(`${code}: ${said}`));
    });
    const stop = async () => {
      const ended = once(child, "close");
      child.kill("SIGTERM");
      return Number((await ended)[0]);
    };
    return { outcome, log, stop };
  }

  /** Ends what still runs, and removes the folder. */
  leave(): void {
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
