/** Ordinary operations of a server that runs: its log's disk fills, nobody reads its log, it is stopped early or gently. */

import { type ChildProcess, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../../test/support/free-port.js";

const bin = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Started {
  readonly url: string;
  readonly folder: string;
  readonly child: ChildProcess;
}

async function start(stdio: StdioOptions, more: Record<string, string> = {}): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-operations-"));
  const port = more.COUNTERSIGN_PORT ?? String(await freePort());
  const settings = {
    COUNTERSIGN_PUBLIC_URL: "http://127.0.0.1:4010",
    COUNTERSIGN_PORT: port,
    COUNTERSIGN_SECRETS: "Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae",
    COUNTERSIGN_DATABASE: join(folder, "countersign.db"),
    ...more,
  };
  const lines = Object.entries(settings).map((pair) => `${pair.join("=")}\n`);
  writeFileSync(join(folder, "env"), lines.join(""));
  const child = spawn(process.execPath, [bin, "serve", "--config", "env"], { cwd: folder, stdio });
  children.push(child);
  return { url: `http://127.0.0.1:${port}`, folder, child };
}

async function untilHealthy(url: string): Promise<void> {
  for (;;) {
    const status = await fetch(`${url}/health`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends requests and returns the statuses of their answers, each once. */
async function ask(url: string, count: number): Promise<number[]> {
  const statuses = new Set<number>();
  for (let done = 0; done < count; done += 50) {
    const some = Array.from({ length: 50 }, () => fetch(`${url}/health`));
    for (const answer of await Promise.all(some)) {
      await answer.text();
      statuses.add(answer.status);
    }
  }
  return [...statuses];
}

const ended = (child: ChildProcess): Promise<number> => once(child, "exit").then(([code]) => Number(code));

describe("a log that cannot be written", () => {
  it("keeps no answer back and no SIGTERM when its disk is full", {
    skip: !existsSync("/dev/full"),
  }, async () => {
    const { url, child } = await start(["ignore", openSync("/dev/full", "w"), "inherit"]);
    await untilHealthy(url);
    expect(await ask(url, 500)).toEqual([200]);
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
  });

  it("keeps no answer back and no SIGTERM when nobody reads it", async () => {
    // Nothing listens to the pipe, which fills up.
    const { url, child } = await start(["ignore", "pipe", "inherit"]);
    await untilHealthy(url);
    expect(await ask(url, 1000)).toEqual([200]);
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
  });

  it("is gone on without when its reader has ended", async () => {
    const { url, child } = await start(["ignore", "pipe", "inherit"]);
    await untilHealthy(url);
    child.stdout?.destroy();
    expect(await ask(url, 500)).toEqual([200]);
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
  });

  it("has its last lines in the file when the server has ended", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "countersign-log-")), "log");
    const { url, child } = await start(["ignore", openSync(file, "a"), "inherit"]);
    await untilHealthy(url);
    await ask(url, 500);
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
    const text = readFileSync(file, "utf8").trimEnd();
    const lines = text.split("\n").map((line) => JSON.parse(line));
    expect(lines.filter(({ path }) => path === "/health").length).toBeGreaterThanOrEqual(500);
    expect(lines.at(-1)?.msg).toBe("stopped");
  });
});

describe("SIGTERM", () => {
  it("says draining for the time that was set, serves meanwhile, and then ends", async () => {
    const { url, child } = await start(["ignore", "ignore", "inherit"], { COUNTERSIGN_DRAIN_SECONDS: "2" });
    await untilHealthy(url);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const end = ended(child);
    child.kill("SIGTERM");
    let answer = await fetch(`${url}/ready`);
    while (answer.status === 200) answer = await fetch(`${url}/ready`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: "draining" }]);
    const served = await fetch(`${url}/health`);
    expect([served.status, served.headers.get("connection")]).toEqual([200, "close"]);
    expect(await end).toBe(0);
  });

  it("ends a server that is not ready yet, and SIGHUP does not", async () => {
    // A database that takes the connection and says nothing: opening it waits.
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const database = `postgres://user@127.0.0.1:${port}/db`;
    const { child } = await start(["ignore", "ignore", "inherit"], { COUNTERSIGN_DATABASE: database });
    const [socket] = await once(silent, "connection");
    child.kill("SIGHUP");
    child.kill("SIGTERM");
    expect(await ended(child)).toBe(0);
    socket.destroy();
    silent.close();
  });
});

describe("a signal while the code of serve loads", () => {
  /** The command beside code that gets a signal before it has loaded. */
  function withLoading(signal: string): string {
    const folder = mkdtempSync(join(tmpdir(), "countersign-operations-"));
    for (const name of ["bin", "dist/bundle"]) mkdirSync(join(folder, name), { recursive: true });
    copyFileSync(bin, join(folder, "bin/countersign.js"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const loading = `process.kill(process.pid, "${signal}"); await new Promise(setImmediate); await new Promise(setImmediate);`;
    writeFileSync(
      join(folder, "dist/bundle/command.js"),
      `${loading} export const main = () => console.log("serves");`,
    );
    return join(folder, "bin/countersign.js");
  }
  const run = (command: string, signal: string) => {
    const { status, signal: by, stdout } = spawnSync(process.execPath, [withLoading(signal), command]);
    return { status, by, said: String(stdout).trim() };
  };

  it("is no end by SIGHUP, and one without a fault by SIGTERM and SIGINT", () => {
    expect(run("serve", "SIGHUP")).toEqual({ status: 0, by: null, said: "serves" });
    expect(run("serve", "SIGTERM")).toEqual({ status: 0, by: null, said: "" });
    expect(run("serve", "SIGINT")).toEqual({ status: 0, by: null, said: "" });
  });

  it("ends any other command as it ends every program", () => {
    expect(run("dev", "SIGHUP")).toEqual({ status: null, by: "SIGHUP", said: "" });
  });
});

describe("a start that cannot listen", () => {
  it("has made and changed no database", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const { folder, child } = await start(["ignore", "ignore", "pipe"], { COUNTERSIGN_PORT: String(port) });
    let told = "";
    child.stderr?.on("data", (data) => {
      told += data;
    });
    expect(await ended(child)).toBe(1);
    expect(told).toContain("EADDRINUSE");
    expect(existsSync(join(folder, "countersign.db"))).toBe(false);
    taken.close();
  });
});
