/** The Redis store over every kind of client and cluster that its two libraries make, and over none besides. */
import { Cluster, Redis } from "ioredis";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/index.js";
import { type RedisClient, RedisTokenStore } from "../../src/stores/redis.js";
import { startRedis, type TestRedis } from "../support/redis.js";

let plain: TestRedis;
/** Two nodes of one cluster, each with half of the slots: a command at the wrong one is refused. */
let nodes: TestRedis[] = [];
const closing: (() => unknown)[] = [];
const addressOf = ({ url }: TestRedis) => ({ host: "127.0.0.1", port: Number(new URL(url).port) });

beforeAll(async () => {
  plain = await startRedis();
  nodes = await Promise.all([
    startRedis(["--cluster-enabled", "yes"]),
    startRedis(["--cluster-enabled", "yes"]),
  ]);
  const admins = nodes.map(({ url }) => new Redis(url));
  const [first, second] = admins as [Redis, Redis];
  await first.call("CLUSTER", "ADDSLOTSRANGE", "0", "8191");
  await second.call("CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
  const { host, port } = addressOf(nodes[1] as TestRedis);
  await first.call("CLUSTER", "MEET", host, String(port));
  for (const admin of admins) {
    while (!String(await admin.call("CLUSTER", "INFO")).includes("cluster_state:ok")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    admin.disconnect();
  }
}, 300_000);
afterAll(async () => {
  for (const close of closing) await close();
  await Promise.all([plain, ...nodes].map((server) => server?.stop()));
});

const clients: Record<string, () => Promise<RedisClient>> = {
  "a client of ioredis": async () => {
    const client = new Redis(plain.url);
    closing.push(() => client.disconnect());
    return client;
  },
  "a cluster of ioredis that reads from replicas": async () => {
    const client = new Cluster(nodes.map(addressOf), { scaleReads: "slave" });
    closing.push(() => client.disconnect());
    return client;
  },
  "a client of redis": async () => {
    const client = createClient({ url: plain.url });
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
  "a pool of redis": async () => {
    const client = createClientPool({ url: plain.url });
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
  "a cluster of redis": async () => {
    const client = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
    await client.connect();
    closing.push(() => client.destroy());
    return client;
  },
};

describe.each(Object.entries(clients))("over %s", (name, open) => {
  it("the store keeps its promises for users on every node", async () => {
    const store = new RedisTokenStore(await open(), { prefix: `${name}:` });
    for (let i = 0; i < 8; i++) {
      const user = `user ${i}`;
      expect(await store.read(user)).toEqual({ version: 0, value: undefined });
      expect(await store.write(user, 0, "a")).toBe(true);
      expect(await store.write(user, 0, "b")).toBe(false);
      expect(await store.read(user)).toEqual({ version: 1, value: "a" });
      expect(await store.write(user, 1, undefined)).toBe(true);
      expect(await store.read(user)).toEqual({ version: 2, value: undefined });
    }
  });
});

describe("a removed entry", () => {
  it("is forgotten after a day", async () => {
    const client = new Redis(plain.url);
    closing.push(() => client.disconnect());
    const store = new RedisTokenStore(client, { prefix: "removed:" });
    await store.write("u", 0, "a");
    await store.write("u", 1, undefined);
    expect(await client.ttl("removed:u")).toBeGreaterThan(86_000);
  });
});

describe("over a sentinel of redis", () => {
  it("the store asks the master, never a replica", async () => {
    const sentinel = createSentinel({ name: "m", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] });
    const calls: unknown[][] = [];
    sentinel.sendCommand = (async (...args: unknown[]) => {
      calls.push(args);
      return [null, null];
    }) as never;
    await new RedisTokenStore(sentinel, { prefix: "" }).read("u");
    expect(calls).toEqual([[false, ["EVAL", expect.stringContaining("HMGET"), "1", "u"]]]);
  });
});

describe("what is no client of these libraries", () => {
  it("is refused when the store is made, not at the first login", () => {
    const others = [undefined, null, {}, "redis://127.0.0.1", { get: () => {}, eval: () => {} }];
    for (const other of others)
      expect(() => new RedisTokenStore(other as never)).toThrow(InvalidArgumentError);
  });
});
