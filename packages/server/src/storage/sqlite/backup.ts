/** A copy of a SQLite database while it is in use. */

import { closeSync, existsSync, fchmodSync, fsyncSync, openSync, rmSync } from "node:fs";
import { type Database, openDatabase } from "./engine/driver.js";

/**
 * Writes a consistent copy to `destination`, complete and on disk when this returns: all that was committed before it
 * began, nothing that came later. Writers are not held up in other processes; this one does nothing else meanwhile.
 * @throws {Error} if the source is not there, the destination is, or the disk is full; then no copy is left.
 */
export function backupSqlite(source: string | Database, destination: string): void {
  if (typeof source === "string") copyFile(source, destination);
  else copy(source, destination);
}

function copyFile(source: string, destination: string): void {
  if (!existsSync(source)) throw new Error(`There is no database file ${source}`);
  const database = openDatabase(source);
  try {
    database.exec("PRAGMA busy_timeout = 5000");
    copy(database, destination);
  } finally {
    database.close();
  }
}

function copy(database: Database, destination: string): void {
  // Made here, and by this process alone: the owner may read it, and an existing file is never written over.
  const made = openSync(destination, "wx", 0o600);
  fchmodSync(made, 0o600);
  closeSync(made);
  try {
    database.prepare("VACUUM INTO ?").run(destination);
    const file = openSync(destination, "r+");
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    rmSync(destination, { force: true });
    throw error;
  }
}
