import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, type RunnerTask, vi } from "vitest";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { keptContract, known, newWorld } from "./contract/kept.js";
import { sharedContract, storageContract } from "./contract.js";
import { changedTwice, preparedStatements, watchStatements } from "./statements.js";

describe("PostgreSQL", () => {
  const server = sharedPostgres();

  // Each statement of the contract changes a table at most once, or its test fails.
  let sent: ReadonlySet<string>;
  beforeAll(() => {
    sent = watchStatements();
  });
  let file: RunnerTask | undefined;
  beforeEach(({ task }) => {
    file = task.file;
  });
  afterAll(() => {
    vi.restoreAllMocks();
    if (file !== undefined && ran(file))
      expect(preparedStatements().filter((name) => !sent.has(name))).toEqual([]);
  });

  const openOn = (url: string) => openPostgresStorage({ url, poolSize: 4 });

  storageContract("on one node", async () => openOn(await server.createDatabase()));

  describe("on three nodes that take turns", () =>
    sharedContract(async () => {
      const url = await server.createDatabase();
      return takeTurns(await Promise.all([openOn(url), openOn(url), openOn(url)]));
    }));

  describe("an account or app that it keeps", () => {
    const openOnOne = (url: string) => openPostgresStorage({ url, poolSize: 1 });

    keptContract(
      async () => {
        const url = await server.createDatabase();
        return () => openOnOne(url);
      },
      { runs: 5, picks: 2 },
    );

    it("is one object until a connection is new: it may lead to a server that gives versions a second time", async () => {
      const url = await server.createDatabase();
      const storage = await openOnOne(url);
      const { families } = await newWorld(storage);
      const [before] = await known(storage, families);
      const [again] = await known(storage, families);
      expect(again?.app).toBe(before?.app);
      expect(Object.isFrozen(before?.account)).toBe(true);
      const client = new pg.Client(url);
      await client.connect();
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      await client.end();
      const after = await storage.findFamily(families[0] as string);
      expect(after).toEqual(before);
      expect(after?.app).not.toBe(before?.app);
      await storage.close();
    });
  });
});

describe("the rule that a statement changes a table once", () => {
  it("tells two changes from one, and from locks, conflicts and text", () => {
    const once =
      "WITH a AS (SELECT 1 FROM t FOR UPDATE OF t) INSERT INTO t VALUES ('UPDATE t') ON CONFLICT DO UPDATE SET x = 1";
    expect(changedTwice(once)).toEqual([]);
    expect(changedTwice("WITH a AS (UPDATE t SET x = 1), b AS (UPDATE u SET x = 1) DELETE FROM v")).toEqual(
      [],
    );
    expect(changedTwice("WITH a AS (UPDATE t SET x = 1) INSERT INTO t AS f VALUES (1)")).toEqual(["t"]);
    expect(changedTwice("WITH a AS (DELETE FROM t) SELECT 1; UPDATE t SET x = 2")).toEqual(["t"]);
  });
});

/** Whether no test was left out, by a filter for example. */
function ran(task: RunnerTask): boolean {
  return task.type === "suite" ? task.tasks.every(ran) : task.mode === "run";
}

/** One storage that sends each act to the next of several nodes, and closes all of them. */
function takeTurns(nodes: Storage[]): Storage {
  let turn = 0;
  return new Proxy(nodes[0]!, {
    get: (_, verb: keyof Storage) => {
      if (verb === "close") return () => Promise.all(nodes.map((node) => node.close()));
      return nodes[turn++ % nodes.length]?.[verb];
    },
  });
}
