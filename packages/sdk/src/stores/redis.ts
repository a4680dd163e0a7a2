import type { StoredEntry, TokenStore } from "./store.js";

/** What is used of a Redis client: `call` of `ioredis`, or `sendCommand` of `redis`. */
export type RedisClient =
  | {
      /** The reply to a command: `ioredis`. */
      call(command: string, ...args: string[]): Promise<unknown>;
    }
  | {
      /** The reply to a command: `redis`. */
      sendCommand(args: string[]): Promise<unknown>;
    };

/** Options of `RedisTokenStore`. */
export interface RedisStoreOptions {
  /** Put before every user id. @default "countersign:token:" */
  prefix?: string | undefined;
  /** Seconds that the count of a removed entry is kept, so that a late writer cannot bring it back. @default 86400 */
  tombstoneSeconds?: number | undefined;
}

// One script is one atomic act: Redis runs nothing between its commands.
const WRITE = `
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

/**
 * Tokens in Redis or Valkey, one hash for each user. The lease is part of the value and every write is fenced by the
 * version, so a late holder cannot overwrite. Turn on the append-only file: without it a crash of the server loses tokens.
 */
export class RedisTokenStore implements TokenStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #tombstoneSeconds: string;

  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    this.#client = client;
    this.#prefix = options.prefix ?? "countersign:token:";
    this.#tombstoneSeconds = String(Math.max(1, Math.ceil(options.tombstoneSeconds ?? 86_400)));
  }

  async read(key: string): Promise<StoredEntry> {
    const reply = await this.#send("HMGET", this.#prefix + key, "version", "value");
    const [version, value] = reply as [string | null, string | null];
    return { version: Number(version ?? 0), value: value ?? undefined };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    const what = value === undefined ? ["remove", this.#tombstoneSeconds] : ["set", value];
    const reply = await this.#send("EVAL", WRITE, "1", this.#prefix + key, String(expectedVersion), ...what);
    return Number(reply) === 1;
  }

  #send(command: string, ...args: string[]): Promise<unknown> {
    // ioredis has a sendCommand as well, of another shape: its `call` is asked for first.
    return "call" in this.#client
      ? this.#client.call(command, ...args)
      : this.#client.sendCommand([command, ...args]);
  }
}
