/** The connections to PostgreSQL: a pool, one statement at a time on each, and what happens when one is lost. */

import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type ConnectionUse, StorageUnavailable } from "../../port/storage.js";
import type { Row } from "../../shared/columns.js";
import { Breaker } from "./breaker.js";
import { clientOf, type ServerClient } from "./client.js";
import { ClockComparison } from "./clocks.js";
import { decodeRow, encodeValue } from "./encoding.js";
import {
  asStorageFault,
  isAnswer,
  isConflict,
  isReadOnly,
  isSilence,
  isTimeout,
  isUnsent,
  spoilsConnection,
} from "./faults.js";
import { ServerChoice, serversOf } from "./servers.js";
import { clockStatement, faultOfServer, inspect, readOnlyServer, type StartupOptions } from "./session.js";

export interface Statement {
  /** Prepared once on each connection under this name; without one it is parsed each time. */
  readonly name?: string;
  readonly text: string;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly statementTimeoutMilliseconds: number;
  /** @default "sent" */
  readonly startupOptions?: StartupOptions;
  /** Absent, clocks are not compared, and a database that does not answer is asked each time. */
  readonly now?: (() => number) | undefined;
  /** Is told, once, of what works but not as it should. @default nobody */
  readonly warn?: ((message: string) => void) | undefined;
  /** Is called with each new connection, before its first statement. @default nobody */
  readonly connected?: (() => void) | undefined;
}

/** Waits before another attempt to connect: a restart of the server is over within them, an outage is not. */
const connectPauses = [20, 100, 300];
const conflictAttempts = 6;
/** How often an act that the server refused as such goes over another connection. */
const spoiledAttempts = 3;

export class Connections {
  readonly #pool: pg.Pool;
  readonly #servers: ServerChoice;
  readonly #options: ConnectionOptions;
  /** Of reads and writes apart: a standby that is gone keeps the primary from committing, not from reading. */
  readonly #breakers: Readonly<Record<"read" | "write", Breaker | undefined>>;
  readonly #active = new Set<Promise<unknown>>();
  readonly #warned = new Set<string>();
  /** Connections that were opened before this one of them was found to be spoiled. */
  #edition = 0;
  readonly #editions = new WeakMap<pg.ClientBase, number>();
  readonly #clocks = new ClockComparison((message) => this.#options.warn?.(message));
  #closed = false;

  constructor(options: ConnectionOptions) {
    const { url, poolSize, statementTimeoutMilliseconds, startupOptions = "sent", now } = options;
    this.#options = options;
    const servers = new ServerChoice(serversOf(url));
    this.#servers = servers;
    this.#breakers = { read: now && new Breaker({ now }), write: now && new Breaker({ now }) };
    this.#pool = new pg.Pool({
      max: poolSize,
      ...(startupOptions === "sent" && { statement_timeout: statementTimeoutMilliseconds }),
      // The server ends a slow statement itself; this is for a server that says nothing any more.
      query_timeout: statementTimeoutMilliseconds + 1000,
      connectionTimeoutMillis: Math.ceil(5000 / servers.count),
      idleTimeoutMillis: 60_000,
      Client: clientOf(servers, startupOptions),
      onConnect: (client) => this.#admit(client as ServerClient),
    });
    // A connection that dies while idle leaves the pool by itself, and the next statement gets another; one that
    // dies in use fails its statement. Both also say so as an event, which would end the process if nobody listened.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  /** Runs a statement that changes nothing; a connection lost on the way is replaced and the statement sent again. */
  read(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#track(() => this.#attempt(statement, values, "read"));
  }

  /** Runs a statement once: if the connection is lost after it was sent, nobody knows what became of it. */
  write(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#track(() => this.#attempt(statement, values, "write"));
  }

  /** Returns what the connections do now, and how many acts wait for one. */
  use(): ConnectionUse {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** As `write`, for an act that may take long and must not be half done: its statement has minutes, not seconds. */
  writePatiently(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#track(() => this.#attempt(statement, values, "write", patient));
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
    kind: "read" | "write",
    send: Send = plainly,
  ): Promise<Row[]> {
    const encoded = values.map(encodeValue);
    const breaker = this.#breakers[kind];
    if (breaker?.admits() === false) throw this.#silent();
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect(breaker);
      try {
        const rows = await send(client, { ...statement, values: encoded });
        this.#release(client, false);
        breaker?.answered();
        return rows.map(decodeRow);
      } catch (error) {
        this.#drop(client, error, breaker);
        if (!mayRepeat(error, kind, attempt)) throw asStorageFault(error);
        await sleep(attempt * 3);
      }
    }
  }

  /** A connection on which a statement failed, and what that says of the others and of the database. */
  #drop(client: pg.PoolClient, error: unknown, breaker: Breaker | undefined): void {
    const spoiled = spoilsConnection(error);
    this.#release(client, !isAnswer(error) || spoiled);
    if (spoiled) this.#retire(client, error);
    if (isAnswer(error)) breaker?.answered();
    else if (isTimeout(error)) breaker?.unanswered();
  }

  async #connect(breaker: Breaker | undefined): Promise<pg.PoolClient> {
    for (let attempt = 0; ; attempt++) {
      try {
        const client = await this.#slot(breaker);
        if (this.#editions.get(client) === this.#edition) return client;
        client.release(true);
        attempt -= 1;
      } catch (error) {
        const pause = connectPauses[Math.min(attempt, connectPauses.length - 1)] as number;
        if (this.#givesUp(error, attempt, breaker)) {
          if (isSilence(error)) breaker?.unanswered();
          throw this.#unreached(error);
        }
        await sleep(pause);
      }
    }
  }

  #givesUp(error: unknown, attempt: number, breaker: Breaker | undefined): boolean {
    const { count } = this.#servers;
    // Whoever waited in vain for a free connection has waited long enough.
    if (/exceeded/.test((error as Error).message) || (isTimeout(error) && count === 1)) return true;
    if (breaker?.isOpen && isSilence(error)) return true;
    return attempt >= connectPauses.length && attempt >= 2 * count;
  }

  /** Returns a connection, unless the database is found meanwhile not to answer: nobody waits on for that. */
  #slot(breaker: Breaker | undefined): Promise<pg.PoolClient> {
    if (breaker === undefined) return this.#pool.connect();
    return new Promise((resolve, reject) => {
      let late = false;
      const stopWaiting = breaker.whileWaiting(() => {
        late = true;
        reject(this.#silent());
      });
      this.#pool
        .connect()
        .then((client) => (late ? client.release() : resolve(client)), reject)
        .finally(stopWaiting);
    });
  }

  #release(client: pg.PoolClient, lost: boolean): void {
    client.release(lost || this.#editions.get(client) !== this.#edition);
  }

  /** What spoils one connection is likely to be true of the others: each is replaced when it is next used. */
  #retire(client: pg.PoolClient, error: unknown): void {
    if (this.#editions.get(client) === this.#edition) this.#edition += 1;
    if (isReadOnly(error) && this.#servers.count > 1)
      this.#servers.failed((client as unknown as ServerClient).server, "it is read-only");
  }

  /** Judges a connection before its first use. @throws {StorageUnavailable} if it leads to a server that takes no writes. */
  async #admit(client: ServerClient): Promise<void> {
    const askedAt = this.#options.now?.();
    const session = await inspect(client);
    const fault = faultOfServer(session, this.#servers.count > 1);
    if (fault !== undefined) {
      this.#servers.failed(client.server, fault);
      throw readOnlyServer(fault);
    }
    this.#servers.accepted(client.server);
    this.#options.connected?.();
    this.#editions.set(client, this.#edition);
    this.#compareClocks(askedAt, session.at);
    for (const one of session.unset) this.#warnOnce(one, `PostgreSQL: ${one}`);
  }

  /** Asks the server for its clock: that it answers, and how far the clocks are apart. */
  async ping(): Promise<void> {
    const askedAt = this.#options.now?.();
    const [row] = await this.read(clockStatement, []);
    this.#compareClocks(askedAt, row?.at as number);
  }

  #compareClocks(askedAt: number | undefined, at: number): void {
    const answeredAt = this.#options.now?.();
    if (askedAt !== undefined && answeredAt !== undefined) this.#clocks.compare({ askedAt, answeredAt, at });
  }

  get clockAhead(): number | undefined {
    return this.#clocks.ahead;
  }

  #warnOnce(about: string, message: string): void {
    if (this.#warned.has(about)) return;
    this.#warned.add(about);
    this.#options.warn?.(message);
  }

  #silent(): StorageUnavailable {
    return new StorageUnavailable(`PostgreSQL: ${this.#servers.describe("it has not answered lately")}`);
  }

  #unreached(error: unknown): StorageUnavailable {
    const { message } = error as Error;
    const said = this.#servers.describe(message.replace(/^PostgreSQL: /, ""));
    const condition = error instanceof StorageUnavailable ? error.condition : undefined;
    return new StorageUnavailable(`PostgreSQL: ${said}`, { cause: error, condition });
  }
}

/** Whether an act that failed goes over another connection: it was not done, or does nothing but read. */
function mayRepeat(error: unknown, kind: "read" | "write", attempt: number): boolean {
  if (isConflict(error) || isUnsent(error)) return attempt < conflictAttempts;
  if (spoilsConnection(error)) return attempt < spoiledAttempts;
  return kind === "read" && !isAnswer(error) && !isTimeout(error) && attempt < conflictAttempts;
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
