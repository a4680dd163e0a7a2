/** Brings a PostgreSQL database to the schema of this build. Nodes that start together take turns. */

import pg from "pg";
import { checkSchema, type Migration, newestOf, worksFrom } from "../../shared/migration.js";
import { postgresMigrations } from "../schema.js";
import { ServerChoice, serversOf } from "./servers.js";
import { clientSettings, faultOfServer, inspect, type StartupOptions } from "./session.js";

/** Two nodes that create the same table at the same moment: one of them is told so in one of these ways. */
const createdMeanwhile = new Set(["23505", "42P07", "42710", "42701", "40001"]);

export interface MigrateOptions {
  /** @default true */
  readonly mayMigrate?: boolean | undefined;
  /** @default "sent" */
  readonly startupOptions?: StartupOptions | undefined;
  /**
   * How long a step waits for a table: whoever wants the table after it waits as long, servers too.
   * @default 3000
   */
  readonly lockMilliseconds?: number;
}

/**
 * Returns the versions applied.
 * @throws {Error} if the schema is newer than builds like this work on, or may not be changed; or no server answers.
 */
export async function migratePostgres(
  url: string,
  migrations: readonly Migration[] = postgresMigrations,
  { mayMigrate = true, startupOptions, lockMilliseconds = 3000 }: MigrateOptions = {},
): Promise<number[]> {
  const client = await connectToWriter(url, startupOptions);
  try {
    const version = await currentVersion(client);
    if (version === newestOf(migrations)) return [];
    if (version !== undefined) await check(client, version, migrations, mayMigrate);
    if (version !== undefined && version > newestOf(migrations)) return [];
    await createVersionTable(client);
    return await applyMissing(client, migrations, { mayMigrate, lockMilliseconds });
  } finally {
    await client.end().catch(() => {});
  }
}

async function connectToWriter(url: string, startupOptions: StartupOptions | undefined): Promise<pg.Client> {
  const servers = new ServerChoice(serversOf(url));
  for (let tried = 1; ; tried++) {
    const server = servers.current;
    const client = new pg.Client({
      ...clientSettings(server.url, startupOptions),
      connectionTimeoutMillis: Math.ceil(10_000 / servers.count),
    });
    client.on("error", () => {});
    try {
      await client.connect();
      const fault = servers.count > 1 && faultOfServer(await inspect(client), true);
      if (!fault) return client;
      throw new Error(fault);
    } catch (error) {
      await client.end().catch(() => {});
      servers.failed(server, (error as Error).message);
      if (tried < servers.count) continue;
      throw servers.count === 1 ? withHint(error) : new Error(servers.describe(""), { cause: error });
    }
  }
}

/** PgBouncer and RDS Proxy in their own words. */
const refusesSettings = /unsupported startup parameter|command-line options/;

function withHint(error: unknown): unknown {
  const { message } = error as Error;
  if (!refusesSettings.test(message)) return error;
  return new Error(
    `${message}. A pooler refuses the settings that are sent with a connection: set COUNTERSIGN_POSTGRES_STARTUP_OPTIONS=none, and give them to the role as docs/storage.md says under "Poolers"`,
    { cause: error },
  );
}

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

/** Older schemas do not have the column, and are not asked. */
async function check(
  client: pg.Client,
  version: number,
  migrations: readonly Migration[],
  mayMigrate: boolean,
): Promise<void> {
  const newer = version > newestOf(migrations);
  const found = newer ? await client.query("SELECT works_from FROM schema_version WHERE id = 1") : undefined;
  checkSchema({ version, worksFrom: found?.rows[0].works_from ?? 1 }, migrations, mayMigrate);
}

async function createVersionTable(client: pg.Client): Promise<void> {
  // Not numbered steps: those would change the very table whose row is the turn.
  for (const sql of [
    "CREATE TABLE IF NOT EXISTS schema_version (id integer PRIMARY KEY CHECK (id = 1), version integer NOT NULL)",
    "ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS works_from integer NOT NULL DEFAULT 1",
  ]) {
    // Each by itself: a node that did not come to make the table may come first to the column.
    try {
      await client.query(sql);
    } catch (error) {
      if (!createdMeanwhile.has((error as pg.DatabaseError).code ?? "")) throw error;
    }
  }
  await client.query("INSERT INTO schema_version(id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING");
}

/** The lock on the one row of the version table is the turn; it is given back by the commit. */
async function applyMissing(
  client: pg.Client,
  migrations: readonly Migration[],
  { mayMigrate, lockMilliseconds }: { readonly mayMigrate: boolean; readonly lockMilliseconds: number },
): Promise<number[]> {
  await client.query("BEGIN");
  try {
    // What is done once may take as long as it takes.
    await client.query("SET LOCAL statement_timeout = 0");
    const { rows } = await client.query("SELECT version FROM schema_version WHERE id = 1 FOR UPDATE");
    const current: number = rows[0].version;
    await check(client, current, migrations, mayMigrate);
    await client.query(`SET LOCAL lock_timeout = ${Math.trunc(lockMilliseconds)}`);
    const missing = migrations.filter(({ version }) => version > current);
    for (const { sql } of missing) await client.query(sql);
    if (missing.length > 0) {
      await client.query(
        "UPDATE schema_version SET version = $1, works_from = GREATEST(works_from, $2) WHERE id = 1",
        [newestOf(migrations), worksFrom(missing)],
      );
    }
    await client.query("COMMIT");
    return missing.map(({ version }) => version);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    if ((error as pg.DatabaseError).code === "55P03") throw tableInUse(error as Error);
    throw error;
  }
}

/** A step that waited on would keep everybody who comes after it waiting, too. */
function tableInUse(cause: Error): Error {
  return new Error(
    `The schema was not changed: another transaction, such as a pg_dump, holds a table that the change needs (${cause.message}). Try again when it is over.`,
    { cause },
  );
}
