/** `countersign backup FILE`. */

import { loadConfig } from "../config.js";
import { backupSqlite } from "../storage/sqlite/backup.js";
import { configOption, configUsage, isPostgres } from "./open.js";
import { parseOptions, UsageFault } from "./usage.js";

const options = { ...configOption, help: { type: "boolean", short: "h" } } as const;

const usage = `Usage: countersign backup FILE [--config FILE]

Writes a consistent copy of the SQLite database while servers use it. To restore, stop the server and put the copy in the
database's place (and delete the -wal and -shm files beside it). PostgreSQL has pg_dump.

${configUsage}`;

export async function backup(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, options, usage, 1);
  if (values.help) return console.log(usage);
  const [file] = positionals;
  if (file === undefined) throw new UsageFault(usage);
  const { database } = loadConfig(process.env, values.config);
  if (isPostgres(database)) throw new UsageFault("backup is for SQLite; use pg_dump for PostgreSQL.");
  backupSqlite(database, file);
  console.log(
    `${file} holds a copy of ${database}. Keep the secrets with it: without them it opens nothing.`,
  );
}
