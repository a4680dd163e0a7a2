import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A Redis or Valkey server of one's own on the loopback, with the append-only file on. */
export interface TestRedis {
  url: string;
  stop(): Promise<void>;
}

const ask = `The tests of the Redis store need a Redis server, which no npm package ships as a binary. Install one:
  Debian, Ubuntu:  apt-get install redis-server
  macOS:           brew install redis
or name its program: COUNTERSIGN_TEST_REDIS=/path/to/redis-server (or valkey-server).`;

/** Finds the server program, installs Debian's where that is allowed, else throws an error that asks for it. `settings` go on its command line. */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const program = findProgram() ?? installProgram();
  const folder = mkdtempSync(join(tmpdir(), "countersign-redis-"));
  const { server, port } = await startOnFreePort(program, folder, settings);
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      process.off("exit", kill);
      kill();
      await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Between finding a free port and using it another process may take it, so a few are tried. */
async function startOnFreePort(
  program: string,
  folder: string,
  more: readonly string[],
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const settings = ["--appendonly", "yes", "--save", "", "--dir", folder, "--bind", "127.0.0.1"];
    const server = spawn(program, ["--port", String(port), ...settings, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await untilReady(server);
      return { server, port };
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

function findProgram(): string | undefined {
  const named = process.env.COUNTERSIGN_TEST_REDIS;
  if (named !== undefined && named !== "") return named;
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
  const candidates = folders.flatMap((folder) => [
    join(folder, "redis-server"),
    join(folder, "valkey-server"),
  ]);
  return candidates.find((path) => existsSync(path));
}

function installProgram(): string {
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    // One at a time: test files run beside each other, and apt-get does not wait for itself.
    const install = "command -v redis-server || { apt-get update -q && apt-get install -y -q redis-server; }";
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    try {
      const lock = join(tmpdir(), "countersign-redis-install.lock");
      execFileSync("flock", [lock, "sh", "-c", install], { stdio: "ignore", timeout: 240_000, env });
    } catch (error) {
      throw new Error(`${ask}\nInstalling it by apt-get failed.`, { cause: error });
    }
  }
  const program = findProgram();
  if (program === undefined) throw new Error(ask);
  return program;
}

function untilReady(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(new Error(ask, { cause })));
    server.once("exit", () => reject(new Error(`Redis did not start: ${said.join("\n")}`)));
    createInterface({ input: server.stdout! }).on("line", (line) => {
      if (said.length < 100) said.push(line);
      if (/ready to accept connections/i.test(line)) resolve();
    });
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
