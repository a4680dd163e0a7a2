/** `countersign migrate`, `countersign backup FILE`, `countersign audit`. */

import { loadConfig } from "../config.js";
import { backupSqlite } from "../storage/sqlite/backup.js";
import { configOption, configUsage, isPostgres, withConfigured } from "./open.js";
import { parseOptions, UsageFault } from "./usage.js";

const help = { help: { type: "boolean", short: "h" } } as const;
const migrateUsage = `Usage: countersign migrate [--config FILE]

Brings the database to the schema of this build; every command does so at start.

${configUsage}`;

export async function migrate(args: string[]): Promise<void> {
  const { values } = parseOptions(args, { ...configOption, ...help }, migrateUsage);
  if (values.help) return console.log(migrateUsage);
  await withConfigured(values.config, async () => console.log("The database has the schema of this build."));
}

const backupUsage = `Usage: countersign backup FILE [--config FILE]

Writes a consistent copy of the SQLite database while servers use it. To restore, stop the server and put the copy in the
database's place (and delete the -wal and -shm files beside it). PostgreSQL has pg_dump.

${configUsage}`;

export async function backup(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { ...configOption, ...help }, backupUsage, 1);
  if (values.help) return console.log(backupUsage);
  const [file] = positionals;
  if (file === undefined) throw new UsageFault(backupUsage);
  const { database } = loadConfig(process.env, values.config);
  if (isPostgres(database)) throw new UsageFault("backup is for SQLite; use pg_dump for PostgreSQL.");
  backupSqlite(database, file);
  console.log(
    `${file} holds a copy of ${database}. Keep the secrets with it: without them it opens nothing.`,
  );
}

const auditUsage = `Usage: countersign audit [--event E] [--client CLIENT_ID] [--account ACCOUNT_ID] [--since ISO_TIME] [--limit N]

Prints security events, newest first, one JSON object a line.

${configUsage}`;

const auditOptions = {
  ...configOption,
  ...help,
  event: { type: "string" },
  client: { type: "string" },
  account: { type: "string" },
  since: { type: "string" },
  limit: { type: "string" },
} as const;

export async function audit(args: string[]): Promise<void> {
  const { values } = parseOptions(args, auditOptions, auditUsage);
  if (values.help) return console.log(auditUsage);
  const limit = Number(values.limit ?? "100");
  if (!Number.isInteger(limit) || limit < 1) throw new UsageFault("--limit takes a whole number from 1.");
  const since = values.since === undefined ? undefined : Date.parse(values.since);
  if (Number.isNaN(since)) throw new UsageFault("--since takes a time such as 2030-01-31T12:00:00Z.");
  const query = {
    limit,
    ...(values.event !== undefined && { event: values.event }),
    ...(values.client !== undefined && { clientId: values.client }),
    ...(values.account !== undefined && { accountId: values.account }),
    ...(since !== undefined && { since }),
  };
  await withConfigured(values.config, async ({ storage }) => {
    for (const { at, event, clientId, accountId, data } of await storage.listAudit(query)) {
      console.log(
        JSON.stringify({
          at: new Date(at).toISOString(),
          event,
          client_id: clientId,
          account_id: accountId,
          ...data,
        }),
      );
    }
  });
}
