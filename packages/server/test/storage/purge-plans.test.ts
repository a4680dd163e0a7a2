/** A purge finds what is over by an index, deletes so many rows of it and no more, and holds nobody up meanwhile. */
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { Connections } from "../../src/storage/postgres/engine/connections.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { Context } from "../../src/storage/sqlite/engine/context.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { createFamily, createPair, newCode, t0 } from "./contract/fixtures.js";

const flood = 20_000;
const limit = 500;
const since = t0 + flood / 2;
const event = (at: number) => ({
  at,
  event: "login_failed",
  clientId: undefined,
  accountId: undefined,
  data: { address: "192.0.2.1" },
});

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe("a purge of a flooded audit log on PostgreSQL", () => {
  const server = sharedPostgres();
  let storage: Storage;
  let operator: pg.Client;
  /** What the adapter sends to purge, with its values. */
  let purge: { readonly text: string; readonly values: unknown[] };

  beforeAll(async () => {
    const url = await server.createDatabase();
    storage = await openPostgresStorage({ url, poolSize: 4, statementTimeoutMilliseconds: 2000 });
    await fill(storage);
    const write = vi.spyOn(Connections.prototype, "write");
    await storage.purge({ now: t0, limit, auditBefore: t0 - 1 });
    const sent = write.mock.calls.find(([{ name }]) => name === "purge");
    purge = { text: sent?.[0].text as string, values: [t0, t0, limit, t0 - 1, since] };
    operator = new pg.Client({ connectionString: url, options: "-c enable_seqscan=off" });
    await operator.connect();
  });
  afterEach(() => operator.query("ROLLBACK"));
  afterAll(async () => {
    vi.restoreAllMocks();
    await operator.end();
    await storage.close();
  });

  it("reads no table from end to end, and of the log only as many rows as it deletes", async () => {
    await operator.query("BEGIN");
    const { text, values } = purge;
    const { rows } = await operator.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    const nodes = nodesOf(rows[0]["QUERY PLAN"][0].Plan);
    expect(nodes.filter((node) => node["Node Type"] === "Seq Scan")).toEqual([]);
    const read = nodes.filter((node) => node["Relation Name"] === "audit" && /Scan/.test(node["Node Type"]));
    expect(read.length).toBeGreaterThan(0);
    for (const node of read) {
      expect(node["Actual Rows"] as number).toBeLessThanOrEqual(limit);
      if (node["Index Name"] !== undefined) expect(node["Index Name"]).toBe("audit_pkey");
    }
  });

  it("keeps neither an event nor an exchange, a refresh nor another purge of new rows waiting", async () => {
    const pair = await createPair(storage);
    const familyId = await createFamily(storage, pair);
    await operator.query("BEGIN");
    const { rows } = await operator.query(purge.text, purge.values);
    expect(Number(rows[0].gone)).toBe(limit);
    await storage.recordAudit([event(t0 + flood)]);
    await storage.issueCode(newCode(pair));
    await createFamily(storage, pair, { endEarlierFamilies: false });
    const rotation = { familyId, fromGeneration: 0, now: t0, graceSeconds: 0 };
    expect(await storage.rotateFamily(rotation)).toMatchObject({ outcome: "rotated" });
  });

  it("ends with what is kept, the newest, in as many steps as the flood is long", () =>
    purgesInSteps(storage));
});

describe("a purge of a flooded audit log on SQLite", () => {
  it("sorts nothing, and ends with what is kept in as many steps as the flood is long", async () => {
    const prepare = vi.spyOn(Context.prototype, "prepare");
    const storage = openSqliteStorage(":memory:");
    const { database } = prepare.mock.contexts[0] as Context;
    const deletions = prepare.mock.calls.map(([sql]) => sql).filter((sql) => /^DELETE.*LIMIT/.test(sql));
    vi.restoreAllMocks();
    expect(deletions.filter((sql) => sql.startsWith("DELETE FROM audit "))).toHaveLength(1);
    for (const sql of deletions) {
      const steps = database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...(sql.match(/\?/g) ?? []).map(() => 1));
      expect(JSON.stringify(steps)).not.toContain("TEMP B-TREE FOR ORDER BY");
    }
    await fill(storage);
    await purgesInSteps(storage);
    await storage.close();
  });
});

async function fill(storage: Storage): Promise<void> {
  for (let from = 0; from < flood; from += 2000)
    await storage.recordAudit(Array.from({ length: 2000 }, (_, n) => event(t0 + from + n)));
}

async function purgesInSteps(storage: Storage): Promise<void> {
  let [steps, gone] = [0, 0];
  do {
    gone = await storage.purge({ now: t0, limit, auditBefore: since - 1 });
    expect(gone).toBeLessThanOrEqual(limit);
    steps += 1;
  } while (gone > 0);
  expect(steps).toBe(flood / 2 / limit + 1);
  const left = await storage.listAudit({ event: "login_failed", limit: 2 * flood });
  expect(Math.min(...left.map(({ at }) => at))).toBe(since);
}
