/**
 * Countersign behind PgBouncer, the real program: `npm run test:pgbouncer`. It is asked for by name where it is not
 * there; what is tested of transaction mode depends on its version, as docs/storage.md says.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../../test/support/free-port.js";
import { startPostgres, type TestPostgres } from "../../../../test/support/postgres.js";
import { makeFolder, runAs } from "../../../../test/support/postgres-binaries.js";
import { Deployment, type Node } from "../reliability/node.js";
import type { Tokens } from "../support/tokens.js";

const wanted = process.env.COUNTERSIGN_TEST_PGBOUNCER === "1";

/** @throws {Error} if it is not installed. */
function versionOfPgBouncer(): readonly [major: number, minor: number] {
  const { stdout, error } = spawnSync("pgbouncer", ["--version"], { encoding: "utf8", env: withSbin });
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  if (major === undefined)
    throw new Error(`This test needs PgBouncer: apt-get install pgbouncer (${error?.message})`);
  return [Number(major), Number(minor)];
}

const withSbin = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/** What docs/storage.md gives the role where settings cannot be sent. */
const settings = {
  synchronous_commit: "on",
  statement_timeout: "5s",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
};

describe.runIf(wanted)("behind PgBouncer", () => {
  let server: TestPostgres;
  const children: ChildProcess[] = [];
  const deployments: Deployment[] = [];
  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
  });
  afterAll(async () => {
    for (const deployment of deployments) deployment.killAll();
    for (const child of children) child.kill("SIGKILL");
    await server?.stop();
  });

  /** Returns the URL of a new database behind a pooler. */
  async function pooled(mode: "session" | "transaction", roleHasSettings = true): Promise<string> {
    const behind = new URL(await server.createDatabase());
    const name = behind.pathname.slice(1);
    if (roleHasSettings) await giveSettings(behind.href, name);
    const port = await freePort();
    const folder = makeFolder();
    const file = join(folder, "pgbouncer.ini");
    writeFileSync(
      file,
      `[databases]
${name} = host=127.0.0.1 port=${behind.port} dbname=${name} user=${behind.username} password=${behind.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${mode === "session" ? 40 : 5}
max_client_conn = 100
`,
    );
    chmodSync(file, 0o644);
    const child = spawn("pgbouncer", [file], {
      ...runAs(),
      env: withSbin,
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stderr }))
      if (/process up/.test(line)) {
        child.stderr.resume();
        return `postgres://postgres@127.0.0.1:${port}/${name}`;
      }
    throw new Error("PgBouncer ended before it was ready");
  }

  async function giveSettings(url: string, name: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const [key, value] of Object.entries(settings))
      await client.query(`ALTER ROLE postgres IN DATABASE ${name} SET ${key} = '${value}'`);
    await client.end();
  }

  async function deployed(database: string): Promise<readonly [Node, Node]> {
    const deployment = new Deployment(database, { COUNTERSIGN_POSTGRES_STARTUP_OPTIONS: "none" });
    deployments.push(deployment);
    await deployment.prepare();
    const nodes = await Promise.all([deployment.start(), deployment.start()]);
    for (const node of nodes) await node.logIn();
    return nodes as [Node, Node];
  }

  /** Codes, refreshes, replays and revocation, many at once, made on one node and used on the other. */
  async function load([one, other]: readonly [Node, Node]): Promise<number[]> {
    const flows = Array.from({ length: 40 }, async (_, index) => {
      const [from, to] = index % 2 === 0 ? [one, other] : [other, one];
      const code = await from.code();
      const exchanged = await to.exchange(code);
      if (exchanged.status !== 200) return [exchanged.status];
      const tokens = (await exchanged.json()) as Tokens;
      const statuses = [(await from.refresh(tokens.refresh_token)).status, (await to.exchange(code)).status];
      statuses.push((await from.revoke(tokens.refresh_token)).status);
      statuses.push((await from.opens(tokens.access_token)) ? 200 : 401);
      return statuses;
    });
    return (await Promise.all(flows)).flat();
  }
  const counts = (statuses: readonly number[]) =>
    Object.fromEntries(
      [...new Set(statuses)].sort().map((one) => [one, statuses.filter((s) => s === one).length]),
    );

  it("that refuses settings the start says which key to set", async () => {
    const deployment = new Deployment(await pooled("session"));
    await expect(deployment.prepare()).rejects.toThrow("COUNTERSIGN_POSTGRES_STARTUP_OPTIONS=none");
  });

  it("in session mode everything works, with the settings of the role", async () => {
    const nodes = await deployed(await pooled("session"));
    expect(counts(await load(nodes))).toEqual({ 200: 80, 400: 40, 401: 40 });
    for (const { log } of nodes) expect(log.filter((line) => line.startsWith("PostgreSQL:"))).toEqual([]);
  }, 60_000);

  it("a setting that the role does not have is told", async () => {
    const [node] = await deployed(await pooled("session", false));
    expect(node.log.join("\n")).toContain("PostgreSQL: statement_timeout is 0");
  }, 60_000);

  it("in transaction mode everything works from 1.21 on; before, what is lost is 503 and nothing else", async () => {
    const [major, minor] = versionOfPgBouncer();
    const database = await pooled("transaction");
    if (major > 1 || minor >= 21) {
      expect(counts(await load(await deployed(database)))).toEqual({ 200: 80, 400: 40, 401: 40 });
      return;
    }
    // Nothing is half done: what cannot be is told as the pooler's, by a command or with 503 by a server.
    const statuses = await deployed(database)
      .then(load)
      .catch((error) => [/prepared statement|no code: 503/.test(error.message) ? 503 : error.message]);
    expect(statuses.filter((status) => ![200, 400, 401, 503].includes(status))).toEqual([]);
  }, 60_000);
});
