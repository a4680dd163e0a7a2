import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import type { Storage } from "../../src/storage/port/storage.js";
import { migratePostgres } from "../../src/storage/postgres/engine/migrate.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { postgresMigrations } from "../../src/storage/postgres/schema.js";
import type { Migration } from "../../src/storage/shared/migration.js";
import { openDatabase } from "../../src/storage/sqlite/engine/driver.js";
import { migrateSqlite } from "../../src/storage/sqlite/engine/migrate.js";
import { sqliteMigrations } from "../../src/storage/sqlite/schema.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { runChildren } from "./child.js";
import { createFamily, createPair, hex, newCode, t0 } from "./contract/fixtures.js";

/** The released steps and two more, of which each would fail if it ran twice. */
const longer = (released: readonly Migration[]) => [
  ...released,
  { version: 901, title: "one more", sql: "CREATE TABLE more (x integer)" },
  { version: 902, title: "and another", sql: "ALTER TABLE more ADD COLUMN y integer", worksFrom: 902 },
];
/** Steps of a release to come, on which this build works. */
const expanded = (released: readonly Migration[]) => [
  ...released,
  {
    version: 901,
    title: "expands what this build reads and writes",
    sql: [
      "accounts",
      "api_keys",
      "apps",
      "grants",
      "families",
      "codes",
      "sessions",
      "buckets",
      "audit",
      "seen_once",
    ]
      .map((table) => `ALTER TABLE ${table} ADD COLUMN of_tomorrow integer NOT NULL DEFAULT 7;`)
      .join("\n"),
  },
];

describe("SQLite migrations", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-migrations-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("run once, in order, and again only those that are missing", () => {
    const database = openDatabase(join(folder, "steps.db"));
    expect(migrateSqlite(database)).toEqual(sqliteMigrations.map(({ version }) => version));
    expect(migrateSqlite(database)).toEqual([]);
    expect(migrateSqlite(database, longer(sqliteMigrations))).toEqual([901, 902]);
    expect(() => migrateSqlite(database)).toThrow(/schema version 902, newer than this countersign knows/);
    database.close();
    expect(() => openSqliteStorage(join(folder, "steps.db"))).toThrow(/newer/);
  });

  it("leave nothing of a step that fails", () => {
    const database = openDatabase(":memory:");
    const broken = [...sqliteMigrations, { version: 902, title: "", sql: "CREATE TABLE half (x); NONSENSE" }];
    expect(() => migrateSqlite(database, broken)).toThrow(/NONSENSE/);
    expect(migrateSqlite(database)).toEqual(sqliteMigrations.map(({ version }) => version));
    database.close();
  });

  it("are made by no command but those that may; another says which one to run, and leaves the file as it is", () => {
    const file = join(folder, "older.db");
    const database = openDatabase(file);
    migrateSqlite(database, sqliteMigrations.slice(0, -1));
    expect(() => openSqliteStorage(file, { mayMigrate: false })).toThrow(/Run `countersign migrate` first/);
    expect(migrateSqlite(database)).toEqual([sqliteMigrations.at(-1)?.version]);
    database.close();
    openSqliteStorage(file, { mayMigrate: false }).close();
    openSqliteStorage(join(folder, "empty.db"), { mayMigrate: false }).close();
  });

  it("that expand are made under a server of the release before, which works on, and can start anew", async () => {
    const file = join(folder, "expanded.db");
    const running = openSqliteStorage(file);
    await everyAct(running);
    const newer = openDatabase(file);
    expect(migrateSqlite(newer, expanded(sqliteMigrations))).toEqual([901]);
    newer.close();
    await everyAct(running);
    await running.close();
    const restarted = openSqliteStorage(file, { mayMigrate: false });
    await everyAct(restarted);
    await restarted.close();
  });

  it("of 4 processes that start together on a new file do not collide", async () => {
    const file = join(folder, "together.db");
    expect(await runChildren(4, ["open", file])).toEqual(Array(4).fill("opened\n"));
  });
});

describe("PostgreSQL migrations", () => {
  const server = sharedPostgres();

  it("run once, in order, and again only those that are missing", async () => {
    const url = await server.createDatabase();
    expect(await migratePostgres(url)).toEqual(postgresMigrations.map(({ version }) => version));
    expect(await migratePostgres(url)).toEqual([]);
    expect(await migratePostgres(url, longer(postgresMigrations))).toEqual([901, 902]);
    await expect(openPostgresStorage({ url })).rejects.toThrow(/schema version 902, newer than/);
  });

  it("leave nothing of a step that fails", async () => {
    const url = await server.createDatabase();
    const broken = [
      ...postgresMigrations,
      { version: 902, title: "", sql: "CREATE TABLE half (); NONSENSE" },
    ];
    await expect(migratePostgres(url, broken)).rejects.toThrow(/NONSENSE/);
    expect(await migratePostgres(url)).toEqual(postgresMigrations.map(({ version }) => version));
  });

  it("of 4 nodes that start together on a new database do not collide", async () => {
    for (let round = 0; round < 3; round++) {
      const url = await server.createDatabase();
      const nodes = await Promise.all([1, 2, 3, 4].map(() => openPostgresStorage({ url })));
      await Promise.all(nodes.map((node) => node.ping()));
      await Promise.all(nodes.map((node) => node.close()));
      const applied = await Promise.all(
        [1, 2, 3, 4].map(() => migratePostgres(url, longer(postgresMigrations))),
      );
      expect(applied.flat()).toEqual([901, 902]);
    }
  });

  it("of a node that came too late to make the version's table, and first to its column, are whole", async () => {
    const url = await server.createDatabase();
    const [first, watch] = [
      new pg.Client({ connectionString: url }),
      new pg.Client({ connectionString: url }),
    ];
    await Promise.all([first.connect(), watch.connect()]);
    await first.query("BEGIN");
    await first.query(
      "CREATE TABLE schema_version (id integer PRIMARY KEY CHECK (id = 1), version integer NOT NULL)",
    );
    const second = migratePostgres(url);
    // It waits for the name of the table that the first has not committed.
    const isWaiting =
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while ((await watch.query(isWaiting)).rowCount === 0);
    await first.query("COMMIT");
    expect(await second).toEqual(postgresMigrations.map(({ version }) => version));
    await Promise.all([first.end(), watch.end()]);
  });

  it("need no right to change the schema where nothing is missing", async () => {
    const url = await server.createDatabase();
    await migratePostgres(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE ROLE plain LOGIN PASSWORD 'plain'");
    await client.query("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO plain");
    await client.end();
    const plain = Object.assign(new URL(url), { username: "plain", password: "plain" }).href;
    const storage = await openPostgresStorage({ url: plain });
    await storage.recordAudit([]);
    await storage.close();
  });

  it("are made by no command but those that may; another says which one to run, and leaves the schema as it is", async () => {
    const url = await server.createDatabase();
    const before = postgresMigrations.slice(0, -1);
    await migratePostgres(url, before);
    await expect(openPostgresStorage({ url, mayMigrate: false })).rejects.toThrow(
      /schema version \d+, and this countersign needs \d+\. Run `countersign migrate` first/,
    );
    expect(await migratePostgres(url)).toEqual([postgresMigrations.at(-1)?.version]);
    await (await openPostgresStorage({ url, mayMigrate: false })).close();
    const empty = await openPostgresStorage({ url: await server.createDatabase(), mayMigrate: false });
    await empty.close();
  });

  it("that expand are made under servers of the release before, which work on, and can start anew", async () => {
    const url = await server.createDatabase();
    const running = await openPostgresStorage({ url, poolSize: 1 });
    await everyAct(running);
    expect(await migratePostgres(url, expanded(postgresMigrations))).toEqual([901]);
    await everyAct(running);
    await running.close();
    const restarted = await openPostgresStorage({ url, mayMigrate: false });
    await everyAct(restarted);
    await restarted.close();
  });

  it("do not wait long for a table that a backup holds, so that servers need not wait for it either", async () => {
    const url = await server.createDatabase();
    await migratePostgres(url);
    const backup = new pg.Client({ connectionString: url });
    await backup.connect();
    await backup.query("BEGIN; LOCK TABLE accounts IN ACCESS SHARE MODE");
    const act = { lockMilliseconds: 50 };
    await expect(migratePostgres(url, expanded(postgresMigrations), act)).rejects.toThrow(
      /The schema was not changed: another transaction, such as a pg_dump/,
    );
    await backup.query("COMMIT");
    expect(await migratePostgres(url, expanded(postgresMigrations), act)).toEqual([901]);
    await backup.end();
  });
});

/** Each kind of act once, on what it makes itself. */
async function everyAct(storage: Storage): Promise<void> {
  const pair = await createPair(storage);
  const { accountId, clientId } = { accountId: pair.account.id, clientId: pair.app.clientId };
  const family = await createFamily(storage, pair);
  await createFamily(storage, pair, { endEarlierFamilies: true });
  const code = newCode(pair);
  await storage.issueCode(code);
  await storage.setApiKeys(accountId, [{ lookup: hex(16), sealed: "sealed" }]);
  const session = { hash: hex(16), accountId, authenticatedAt: t0, expiresAt: t0 + 1 };
  await storage.createSession(session);
  await storage.takeFromBucket({ key: hex(8), capacity: 2, periodSeconds: 1, now: t0, cost: 1 });
  await storage.rememberOnce(hex(8), t0, t0 + 1, "holder");
  await storage.recordAudit([{ at: t0, event: "x", clientId, accountId, data: {} }]);
  const found = [
    await storage.findCode(code.hash),
    await storage.findSession(session.hash, t0),
    await storage.findFamily(family),
    await storage.findApp(clientId),
    await storage.findAccount(accountId),
    await storage.findGrant(accountId, clientId),
    (await storage.listGrants(accountId))[0],
    (await storage.listFamilies(clientId, 1))[0],
    (await storage.listApiKeys(accountId))[0],
    (await storage.listAudit({ limit: 1 }))[0],
  ];
  if (found.includes(undefined)) throw new Error("something is not found");
  await storage.rotateFamily({ familyId: family, fromGeneration: 0, now: t0, graceSeconds: 1 });
  await storage.updateAccount(accountId, { locale: "de_DE" });
  await storage.updateApp(clientId, { name: "Another" }, t0);
  await storage.revokeAll({ accountId }, t0);
  await storage.purge({ now: t0, limit: 10 });
}
