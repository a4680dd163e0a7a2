/** The storage port on PostgreSQL: each verb one statement and one round trip, hot verbs many acts to a statement. */

import type { CommitWatch } from "../commit-watch.js";
import type { Storage } from "../port/storage.js";
import { isFamilyId } from "../shared/text.js";
import { accountVerbs, apiKeyVerbs } from "./accounts.js";
import { appVerbs, findApp } from "./apps.js";
import { listAuditVerb, recordAudit } from "./audit.js";
import { consumeCode, consumeCodeAlone, findCode, issueCode, issueCodeVerb } from "./codes.js";
import { deviceVerbs } from "./devices.js";
import { Batch, type BatchedVerb } from "./engine/batch.js";
import { Connections } from "./engine/connections.js";
import { migratePostgres } from "./engine/migrate.js";
import { type Parsed, parsedRows } from "./engine/parsed.js";
import type { StartupOptions } from "./engine/session.js";
import { familyVerbs, findFamily, rotateFamily } from "./families.js";
import { grantVerbs } from "./grants.js";
import { rememberVerb, takeFromBucket } from "./limits.js";
import { operatorVerbs } from "./operators.js";
import { purgeVerb } from "./purge.js";
import { revokeAllVerb } from "./revocations.js";
import { postgresMigrations } from "./schema.js";
import { createSession, deleteSessionVerb, findSession } from "./sessions.js";

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the parameters of libpq such as `?sslmode=verify-full`. */
  readonly url: string;
  /**
   * Most connections of this process.
   * @default 10
   */
  readonly poolSize?: number;
  /** @default 5000 */
  readonly statementTimeoutMilliseconds?: number;
  /**
   * `none` for poolers that refuse settings at the start of a connection: then the role or database must have them.
   * @default "sent"
   */
  readonly startupOptions?: StartupOptions;
  /**
   * Whether an older schema is brought to that of this build; an empty database is always set up.
   * @default true
   */
  readonly mayMigrate?: boolean;
  /** Absent, clocks are not compared, and a database that does not answer is asked each time. */
  readonly now?: () => number;
  /** Is told of settings that are not in force and clocks that differ. @default nobody */
  readonly warn?: (message: string) => void;
  /** Is told of the statements that many acts share. @default nobody */
  readonly watch?: CommitWatch | undefined;
}

/**
 * Returns the port on a database, brought to the schema of this build.
 * @throws {Error} when the database does not answer or was written by a newer build.
 */
export async function openPostgresStorage(options: PostgresOptions): Promise<Storage> {
  const { poolSize = 10, statementTimeoutMilliseconds = 5000 } = options;
  const { mayMigrate, startupOptions } = options;
  await migratePostgres(options.url, postgresMigrations, { mayMigrate, startupOptions });
  const limits = { poolSize, statementTimeoutMilliseconds };
  const connections = new Connections({ ...options, ...limits, connected: () => parsed.forgetAll() });
  const { verbs, parsed, close } = batchedVerbs(connections, options.watch);
  return {
    ...accountVerbs(connections),
    ...apiKeyVerbs(connections),
    ...appVerbs(connections),
    ...deviceVerbs(connections),
    ...grantVerbs(connections),
    ...familyVerbs(connections, parsed),
    ...operatorVerbs(connections),
    ...verbs,
    deleteSession: deleteSessionVerb(connections),
    rememberOnce: rememberVerb(connections),
    listAudit: listAuditVerb(connections),
    revokeAll: revokeAllVerb(connections),
    purge: purgeVerb(connections),
    ping: () => connections.ping(),
    clockAhead: () => connections.clockAhead,
    connectionUse: () => connections.use(),
    close: async () => {
      await close();
      await connections.close();
    },
  };
}

type BatchedVerbs = Pick<
  Storage,
  | "createSession"
  | "findSession"
  | "findApp"
  | "issueCode"
  | "findCode"
  | "consumeCode"
  | "findFamily"
  | "rotateFamily"
  | "takeFromBucket"
  | "recordAudit"
>;

function batchedVerbs(
  connections: Connections,
  watch: CommitWatch | undefined,
): { verbs: BatchedVerbs; parsed: Parsed; close: () => Promise<void> } {
  const [open, rows] = [new Batches(connections, watch), new Batches(connections, watch)];
  const { batched } = open;
  const parsed = parsedRows(rows.batched);
  const [consume, consumeAlone] = [batched(consumeCode), batched(consumeCodeAlone)];
  const [family, rotate, session] = [
    batched(findFamily(parsed)),
    batched(rotateFamily),
    batched(findSession),
  ];
  const verbs: BatchedVerbs = {
    createSession: batched(createSession),
    findSession: (hash, now) => session({ hash, now }),
    findApp: batched(findApp(parsed)),
    issueCode: issueCodeVerb(connections, batched(issueCode)),
    findCode: batched(findCode),
    consumeCode: (act) => (act.endEarlierFamilies ? consumeAlone(act) : consume(act)),
    findFamily: async (id) => (isFamilyId(id) ? family(id) : undefined),
    rotateFamily: async (act) => (isFamilyId(act.familyId) ? rotate(act) : { outcome: "unknown" }),
    takeFromBucket: batched(takeFromBucket),
    recordAudit: batched(recordAudit),
  };
  // What was read asks for its rows before it is over: those come last.
  const close = async () => {
    await open.close();
    await rows.close();
  };
  return { verbs, parsed, close };
}

class Batches {
  readonly #connections: Connections;
  readonly #watch: CommitWatch | undefined;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(connections: Connections, watch: CommitWatch | undefined) {
    this.#connections = connections;
    this.#watch = watch;
  }

  readonly batched = <Act, Answer>(verb: BatchedVerb<Act, Answer>): Batch<Act, Answer>["run"] => {
    const batch = new Batch(this.#connections, verb, this.#watch);
    this.#open.push(batch);
    return batch.run;
  };

  async close(): Promise<void> {
    await Promise.all(this.#open.map((batch) => batch.close()));
  }
}
