/** What a server says of itself: its version, its schema, and its settings without the secrets among them. */

import type { Build } from "../admin/acts/status.js";
import type { Config } from "../config.js";
import { postgresMigrations } from "../storage/postgres/schema.js";
import { sqliteMigrations } from "../storage/sqlite/schema.js";
import { isPostgres } from "./open.js";
import { version } from "./version.js";

export function buildOf(config: Config): Build {
  const { database, secrets: _secrets, profile, admin, ...settings } = config;
  const migrations = isPostgres(database) ? postgresMigrations : sqliteMigrations;
  return {
    version,
    schema: migrations.at(-1)?.version ?? 0,
    settings: {
      ...settings,
      profile: profile.name,
      database: withoutPassword(database),
      admin: admin && { host: admin.host, port: admin.port, api: admin.token !== undefined },
    },
  };
}

/** The parameters of a URL may hold a password, too. */
function withoutPassword(database: string): string {
  if (!isPostgres(database)) return database;
  return database.replace(/\/\/[^@/]*@/, "//").replace(/\?.*$/, "");
}
