/** Brings a SQLite file to the schema of this build, under the file's own write lock. */

import { checkSchema, type Migration, newestOf } from "../../shared/migration.js";
import { sqliteMigrations } from "../schema.js";
import type { Database } from "./driver.js";

/** Returns the versions applied. @throws {Error} if the schema is newer than builds like this work on, or may not be changed. */
export function migrateSqlite(
  database: Database,
  migrations: readonly Migration[] = sqliteMigrations,
  mayMigrate = true,
): number[] {
  // A file that needs nothing is not written to.
  if (versionOf(database) === newestOf(migrations)) return [];
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
    const version = versionOf(database);
    checkSchema({ version, worksFrom: worksFromOf(database, migrations) }, migrations, mayMigrate);
    const applied = apply(database, version, migrations);
    database.exec("COMMIT");
    return applied;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/** 0 where there is no schema yet. */
function versionOf(database: Database): number {
  const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").get();
  if (table === undefined) return 0;
  return (database.prepare("SELECT MAX(version) v FROM schema_version").get()?.v as number | null) ?? 0;
}

/** Older schemas do not have the column, and are not asked. */
function worksFromOf(database: Database, migrations: readonly Migration[]): number {
  if (versionOf(database) <= newestOf(migrations)) return 1;
  return database.prepare("SELECT MAX(works_from) v FROM schema_version").get()?.v as number;
}

function apply(database: Database, current: number, migrations: readonly Migration[]): number[] {
  const missing = migrations.filter(({ version }) => version > current);
  for (const { version, sql, worksFrom } of missing) {
    database.exec(sql);
    database.prepare("INSERT INTO schema_version(version) VALUES (?)").run(version);
    if (worksFrom !== undefined)
      database.prepare("UPDATE schema_version SET works_from = ? WHERE version = ?").run(worksFrom, version);
  }
  return missing.map(({ version }) => version);
}
