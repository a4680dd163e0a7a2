/** The failover drill: a primary and a standby, the primary killed under load, the standby promoted, what then holds. */
import pg from "pg";
import { startPostgres, startStandby, type TestPostgres } from "../../../../test/support/postgres.js";
import type { Tokens } from "../support/tokens.js";
import { Deployment, type Node } from "./node.js";

const workers = 6;

/** One family, as far as its client was told of it. */
export interface Chain {
  readonly code: string;
  tokens: Tokens;
  /** When the code and when the last tokens were answered, in milliseconds since the epoch. */
  readonly exchangedAt: number;
  answeredAt: number;
}

/** What one failover looked like from outside, times in milliseconds. */
export interface Drill {
  readonly chains: readonly Chain[];
  /** How many answers of each status other than 200 the load got. */
  readonly refused: ReadonlyMap<number, number>;
  /** What `/ready` said while no server took writes. */
  readonly unready: string;
  readonly killedAt: number;
  readonly unreadyAfter: number;
  readonly promotedAt: number;
  readonly readyAfter: number;
  readonly answeredAfter: number;
  readonly longestWait: number;
}

export interface Pair {
  readonly primary: TestPostgres;
  readonly standby: TestPostgres;
  /** Names both, the primary first. */
  readonly url: string;
  stop(): Promise<void>;
}

/** @param synchronous whether the primary acknowledges nothing that the standby does not have on its disk. */
export async function startPair(synchronous: boolean): Promise<Pair> {
  const primary = await startPostgres({ fsync: false });
  const url = new URL(await primary.createDatabase());
  const standby = await startStandby(primary);
  if (synchronous)
    await operate(primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()");
  const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
  return {
    primary,
    standby,
    url: `postgres://${url.username}:${url.password}@${hosts}${url.pathname}?target_session_attrs=read-write`,
    stop: async () => {
      await standby.stop();
      await primary.stop();
    },
  };
}

/** Runs statements as the operator of a server; returns the rows of the last. */
export async function operate(url: string, ...statements: string[]): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: pg.QueryResultRow[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** Kills the primary while clients exchange and refresh, promotes the standby, and goes on until it has answered a while. */
export async function drill(pair: Pair, node: Node, beforeKill: () => Promise<void> = async () => {}) {
  await node.logIn();
  const load = new Load(node);
  const running = load.start();
  await until(() => load.chains.length >= 20);
  await beforeKill();
  const killedAt = Date.now();
  await pair.primary.kill();
  const unready = await untilReady(node, 503);
  const unreadyAt = Date.now();
  await operate(pair.standby.url, "SELECT pg_promote(true, 30)");
  const promotedAt = Date.now();
  const before = load.chains.length;
  await Promise.all([untilReady(node, 200), until(() => load.chains.length > before)]);
  const readyAt = Date.now();
  await until(() => load.chains.length >= before + 20);
  load.stop();
  await running;
  const answered = (load.chains[before] as Chain).exchangedAt;
  const times = {
    killedAt,
    unreadyAfter: unreadyAt - killedAt,
    promotedAt,
    readyAfter: readyAt - promotedAt,
  };
  const { chains, refused, longestWait } = load;
  return { ...times, answeredAfter: answered - promotedAt, chains, refused, unready, longestWait } as Drill;
}

/** Clients that each get a code, exchange it and refresh once, over and over, and note what they were answered. */
class Load {
  readonly chains: Chain[] = [];
  readonly refused = new Map<number, number>();
  longestWait = 0;
  #running = true;
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
  }

  stop(): void {
    this.#running = false;
  }

  async #work(): Promise<void> {
    while (this.#running) {
      const code = await this.#node
        .code()
        .catch((error: Error) => this.#note(Number(error.message.slice(9))));
      if (code === undefined) continue;
      const exchanged = await this.#tokens(() => this.#node.exchange(code));
      if (exchanged === undefined) continue;
      const chain = { code, tokens: exchanged, exchangedAt: Date.now(), answeredAt: Date.now() };
      this.chains.push(chain);
      const refreshed = await this.#tokens(() => this.#node.refresh(exchanged.refresh_token));
      if (refreshed !== undefined) Object.assign(chain, { tokens: refreshed, answeredAt: Date.now() });
    }
  }

  async #tokens(ask: () => Promise<Response>): Promise<Tokens | undefined> {
    const askedAt = Date.now();
    const answer = await ask();
    const text = await answer.text();
    this.longestWait = Math.max(this.longestWait, Date.now() - askedAt);
    if (answer.status === 200) return JSON.parse(text);
    return this.#note(answer.status);
  }

  #note(status: number): undefined {
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }
}

async function untilReady(node: Node, status: number): Promise<string> {
  for (;;) {
    const answer = await fetch(`${node.url}/ready`);
    const text = await answer.text();
    if (answer.status === status) return text;
    await pause();
  }
}

async function until(wanted: () => boolean): Promise<void> {
  while (!wanted()) await pause();
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

export async function deployOn(pair: Pair): Promise<{ deployment: Deployment; node: Node }> {
  const deployment = new Deployment(pair.url);
  await deployment.prepare();
  return { deployment, node: await deployment.start() };
}
