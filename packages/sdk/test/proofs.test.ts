import { once } from "node:events";
import { startEmulator } from "@countersign/server/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { times } from "../../../test/support/long.js";
import { AccountApi, type OAuthTokenResponse, TokenKeeper, type TokenStore } from "../src/index.js";
import { type StubOptions, type StubServer, startStub } from "./support/authorization-server.js";
import { testClock, testKeeper } from "./support/keeper.js";
import { openStore } from "./support/open-store.js";
import { openSharedPlaces, type SharedPlaces, type StoreAddress } from "./support/shared-stores.js";
import { openWorkers, type Workers } from "./support/workers.js";

/** The claims of the documentation, each put to the proof with real processes and real servers. */

const cycles = times({ short: 40, long: 1000 });
vi.setConfig({ testTimeout: 120_000 });
let places: SharedPlaces;
let workers: Workers;
const kinds = ["file", "sqlite", "postgres", "redis"] as const;
const addressOf = (kind: StoreAddress["kind"]) =>
  places.addresses.find((each) => each.kind === kind) as StoreAddress;

// Long enough for a Redis that has to be installed first.
beforeAll(async () => {
  [places, workers] = await Promise.all([openSharedPlaces(), openWorkers()]);
}, 300_000);
afterAll(async () => {
  workers?.close();
  await places?.close();
});

let users = 0;
/** A user whose token expired an hour ago, in this store. */
async function expiredUser(
  address: StoreAddress,
  url: string,
  token: OAuthTokenResponse,
  client = { clientId: "client", clientSecret: "secret" },
): Promise<string> {
  const userId = `user ${++users}`;
  const { store, close } = openStore(address);
  const now = () => Date.now() - 2 * 3_600_000;
  const keeper = new TokenKeeper({ ...client, store, config: url, now });
  await keeper.save(userId, { ...token, expiresIn: 3600 });
  await close();
  return userId;
}

async function withStub<T>(options: StubOptions, use: (server: StubServer) => Promise<T>): Promise<T> {
  const server = await startStub(options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

const rotatingSeed = {
  accounts: [{ email: "jill@example.com", password: "correct horse battery" }],
  apps: [
    {
      ...{ name: "Demo app", owner: "jill@example.com", refresh_tokens: "rotate" as const },
      ...{ client_id: "cc91c61d00f8bb2ece1428035716b", client_secret: "1d14434088507ffa390e6f5528465" },
      oauth: { callback_url: "http://127.0.0.1:9999/callback", scopes: ["basic_account_info"] },
    },
  ],
};

describe("8 processes × 50 callers × one expired token", () => {
  let fleet: ReturnType<Workers["start"]>[];
  beforeAll(() => {
    fleet = Array.from({ length: 8 }, () => workers.start());
  });
  afterAll(() => {
    for (const worker of fleet) worker.kill("SIGKILL");
  });

  it.each(kinds)("send exactly one refresh request when they share the %s store", async (kind) => {
    await using sign = await startEmulator({ profile: "standard", seed: rotatingSeed });
    const { clientId, clientSecret } = sign.client;
    const client = { clientId, clientSecret };
    const address = addressOf(kind);
    const userId = await expiredUser(address, sign.url, await sign.login(), client);
    const task = { address, serverUrl: sign.url, client, userId, callers: 50, leaseSeconds: 30 };
    await Promise.all(fleet.map((worker) => workers.prepare(worker, task)));
    const reports = await Promise.all(fleet.map((worker) => workers.run(worker)));
    expect(reports.flatMap(({ errors }) => errors)).toEqual([]);
    const tokens = new Set(reports.flatMap((report) => report.tokens));
    expect(tokens.size).toBe(1);
    const [accessToken] = tokens;
    await new AccountApi({ baseUrl: sign.url, accessToken }).accountGet();
    expect(await sign.requests({ operation: "oauthTokenRefresh" })).toHaveLength(1);
  });
});

/** 0 up to 1, the same sequence for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("rotation with 5 % of the answers lost", () => {
  const lives = async (stores: TokenStore[], rounds: number) => {
    const clock = testClock();
    const chance = seeded(20_262);
    let lost = 0;
    const fault = () => {
      if (chance() >= 0.05) return undefined;
      lost++;
      return "lost" as const;
    };
    await withStub(
      { rotation: true, graceMs: 30_000, expiresIn: 3600, now: clock.now, fault },
      async (server) => {
        // Waiting for another keeper takes real time here: the clock is the token's, and must not outrun the server.
        const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 25)));
        const keepers = stores.map((store) => testKeeper(server.url, clock, { store, sleep }).keeper);
        const userId = `user ${++users}`;
        await keepers[0]?.save(userId, server.authorize());
        for (let round = 0; round < rounds; round++) {
          clock.advance(3600);
          const tokens = await Promise.all(
            keepers.flatMap((each) => [each.accessToken(userId), each.accessToken(userId)]),
          );
          expect(new Set(tokens).size).toBe(1);
          expect(server.isActive(tokens[0] as string)).toBe(true);
        }
        expect(server.refreshes).toBe(rounds + lost);
      },
    );
    return lost;
  };

  it.each(kinds)(
    "logs no user out, however often two keepers refresh that share the %s store",
    async (kind) => {
      const open = [openStore(addressOf(kind)), openStore(addressOf(kind))];
      expect(
        await lives(
          open.map(({ store }) => store),
          cycles,
        ),
      ).toBeGreaterThan(0);
      await Promise.all(open.map(({ close }) => close()));
    },
  );
});

describe("kill -9 between refresh and save", () => {
  async function killed(kind: StoreAddress["kind"], options: StubOptions) {
    return withStub(options, async (server) => {
      const address = addressOf(kind);
      const userId = await expiredUser(address, server.url, server.authorize());
      const worker = workers.start();
      const client = { clientId: "client", clientSecret: "secret" };
      const task = {
        address,
        serverUrl: server.url,
        client,
        userId,
        callers: 1,
        leaseSeconds: 1,
        dieBeforeSave: true,
      };
      await workers.prepare(worker, task);
      worker.send("go");
      const [, signal] = await once(worker, "exit");
      expect(signal).toBe("SIGKILL");
      expect(server.granted).toBe(1);
      const { store, close } = openStore(address);
      const keeper = new TokenKeeper({
        clientId: "client",
        clientSecret: "secret",
        store,
        config: server.url,
      });
      const outcome = await keeper.accessToken(userId).then(
        (token) => ({ token, active: server.isActive(token) }),
        (error: { reason: string; action: string }) => ({ reason: error.reason, action: error.action }),
      );
      await close();
      return outcome;
    });
  }

  it.each(kinds)("is recovered from when the server repeats the successor, on the %s store", async (kind) => {
    expect(await killed(kind, { rotation: true })).toMatchObject({ active: true });
  });

  it("is recovered from when the server does not rotate", async () => {
    expect(await killed("file", { rotation: false })).toMatchObject({ active: true });
  });

  it("is a typed error that says so when the server repeats nothing", async () => {
    expect(await killed("file", { rotation: true, graceMs: 0 })).toEqual({
      reason: "refresh_lost",
      action: "reauthorize",
    });
  });
});
