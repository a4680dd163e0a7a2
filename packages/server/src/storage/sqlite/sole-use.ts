/** Whether this process is the only one that holds a name: a file beside the data is locked for as long as it does. */

import { type Database, openDatabase } from "./engine/driver.js";

/** Returns how to give the name back, which a process that ends does by itself; undefined if another one holds it. */
export function takeSoleUse(file: string): (() => void) | undefined {
  const database: Database = openDatabase(file);
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch {
    database.close();
    return undefined;
  }
  return () => database.close();
}
