/** The PostgreSQL that all files of a run share: each takes databases of its own on it. */
import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabaseOn } from "./postgres.js";

export interface SharedPostgres {
  /** The maintenance database, as superuser. */
  readonly url: string;
  /** Returns the URL of a new, empty database. */
  createDatabase(): Promise<string>;
}

/** Returns it; it runs as long as the run. Whoever stops or restarts a server starts one with `startPostgres`. */
export function sharedPostgres(): SharedPostgres {
  const url = inject("postgresUrl");
  return { url, createDatabase: () => createDatabaseOn(url, `test_${randomBytes(8).toString("hex")}`) };
}
