import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { sharedPostgres } from "../../../../test/support/shared-postgres.js";
import { migratePostgres } from "../../src/storage/postgres/engine/migrate.js";
import { openPostgresStorage } from "../../src/storage/postgres/postgres-storage.js";
import { postgresMigrations } from "../../src/storage/postgres/schema.js";
import { openDatabase } from "../../src/storage/sqlite/engine/driver.js";
import { migrateSqlite } from "../../src/storage/sqlite/engine/migrate.js";
import { sqliteMigrations } from "../../src/storage/sqlite/schema.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";
import { runChildren } from "./child.js";

/** The released steps and two more, of which each would fail if it ran twice. */
const longer = (released: readonly { version: number; title: string; sql: string }[]) => [
  ...released,
  { version: 901, title: "one more", sql: "CREATE TABLE more (x integer)" },
  { version: 902, title: "and another", sql: "ALTER TABLE more ADD COLUMN y integer" },
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
});
