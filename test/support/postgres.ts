/**
 * A PostgreSQL of one's own, for a whole run or for a file that stops and restarts it: started from npm's binaries on a free port of the loopback, thrown away
 * with its folder at the end, also when the test process dies.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { freePort } from "./free-port.js";
import { findBinaries, makeFolder, runAs } from "./postgres-binaries.js";

/** "fast" ends the connections and closes in order; "immediate" is a crash, recovered from at the next start. */
export type ShutdownMode = "fast" | "immediate";

export interface TestPostgres {
  /** The maintenance database, as superuser. */
  readonly url: string;
  readonly port: number;
  /** The folder of its data. */
  readonly data: string;
  /** Returns the URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends the server at once, as if its machine had lost power; its data and port stay. */
  kill(): Promise<void>;
  /** Stops the server; its data and port stay. */
  halt(mode?: ShutdownMode): Promise<void>;
  /** Starts a halted server again. */
  resume(): Promise<void>;
  restart(mode?: ShutdownMode): Promise<void>;
  /** Stops the server and deletes its folder. */
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /**
   * Whether a commit waits for the disk.
   * @default true
   */
  readonly fsync?: boolean;
  /**
   * Further settings of the server.
   * @default {}
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Returns a running server. @throws {Error} if npm brought no binaries for this platform, or they do not start. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const folder = makeFolder();
  const watch = removeWhenThisProcessDies(folder);
  try {
    const binaries = findBinaries(folder);
    const password = randomBytes(16).toString("hex");
    initialise(binaries, folder, password);
    const start = (port: number) => spawnServer(binaries, folder, port, options);
    return await serverOn(start, folder, password, watch);
  } catch (error) {
    watch.stdin?.end();
    throw error;
  }
}

/**
 * Returns a server that follows another one by streaming, asynchronously as long as that one is not told to wait for it.
 * The other one is restarted meanwhile, so that its data can be copied.
 * @throws {Error} as `startPostgres` does, or if the data cannot be copied.
 */
export async function startStandby(primary: TestPostgres): Promise<TestPostgres> {
  const folder = makeFolder();
  const watch = removeWhenThisProcessDies(folder);
  try {
    const binaries = findBinaries(folder);
    const { username, password, hostname, port } = new URL(primary.url);
    await primary.halt();
    copyData(primary.data, join(folder, "data"));
    await primary.resume();
    const conninfo = `host=${hostname} port=${port} user=${username} password=${password}`;
    const settings = { primary_conninfo: conninfo };
    const start = (own: number) => spawnServer(binaries, folder, own, { settings });
    return await serverOn(start, folder, password, watch);
  } catch (error) {
    watch.stdin?.end();
    throw error;
  }
}

function copyData(from: string, to: string): void {
  const result = spawnSync("cp", ["-R", "-p", from, to], { ...runAs(), encoding: "utf8" });
  if (result.status !== 0) throw new Error(`cp failed: ${result.stderr}`, { cause: result.error });
  writeFileSync(join(to, "standby.signal"), "", { mode: 0o666 });
}

async function serverOn(
  start: (port: number) => Promise<ChildProcess>,
  folder: string,
  password: string,
  watch: ChildProcess,
): Promise<TestPostgres> {
  let { server, port } = await startOnFreePort(start);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  let databases = 0;
  const halt = async (mode: ShutdownMode = "fast") => shutDown(server, mode);
  const resume = async () => {
    server = await start(port);
  };
  return {
    url,
    port,
    data: join(folder, "data"),
    createDatabase: () => createDatabaseOn(url, `test_${++databases}`),
    kill: () => end(server, "SIGKILL"),
    halt,
    resume,
    restart: async (mode) => {
      await halt(mode);
      await resume();
    },
    stop: async () => {
      await halt("immediate");
      rmSync(folder, { recursive: true, force: true });
      watch.stdin?.end();
    },
  };
}

function initialise(binaries: string, folder: string, password: string): void {
  const [data, passwordFile] = [join(folder, "data"), join(folder, "password")];
  mkdirSync(folder, { recursive: true });
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const how = ["--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"];
  const who = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const result = spawnSync(join(binaries, "bin", "initdb"), ["-D", data, ...how, ...who], {
    ...runAs(),
    cwd: folder,
    encoding: "utf8",
  });
  rmSync(passwordFile);
  if (result.status !== 0) {
    throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`, { cause: result.error });
  }
}

/** Resolves once the server accepts connections. */
async function spawnServer(
  binaries: string,
  folder: string,
  port: number,
  { fsync = true, settings = {} }: TestPostgresOptions,
): Promise<ChildProcess> {
  const fixed = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    fsync: fsync ? "on" : "off",
    shared_buffers: "64MB",
    logging_collector: "off",
    lc_messages: "C",
  };
  const given = Object.entries({ ...fixed, ...settings }).flatMap(([key, value]) => [
    "-c",
    `${key}=${value}`,
  ]);
  const server = spawn(join(binaries, "bin", "postgres"), ["-D", join(folder, "data"), ...given], {
    ...runAs(),
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilReady(server);
  return server;
}

/** Reads the log to the end, so that the pipe never fills, and resolves at the line that says "ready". */
function untilReady(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const failed = (cause?: Error) =>
      reject(new Error(`PostgreSQL did not start: ${cause?.message ?? said.join("\n")}`, { cause }));
    server.once("error", failed);
    server.once("exit", () => failed());
    createInterface({ input: server.stderr! }).on("line", (line) => {
      if (said.length < 100) said.push(line);
      if (/database system is ready to accept (read-only )?connections/.test(line)) resolve();
    });
  });
}

/** Between finding a free port and using it another process may take it, so a few are tried. */
async function startOnFreePort(
  start: (port: number) => Promise<ChildProcess>,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { server: await start(port), port };
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

const shutDown = (server: ChildProcess, mode: ShutdownMode): Promise<void> =>
  end(server, mode === "fast" ? "SIGINT" : "SIGQUIT");

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, "exit");
  server.kill(signal);
  await gone;
}

/** Returns the URL of a new, empty database on the server that a URL of its maintenance database names. */
export async function createDatabaseOn(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/**
 * Starts a process that waits for its standard input to end, which is when this process is gone however it went,
 * and then stops the server, if one is left, and deletes the folder.
 */
function removeWhenThisProcessDies(folder: string): ChildProcess {
  const script = `
    const { readFileSync, rmSync } = require("node:fs");
    const [folder] = process.argv.slice(1);
    process.stdin.resume().on("end", () => {
      try {
        process.kill(Number(readFileSync(folder + "/data/postmaster.pid", "utf8").split("\\n")[0]), "SIGQUIT");
      } catch {}
      setTimeout(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }), 200);
    });`;
  const watch = spawn(process.execPath, ["-e", script, folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watch.unref();
  (watch.stdin as unknown as { unref(): void }).unref();
  return watch;
}
