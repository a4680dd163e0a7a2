/** The connections to PostgreSQL: a pool, one statement at a time on each, and what happens when one is lost. */

import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Row } from "../../shared/columns.js";
import { decodeText, encodeText } from "../../shared/text.js";
import { type ConnectionUse, StorageUnavailable } from "../../storage.js";
import { asStorageFault, isAnswer, isConflict, isUnsent } from "./faults.js";

export interface Statement {
  /** Prepared once on each connection under this name; without one it is parsed each time. */
  readonly name?: string;
  readonly text: string;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly statementTimeoutMilliseconds: number;
}

/** Waits before another attempt to connect: a restart of the server is over within them, an outage is not. */
const connectPauses = [20, 100, 300];
const conflictAttempts = 6;

export class Connections {
  readonly #pool: pg.Pool;
  readonly #active = new Set<Promise<unknown>>();
  #closed = false;

  constructor({ url, poolSize, statementTimeoutMilliseconds }: ConnectionOptions) {
    this.#pool = new pg.Pool({
      ...clientSettings(url),
      max: poolSize,
      statement_timeout: statementTimeoutMilliseconds,
      // The server ends a slow statement itself; this is for a server that says nothing any more.
      query_timeout: statementTimeoutMilliseconds + 1000,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 60_000,
    });
    // A connection that dies while idle leaves the pool by itself, and the next statement gets another; one that
    // dies in use fails its statement. Both also say so as an event, which would end the process if nobody listened.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  /** Runs a statement that changes nothing; a connection lost on the way is replaced and the statement sent again. */
  read(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#track(() => this.#attempt(statement, values, true));
  }

  /** Runs a statement once: if the connection is lost after it was sent, nobody knows what became of it. */
  write(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#track(() => this.#attempt(statement, values, false));
  }

  /** Returns what the connections do now, and how many acts wait for one. */
  use(): ConnectionUse {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** As `write`, for an act that may take long and must not be half done: its statement has minutes, not seconds. */
  writePatiently(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#track(() => this.#attempt(statement, values, false, patient));
  }

  /** Waits for what was sent, then closes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#active);
    await this.#pool.end();
  }

  #track<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StorageUnavailable("PostgreSQL: the storage was closed"));
    const running = run();
    this.#active.add(running);
    const done = () => void this.#active.delete(running);
    running.then(done, done);
    return running;
  }

  async #attempt(
    statement: Statement,
    values: unknown[],
    repeatable: boolean,
    send: Send = plainly,
  ): Promise<Row[]> {
    const encoded = values.map(encodeValue);
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect();
      try {
        const rows = await send(client, { ...statement, values: encoded });
        client.release();
        return rows.map(decodeRow);
      } catch (error) {
        client.release(!isAnswer(error));
        const again = isConflict(error) || isUnsent(error) || (repeatable && !isAnswer(error));
        if (!again || attempt >= conflictAttempts) throw asStorageFault(error);
        await sleep(attempt * 3);
      }
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#pool.connect();
      } catch (error) {
        const pause = connectPauses[attempt];
        // Whoever waited in vain for a free connection has waited long enough.
        if (pause === undefined || /timeout/.test((error as Error).message)) {
          throw new StorageUnavailable(`PostgreSQL: ${(error as Error).message}`, { cause: error });
        }
        await sleep(pause);
      }
    }
  }
}

type Send = (client: pg.PoolClient, query: pg.QueryConfig) => Promise<Row[]>;

const plainly: Send = async (client, query) => (await client.query<Row>(query)).rows;

const patienceMilliseconds = 600_000;

/** The longer limit is the transaction's, so that a pooler may give the connection to another one afterwards. */
const patient: Send = async (client, query) => {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL statement_timeout = ${patienceMilliseconds}`);
    const longer = { ...query, query_timeout: patienceMilliseconds + 1000 };
    const { rows } = await client.query<Row>(longer);
    await client.query("COMMIT");
    return rows;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
};

const settings = [
  // Durable, then answered: a success is on disk, whatever the server's default is.
  "synchronous_commit=on",
  // Every statement finds few rows by an index. A plan that was made and kept while a table was small, or before it
  // was analyzed, must do so too: a scan of a table that has grown meanwhile is 30 times slower.
  "enable_seqscan=off",
  "enable_hashjoin=off",
  "enable_mergejoin=off",
];

const bigintType = 20;

/** What every connection has in common. Times fit a double, so 64-bit integers come as numbers. */
export function clientSettings(url: string): pg.ClientConfig {
  return {
    ...withSettings(url),
    application_name: "countersign",
    keepAlive: true,
    types: {
      getTypeParser: (oid, format) =>
        (oid as number) === bigintType ? Number : pg.types.getTypeParser(oid, format as "text"),
    },
  };
}

/** The driver lets `options` of the URL replace any other, so ours go behind what the URL has. */
function withSettings(url: string): pg.ClientConfig {
  const ours = settings.map((setting) => `-c ${setting}`).join(" ");
  if (!/[?&]options=/.test(url)) return { connectionString: url, options: ours };
  const whole = new URL(url);
  whole.searchParams.set("options", `${whole.searchParams.get("options")} ${ours}`);
  return { connectionString: whole.href };
}

function encodeValue(value: unknown): unknown {
  if (typeof value === "string") return encodeText(value);
  return Array.isArray(value) ? value.map(encodeValue) : value;
}

function decodeRow(row: Row): Row {
  for (const key in row) {
    const value = row[key];
    if (typeof value === "string" && value.includes("\x1a"))
      (row as Record<string, unknown>)[key] = decodeText(value);
  }
  return row;
}
