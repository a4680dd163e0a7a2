/** Brings a SQLite file to the schema of this build, under the file's own write lock. */

import type { Migration } from "../../shared/migration.js";
import { sqliteMigrations } from "../schema.js";
import type { Database } from "./driver.js";

/** Returns the versions applied. @throws {Error} if the file was written by a newer build. */
export function migrateSqlite(
  database: Database,
  migrations: readonly Migration[] = sqliteMigrations,
): number[] {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
    const row = database.prepare("SELECT MAX(version) v FROM schema_version").get();
    const applied = apply(database, (row?.v as number | null) ?? 0, migrations);
    database.exec("COMMIT");
    return applied;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function apply(database: Database, current: number, migrations: readonly Migration[]): number[] {
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new Error(
      `The database has schema version ${current}, newer than this countersign knows (${newest}). Run the newer release, or restore a backup made before the upgrade.`,
    );
  }
  const missing = migrations.filter(({ version }) => version > current);
  for (const { version, sql } of missing) {
    database.exec(sql);
    database.prepare("INSERT INTO schema_version(version) VALUES (?)").run(version);
  }
  return missing.map(({ version }) => version);
}
