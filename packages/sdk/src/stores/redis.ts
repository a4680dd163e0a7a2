/** Tokens in Redis or Valkey, over the clients and the clusters of `ioredis` and `redis`. */
import { InvalidArgumentError } from "../errors.js";
import type { StoredEntry, TokenStore } from "./store.js";

/** A client or a cluster of `ioredis`. */
export interface IoRedisClient {
  /** The reply to a command. */
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** A client or a pool of `redis`. */
export interface NodeRedisClient {
  /** The reply to a command. */
  sendCommand(args: string[]): Promise<unknown>;
}

/** A cluster of `redis`. */
export interface NodeRedisCluster {
  /** The reply to a command, sent to the node that has the key. */
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
  ): Promise<unknown>;
  /** What tells a cluster from a client. */
  readonly masters: unknown;
}

/** A sentinel of `redis`. */
export interface NodeRedisSentinel {
  /** The reply to a command, sent to the master unless it is a read-only one. */
  sendCommand(isReadonly: boolean | undefined, args: string[]): Promise<unknown>;
  /** What tells a sentinel from a client. */
  getSentinelNode(): unknown;
}

/**
 * What is used of a Redis client: a `Redis` or `Cluster` of `ioredis`, or what `createClient`, `createClientPool`,
 * `createCluster` or `createSentinel` of `redis` makes.
 */
export type RedisClient = IoRedisClient | NodeRedisClient | NodeRedisCluster | NodeRedisSentinel;

/** Options of `RedisTokenStore`. */
export interface RedisStoreOptions {
  /** Put before every user id. @default "countersign:token:" */
  prefix?: string | undefined;
  /** Seconds that the count of a removed entry is kept, so that a late writer cannot bring it back. @default 86400 */
  tombstoneSeconds?: number | undefined;
}

/** One script is one atomic act: Redis runs nothing between its commands. */
const write = `
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', version + 1)
if ARGV[2] == 'remove' then
  redis.call('HDEL', KEYS[1], 'value')
  redis.call('EXPIRE', KEYS[1], ARGV[3])
else
  redis.call('HSET', KEYS[1], 'value', ARGV[3])
  redis.call('PERSIST', KEYS[1])
end
return 1`;

/** A script as well: a plain read may be answered by a replica, which knows less than the last write. */
const read = "return redis.call('HMGET', KEYS[1], 'version', 'value')";

type Send = (key: string, args: string[]) => Promise<unknown>;

/**
 * Tokens in Redis or Valkey, one hash for each user. The lease is part of the value and every write is fenced by the
 * version, so a late holder cannot overwrite. Turn on the append-only file: without it a crash of the server loses tokens.
 * Every act is of one key and goes to the node that owns it, so a cluster needs nothing of its own.
 */
export class RedisTokenStore implements TokenStore {
  readonly #send: Send;
  readonly #prefix: string;
  readonly #tombstoneSeconds: string;

  /** @throws {InvalidArgumentError} when the client is none of those named in `RedisClient`. */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    this.#send = senderOf(client);
    this.#prefix = options.prefix ?? "countersign:token:";
    this.#tombstoneSeconds = String(Math.max(1, Math.ceil(options.tombstoneSeconds ?? 86_400)));
  }

  async read(key: string): Promise<StoredEntry> {
    const [version, value] = (await this.#run(read, key)) as [string | null, string | null];
    return { version: Number(version ?? 0), value: value ?? undefined };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    const what = value === undefined ? ["remove", this.#tombstoneSeconds] : ["set", value];
    return Number(await this.#run(write, key, String(expectedVersion), ...what)) === 1;
  }

  #run(script: string, key: string, ...values: string[]): Promise<unknown> {
    const name = this.#prefix + key;
    return this.#send(name, ["EVAL", script, "1", name, ...values]);
  }
}

function senderOf(client: RedisClient): Send {
  const has = (name: string) => typeof client === "object" && client !== null && name in client;
  // ioredis has a sendCommand as well, of another shape: its `call` is asked for first.
  if (has("call")) return (_, [name = "", ...args]) => (client as IoRedisClient).call(name, ...args);
  if (has("sendCommand") && has("masters"))
    return (key, args) => (client as NodeRedisCluster).sendCommand(key, false, args);
  if (has("sendCommand") && has("getSentinelNode"))
    return (_, args) => (client as NodeRedisSentinel).sendCommand(false, args);
  if (has("sendCommand")) return (_, args) => (client as NodeRedisClient).sendCommand(args);
  throw new InvalidArgumentError(
    "client",
    "must be a client or cluster of ioredis, or a client, pool, cluster or sentinel of redis; for another write a TokenStore, which has two functions",
  );
}
