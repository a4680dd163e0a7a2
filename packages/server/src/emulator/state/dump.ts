/** All rows of a SQLite storage, taken and put back: how an emulator remembers and forgets. */

import type { Database, SqlRow, SqlValue } from "../../storage/sqlite/engine/driver.js";

export type Dump = ReadonlyMap<string, readonly SqlRow[]>;

function tablesOf(database: Database): string[] {
  const rows = database
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_version'",
    )
    .all();
  return rows.map(({ name }) => name as string);
}

export function takeDump(database: Database): Dump {
  return new Map(
    tablesOf(database).map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]),
  );
}

/** Replaces every row. Statements that were prepared may still hold what they read before: open the file anew. */
export function restoreDump(database: Database, dump: Dump): void {
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const table of tablesOf(database)) database.exec(`DELETE FROM ${table}`);
    for (const [table, rows] of dump) insert(database, table, rows);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  } finally {
    database.exec("PRAGMA foreign_keys = ON");
  }
}

function insert(database: Database, table: string, rows: readonly SqlRow[]): void {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const holes = columns.map(() => "?").join(", ");
  const statement = database.prepare(`INSERT INTO ${table}(${columns.join(", ")}) VALUES (${holes})`);
  for (const row of rows) statement.run(...columns.map((column) => row[column] as SqlValue));
}
