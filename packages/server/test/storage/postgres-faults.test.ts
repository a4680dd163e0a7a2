import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type TestPostgres } from "../../../../test/support/postgres.js";
import { type Storage, StorageUnavailable } from "../../src/storage/port/storage.js";
import { Connections } from "../../src/storage/postgres/engine/connections.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { createFamily, createPair, hex, newCode, t0 } from "./contract/fixtures.js";

describe("PostgreSQL", () => {
  let server: TestPostgres;
  let url: string;
  let storage: Storage;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    storage = await openPostgresStorage({ url, poolSize: 4, statementTimeoutMilliseconds: 300 });
  });
  afterAll(async () => {
    await storage?.close();
    await server?.stop();
  });

  it.each(["fast", "immediate"] as const)("restarted (%s) while idle is not noticed", async (mode) => {
    const pair = await createPair(storage);
    const family = await createFamily(storage, pair);
    await server.restart(mode);
    await storage.issueCode(newCode(pair));
    expect(
      await storage.rotateFamily({ familyId: family, fromGeneration: 0, now: t0, graceSeconds: 0 }),
    ).toEqual({ outcome: "rotated", generation: 1 });
  });

  it("that is down is answered as unavailable, and used again once it is back", async () => {
    const { account } = await createPair(storage);
    await server.halt();
    await Promise.all([
      expect(storage.findAccount(account.id)).rejects.toBeInstanceOf(StorageUnavailable),
      expect(storage.revokeFamily(hex(16), t0)).rejects.toBeInstanceOf(StorageUnavailable),
      expect(storage.recordAudit([])).rejects.toBeInstanceOf(StorageUnavailable),
      expect(storage.ping()).rejects.toBeInstanceOf(StorageUnavailable),
    ]);
    await server.resume();
    expect(await storage.findAccount(account.id)).toStrictEqual(account);
  });

  it("restarted under load loses nothing it acknowledged and does nothing twice", async () => {
    const kept: number[] = [];
    const lost: unknown[] = [];
    const write = async (n: number) => {
      const event = { at: t0, event: "load", clientId: undefined, accountId: undefined, data: { n } };
      await storage.recordAudit([event]).then(
        () => kept.push(n),
        (error) => lost.push(error),
      );
    };
    let next = 0;
    let running = true;
    const writers = Array.from({ length: 100 }, async () => {
      while (running) await write(next++);
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await server.restart("immediate");
    await new Promise((resolve) => setTimeout(resolve, 150));
    running = false;
    await Promise.all(writers);
    for (const error of lost) expect(error).toBeInstanceOf(StorageUnavailable);
    const stored = await storage.listAudit({ event: "load", limit: 1_000_000 });
    const numbers = stored.map(({ data }) => data.n as number);
    expect(new Set(numbers).size).toBe(numbers.length);
    const there = new Set(numbers);
    expect(kept.filter((n) => !there.has(n))).toEqual([]);
    expect(kept.length).toBeGreaterThan(100);
  });

  it("that does not get on with a statement is given up after the timeout, and the act is not done", async () => {
    const pair = await createPair(storage);
    const family = await createFamily(storage, pair);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT 1 FROM families WHERE id = $1 FOR UPDATE", [family]);
    const act = { familyId: family, fromGeneration: 0, now: t0, graceSeconds: 0 };
    await expect(storage.rotateFamily(act)).rejects.toBeInstanceOf(StorageUnavailable);
    await other.query("ROLLBACK");
    await other.end();
    expect(await storage.rotateFamily(act)).toEqual({ outcome: "rotated", generation: 1 });
  });

  it("that ends a connection in the middle of an act, by a limit of its own, has not done it and is unavailable", async () => {
    const strict = `${url}?options=-c%20transaction_timeout%3D200`;
    const ended = await openPostgresStorage({ url: strict, poolSize: 1, statementTimeoutMilliseconds: 3000 });
    const familyId = await createFamily(storage, await createPair(storage));
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT 1 FROM families WHERE id = $1 FOR UPDATE", [familyId]);
    const act = { familyId, fromGeneration: 0, now: t0, graceSeconds: 0 };
    await expect(ended.rotateFamily(act)).rejects.toBeInstanceOf(StorageUnavailable);
    await other.end();
    expect(await ended.rotateFamily(act)).toEqual({ outcome: "rotated", generation: 1 });
    await ended.close();
  });

  it("makes every commit wait for its disk, whatever its own default is", async () => {
    const plain = await server.createDatabase();
    const admin = new pg.Client({ connectionString: plain });
    await admin.connect();
    await admin.query(
      `ALTER DATABASE ${pg.escapeIdentifier(new URL(plain).pathname.slice(1))} SET synchronous_commit = off`,
    );
    await admin.end();
    const limits = { poolSize: 1, statementTimeoutMilliseconds: 1000 };
    for (const url of [plain, `${plain}?options=-c%20synchronous_commit%3Doff`]) {
      const connections = new Connections({ url, ...limits });
      const [row] = await connections.read({ text: "SHOW synchronous_commit" }, []);
      expect(row).toEqual({ synchronous_commit: "on" });
      await connections.close();
    }
  });

  it("is not started upon when nothing listens or the password is wrong", async () => {
    const wrong = Object.assign(new URL(url), { password: "wrong" }).href;
    await expect(openPostgresStorage({ url: wrong })).rejects.toThrow(/password/);
    await expect(openPostgresStorage({ url: "postgres://u:p@127.0.0.1:1/x" })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });

  /** Runs a statement as the operator of the server. */
  async function operate(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query("SET default_transaction_read_only = off");
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  /** Resolves once an act ends as wanted: a server takes a moment to read its configuration. */
  async function until(wanted: () => Promise<boolean>): Promise<void> {
    while (!(await wanted())) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const condition = (act: Promise<unknown>) =>
    act.then(
      () => "done",
      (error) => (error instanceof StorageUnavailable ? error.condition : String(error)),
    );

  it("that is read-only for a while is read, says why it is not written to, and is written to again on the same node", async () => {
    const pair = await createPair(storage);
    const write = () => condition(storage.recordAudit([]).then(() => storage.issueCode(newCode(pair))));
    await Promise.all([write(), write(), write(), write()]);
    await operate("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
    await until(async () => (await write()) === "read-only");
    expect(await storage.findAccount(pair.account.id)).toStrictEqual(pair.account);
    await operate("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()");
    await until(async () => (await write()) === "done");
    expect(await Promise.all([write(), write(), write(), write()])).toEqual(Array(4).fill("done"));
  });

  it("that is a standby answers nothing, not even that something is not there, until it is promoted", async () => {
    const { account } = await createPair(storage);
    await server.halt();
    const signal = join(server.data, "standby.signal");
    writeFileSync(signal, "", { mode: 0o666 });
    await server.resume();
    expect(await condition(storage.findAccount(account.id))).toBe("read-only");
    expect(await condition(storage.findFamily(hex(16)))).toBe("read-only");
    expect(await condition(storage.ping())).toBe("read-only");
    await operate("SELECT pg_promote()");
    expect(await storage.findAccount(account.id)).toStrictEqual(account);
    await storage.issueCode(newCode(await createPair(storage)));
    rmSync(signal, { force: true });
  });

  it("that takes a right from the role is unavailable, and used again once it has it back", async () => {
    const limits = { poolSize: 1, statementTimeoutMilliseconds: 1000 };
    const owner = new Connections({ url, ...limits });
    await owner.write({ text: "CREATE ROLE narrow LOGIN PASSWORD 'narrow'" }, []);
    await owner.write({ text: "CREATE TABLE narrowed (a integer)" }, []);
    const own = Object.assign(new URL(url), { username: "narrow", password: "narrow" });
    const connections = new Connections({ url: own.href, ...limits });
    const read = () => connections.read({ name: "narrowed", text: "SELECT * FROM narrowed" }, []);
    await expect(read()).rejects.toBeInstanceOf(StorageUnavailable);
    await owner.write({ text: "GRANT SELECT ON narrowed TO narrow" }, []);
    await expect(read()).resolves.toEqual([]);
    await owner.write({ text: "DROP TABLE narrowed" }, []);
    await Promise.all([connections.close(), owner.close()]);
  });

  it("whose prepared statements are lost or out of date is asked over a new connection, and nobody notices", async () => {
    const connections = new Connections({ url, poolSize: 1, statementTimeoutMilliseconds: 1000 });
    const statement = { name: "of_tomorrow", text: "SELECT * FROM tomorrow" };
    await connections.write({ text: "CREATE TABLE tomorrow (a integer)" }, []);
    await connections.read(statement, []);
    await connections.write({ text: "ALTER TABLE tomorrow ADD COLUMN b integer" }, []);
    await expect(connections.read(statement, [])).resolves.toEqual([]);
    await connections.write({ text: "DEALLOCATE ALL" }, []);
    await expect(connections.write(statement, [])).resolves.toEqual([]);
    await connections.write({ text: "DROP TABLE tomorrow" }, []);
    await connections.close();
  });

  it("among several hosts is found, wherever it is listed, and what the others say is told where there is none", async () => {
    const here = new URL(url);
    const hosts = (...ports: number[]) =>
      `postgres://${here.username}:${here.password}@${ports.map((port) => `127.0.0.1:${port}`).join(",")}${here.pathname}?target_session_attrs=read-write`;
    const several = await openPostgresStorage({ url: hosts(1, server.port), poolSize: 2 });
    await createPair(several);
    await several.close();
    await expect(openPostgresStorage({ url: hosts(1, 2) })).rejects.toThrow(
      /no server takes writes \(127\.0\.0\.1:1: connect ECONNREFUSED.*; 127\.0\.0\.1:2: connect ECONNREFUSED/,
    );
  });

  /** A way to the server that can be made to pass nothing on. */
  async function startWay() {
    const passing = new Set<Socket>();
    const way = createServer((near) => {
      const far = connect(server.port, "127.0.0.1");
      for (const one of [near, far]) passing.add(one.on("error", () => {}));
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
    }).listen(0, "127.0.0.1");
    await once(way, "listening");
    const { port } = way.address() as { port: number };
    return {
      url: Object.assign(new URL(url), { port }).href,
      hang: () => {
        for (const one of passing) one.unpipe().pause();
      },
      close: () => {
        for (const one of passing) one.destroy();
        way.close();
      },
    };
  }

  it("that says nothing any more is not waited for by everybody, and is used again once it answers", async () => {
    const way = await startWay();
    let now = t0;
    const act = { url: way.url, poolSize: 3, statementTimeoutMilliseconds: 100, now: () => now };
    const connections = new Connections(act);
    const ask = () => condition(connections.read({ text: "SELECT 1" }, []));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["done", "done", "done"]);
    way.hang();
    // Three have a connection, and two wait for one: they are answered with the third.
    expect(await Promise.all([ask(), ask(), ask(), ask(), ask()])).toEqual(Array(5).fill(undefined));
    await expect(connections.read({ text: "SELECT 1" }, [])).rejects.toThrow("it has not answered lately");
    now += 1000;
    expect(await ask()).toBe("done");
    expect(await ask()).toBe("done");
    await connections.close();
    way.close();
  });

  it("whose clock differs is told once, and how far is known", async () => {
    const warnings: string[] = [];
    const hour = 3_600_000;
    let now = Date.now() + hour;
    const act = { url, poolSize: 1, statementTimeoutMilliseconds: 1000 };
    const connections = new Connections({ ...act, now: () => now, warn: (one) => warnings.push(one) });
    await connections.ping();
    await connections.ping();
    expect(Math.abs((connections.clockAhead as number) - hour)).toBeLessThan(60_000);
    expect(warnings).toEqual([expect.stringMatching(/^this node's clock is \d+ s ahead of the database's/)]);
    now = Date.now();
    await connections.ping();
    expect(Math.abs(connections.clockAhead as number)).toBeLessThan(5000);
    await connections.close();
  });

  it("that is sent no settings is used all the same, and what it lacks is told until its role has it", async () => {
    const own = await server.createDatabase();
    const connectAndWarn = async (startupOptions: "sent" | "none") => {
      const warnings: string[] = [];
      const act = { url: own, poolSize: 1, statementTimeoutMilliseconds: 1000, startupOptions };
      const connections = new Connections({ ...act, warn: (one) => warnings.push(one) });
      await connections.ping();
      await connections.close();
      return warnings.map((one) => one.replace(/ is .*/, ""));
    };
    expect(await connectAndWarn("sent")).toEqual([]);
    const unset = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "statement_timeout"];
    expect(await connectAndWarn("none")).toEqual(unset.map((one) => `PostgreSQL: ${one}`));
    const name = new URL(own).pathname.slice(1);
    const set = Object.entries({
      ...Object.fromEntries(unset.map((one) => [one, "off"])),
      statement_timeout: "5s",
    });
    await operate(
      ...set.map(([one, value]) => `ALTER ROLE postgres IN DATABASE ${name} SET ${one} = '${value}'`),
    );
    expect(await connectAndWarn("none")).toEqual([]);
  });
});
