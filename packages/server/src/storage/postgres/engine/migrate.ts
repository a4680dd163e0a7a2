/** Brings a PostgreSQL database to the schema of this build. Nodes that start together take turns. */

import pg from "pg";
import type { Migration } from "../../shared/migration.js";
import { postgresMigrations } from "../schema.js";
import { clientSettings } from "./connections.js";

/** Two nodes that create the same table at the same moment: one of them is told so in one of these ways. */
const createdMeanwhile = new Set(["23505", "42P07", "42710", "40001"]);

/** Returns the versions applied. @throws {Error} if the database was written by a newer build, or does not answer. */
export async function migratePostgres(
  url: string,
  migrations: readonly Migration[] = postgresMigrations,
): Promise<number[]> {
  const client = new pg.Client({ ...clientSettings(url), connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    if ((await currentVersion(client)) === newest(migrations)) return [];
    await createVersionTable(client);
    return await applyMissing(client, migrations);
  } finally {
    await client.end().catch(() => {});
  }
}

const newest = (migrations: readonly Migration[]) => migrations.at(-1)?.version ?? 0;

/** Undefined where the version table is not there yet. */
async function currentVersion(client: pg.Client): Promise<number | undefined> {
  try {
    const { rows } = await client.query("SELECT version FROM schema_version WHERE id = 1");
    return rows[0]?.version;
  } catch (error) {
    if ((error as pg.DatabaseError).code === "42P01") return undefined;
    throw error;
  }
}

async function createVersionTable(client: pg.Client): Promise<void> {
  try {
    await client.query(
      "CREATE TABLE IF NOT EXISTS schema_version (id integer PRIMARY KEY CHECK (id = 1), version integer NOT NULL)",
    );
  } catch (error) {
    if (!createdMeanwhile.has((error as pg.DatabaseError).code ?? "")) throw error;
  }
  await client.query("INSERT INTO schema_version(id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING");
}

/** The lock on the one row of the version table is the turn; it is given back by the commit. */
async function applyMissing(client: pg.Client, migrations: readonly Migration[]): Promise<number[]> {
  await client.query("BEGIN");
  try {
    const { rows } = await client.query("SELECT version FROM schema_version WHERE id = 1 FOR UPDATE");
    const current: number = rows[0].version;
    refuseNewer(current, newest(migrations));
    const missing = migrations.filter(({ version }) => version > current);
    for (const { sql } of missing) await client.query(sql);
    if (missing.length > 0) {
      await client.query("UPDATE schema_version SET version = $1 WHERE id = 1", [newest(migrations)]);
    }
    await client.query("COMMIT");
    return missing.map(({ version }) => version);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

function refuseNewer(current: number, known: number): void {
  if (current > known) {
    throw new Error(
      `The database has schema version ${current}, newer than this countersign knows (${known}). Run the newer release, or restore a backup made before the upgrade.`,
    );
  }
}
