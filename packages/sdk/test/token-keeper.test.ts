import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import {
  ClientRejected,
  InvalidArgumentError,
  MemoryTokenStore,
  ReauthorizationRequired,
  TemporarilyUnavailable,
  TokenKeeper,
  type TokenStore,
} from "../src/index.js";
import { type StubOptions, type StubServer, startStub } from "./support/authorization-server.js";
import { keyOf, testClock, testKeeper } from "./support/keeper.js";

const servers: StubServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function serve(options: StubOptions = {}): Promise<StubServer> {
  const server = await startStub(options);
  servers.push(server);
  return server;
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("expected a rejection"),
    (error: Error) => error,
  );
}
async function scene(stubOptions: StubOptions = {}, keeperOptions: Parameters<typeof testKeeper>[2] = {}) {
  const clock = testClock();
  const server = await serve({ expiresIn: 3600, now: clock.now, ...stubOptions });
  const kept = testKeeper(server.url, clock, keeperOptions);
  const token = server.authorize();
  await kept.keeper.save("jill", token);
  return { clock, server, token, key: keyOf("jill", server.url), ...kept };
}
const expired = 3600;

describe("a valid token", () => {
  it("comes from memory without a request, or a read of the store", async () => {
    let reads = 0;
    const store = new MemoryTokenStore();
    const read = store.read.bind(store);
    store.read = (key) => {
      reads++;
      return read(key);
    };
    const { keeper, server, token } = await scene({}, { store });
    const before = reads;
    for (let i = 0; i < 10; i++) expect(await keeper.accessToken("jill")).toBe(token.accessToken);
    expect(reads).toBe(before);
    expect(server.refreshes).toBe(0);
  });

  it("is refreshed 300 seconds before it expires, and not a millisecond earlier", async () => {
    const { keeper, server, clock, token } = await scene();
    clock.ms += (3600 - 300) * 1000 - 1;
    expect(await keeper.accessToken("jill")).toBe(token.accessToken);
    clock.ms += 1;
    expect(await keeper.accessToken("jill")).not.toBe(token.accessToken);
    expect(server.refreshes).toBe(1);
  });

  it("is refreshed up to twice as early, by chance, so that users do not come all at once", async () => {
    const { keeper, server, clock, token } = await scene({}, { random: (bytes) => bytes.fill(128) });
    clock.ms += (3600 - 450) * 1000 - 1;
    expect(await keeper.accessToken("jill")).toBe(token.accessToken);
    clock.ms += 1;
    await keeper.accessToken("jill");
    expect(server.refreshes).toBe(1);
  });

  it("of a short life is not refreshed at every call", async () => {
    const { keeper, server, clock } = await scene({ expiresIn: 8 });
    clock.advance(5.9);
    await keeper.accessToken("jill");
    expect(server.refreshes).toBe(0);
  });

  it("is refreshed once however many callers ask at once", async () => {
    const { keeper, server, clock } = await scene();
    clock.advance(expired);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => keeper.accessToken("jill")));
    expect(new Set(tokens).size).toBe(1);
    expect(server.refreshes).toBe(1);
  });

  it("keeps its refresh token when the response brings none (RFC 6749 section 6)", async () => {
    const clock = testClock();
    const bodies: string[] = [];
    const fetch = async (_: string, init: RequestInit) => {
      bodies.push(String(init.body));
      return Response.json({ access_token: `new-${bodies.length}`, token_type: "Bearer", expires_in: 3600 });
    };
    const { keeper } = testKeeper("", clock, { config: { fetch } });
    await keeper.save("jill", {
      accessToken: "a",
      tokenType: "Bearer",
      refreshToken: "the one",
      expiresIn: 1,
    });
    for (const name of ["new-1", "new-2"]) {
      clock.advance(expired);
      expect(await keeper.accessToken("jill")).toBe(name);
    }
    expect(bodies.every((body) => body.includes("refresh_token=the+one"))).toBe(true);
  });

  it("reaches a header and a plain caller alike", async () => {
    const { keeper, token } = await scene();
    expect(await keeper.headers("jill")).toEqual({ Authorization: `Bearer ${token.accessToken}` });
    expect(await keeper.status("jill")).toBe("active");
  });
});

describe("several keepers on one store", () => {
  it("refresh once between them, and all get the new token", async () => {
    const { keeper, server, clock, store } = await scene({ rotation: true });
    const others = Array.from({ length: 7 }, () => testKeeper(server.url, clock, { store }).keeper);
    clock.advance(expired);
    const tokens = await Promise.all([keeper, ...others].map((each) => each.accessToken("jill")));
    expect(new Set(tokens).size).toBe(1);
    expect(server.refreshes).toBe(1);
  });

  it("go on with the old token while one of them refreshes early", async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { keeper, server, clock, store, token } = await scene({ gate: () => gate });
    const other = testKeeper(server.url, clock, { store });
    clock.advance(expired - 200);
    const refreshing = keeper.accessToken("jill");
    while (server.refreshes === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await other.keeper.accessToken("jill")).toBe(token.accessToken);
    expect(other.waits).toEqual([]);
    open();
    expect(await refreshing).not.toBe(token.accessToken);
    expect(server.refreshes).toBe(1);
  });

  it("see within recheckSeconds that one of them has revoked the user", async () => {
    const { keeper, server, clock, store, token } = await scene();
    const other = testKeeper(server.url, clock, { store }).keeper;
    expect(await other.accessToken("jill")).toBe(token.accessToken);
    await keeper.revoke("jill");
    clock.advance(60);
    expect(await failure(other.accessToken("jill"))).toMatchObject({ reason: "revoked" });
  });

  it("take the token of whoever won, when the server says invalid_grant to the loser", async () => {
    const { keeper, server, clock, store } = await scene({ rotation: true, graceMs: 0 });
    const other = testKeeper(server.url, clock, { store });
    const winner = server.authorize();
    const read = store.read.bind(store);
    let raced = false;
    // While the loser asks, the user authorizes again in another process.
    store.read = async (key) => {
      const entry = await read(key);
      if (!raced && entry.value !== undefined) {
        raced = true;
        server.revoke((JSON.parse(entry.value ?? "{}") as { refreshToken: string }).refreshToken);
        const write = store.write.bind(store);
        store.write = async (...args) => {
          const ok = await write(...args);
          store.write = write;
          await other.keeper.save("jill", winner);
          return ok;
        };
      }
      return entry;
    };
    clock.advance(expired);
    expect(await keeper.accessToken("jill")).toBe(winner.accessToken);
    expect(await keeper.status("jill")).toBe("active");
  });

  it("cannot overwrite from a lease that ran out: the late holder adopts what the next one saved", async () => {
    const { server, clock, store } = await scene({ rotation: true });
    const stalled: (() => void)[] = [];
    const slow: TokenStore = {
      read: (key) => store.read(key),
      write: async (key, version, value) => {
        const saves = value !== undefined && !value.includes('"lease"');
        if (saves && stalled.length === 0) await new Promise<void>((resolve) => stalled.push(resolve));
        return store.write(key, version, value);
      },
    };
    const late = testKeeper(server.url, clock, { store: slow });
    const next = testKeeper(server.url, clock, { store });
    clock.advance(expired);
    const lateToken = late.keeper.accessToken("jill");
    while (stalled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(30);
    const nextToken = await next.keeper.accessToken("jill");
    stalled[0]?.();
    expect(await lateToken).toBe(nextToken);
    expect(late.events.map(({ type }) => type)).toContain("adopted");
    expect(server.isActive(nextToken)).toBe(true);
  });
});

describe("a fault that passes", () => {
  it("is tried again with growing waits and ends no session", async () => {
    const { keeper, server, clock, waits, events } = await scene({ fault: (n) => (n < 4 ? 503 : undefined) });
    clock.advance(expired);
    await keeper.accessToken("jill");
    expect(server.refreshes).toBe(4);
    expect(waits).toEqual([100, 200, 400]);
    expect(events.map(({ type }) => type)).toEqual(["retry", "retry", "retry", "refreshed"]);
  });

  it("costs nothing when only the answer was lost: a rotating server repeats it", async () => {
    const { keeper, server, clock } = await scene({
      rotation: true,
      fault: (n) => (n === 1 ? "lost" : undefined),
    });
    clock.advance(expired);
    expect(server.isActive(await keeper.accessToken("jill"))).toBe(true);
    clock.advance(expired);
    expect(server.isActive(await keeper.accessToken("jill"))).toBe(true);
  });

  it("becomes TemporarilyUnavailable with its cause when it lasts, and passes with it", async () => {
    let down = true;
    const { keeper, clock, events } = await scene({ fault: () => (down ? 500 : undefined) });
    clock.advance(expired);
    const error = await failure(keeper.accessToken("jill"));
    expect(error).toBeInstanceOf(TemporarilyUnavailable);
    expect(error).toMatchObject({
      action: "retry",
      reason: "server",
      retryAfterSeconds: 1,
      cause: { code: 500 },
    });
    expect(events.at(-1)).toMatchObject({ type: "unavailable", userId: "jill" });
    down = false;
    expect(await keeper.status("jill")).toBe("active");
    clock.advance(1);
    await keeper.accessToken("jill");
  });

  it("is not felt while the old token is still good, and the server is left in peace for a while", async () => {
    const { keeper, server, clock, token } = await scene({ fault: () => 503 });
    clock.advance(expired - 200);
    expect(await keeper.accessToken("jill")).toBe(token.accessToken);
    const requests = server.refreshes;
    for (let i = 0; i < 5; i++) await keeper.accessToken("jill");
    expect(server.refreshes).toBe(requests);
    clock.advance(30);
    await keeper.accessToken("jill");
    expect(server.refreshes).toBeGreaterThan(requests);
  });

  it("waits as long as Retry-After says, or gives up at once when that is too long", async () => {
    const clock = testClock();
    for (const [seconds, waits] of [
      ["3", [3000, 3000, 3000]],
      ["90", []],
    ] as const) {
      const fetch = async () => new Response("", { status: 429, headers: { "retry-after": seconds } });
      const kept = testKeeper("", clock, { config: { fetch } });
      await kept.keeper.save("jill", {
        accessToken: "a",
        tokenType: "bearer",
        refreshToken: "r",
        expiresIn: 0,
      });
      expect(await failure(kept.keeper.accessToken("jill"))).toBeInstanceOf(TemporarilyUnavailable);
      expect(kept.waits).toEqual(waits);
    }
  });

  it.each([
    ["HTML in a 200", () => new Response("<html>")],
    ["a redirect", () => new Response("", { status: 302, headers: { location: "/login" } })],
    ["a broken connection", () => Promise.reject(new TypeError("fetch failed"))],
  ])("may be %s", async (_, answer) => {
    const clock = testClock();
    const { keeper } = testKeeper("", clock, { config: { fetch: async () => answer() } });
    await keeper.save("jill", { accessToken: "a", tokenType: "Bearer", refreshToken: "r", expiresIn: 0 });
    expect(await failure(keeper.accessToken("jill"))).toBeInstanceOf(TemporarilyUnavailable);
    expect(await keeper.status("jill")).toBe("active");
  });
});

describe("the end of a session", () => {
  it("comes with the server's clear word, is remembered, and asks the server no more", async () => {
    const { keeper, server, clock, token, events } = await scene();
    server.revoke(token.refreshToken);
    clock.advance(expired);
    const error = await failure(keeper.accessToken("jill"));
    expect(error).toBeInstanceOf(ReauthorizationRequired);
    expect(error).toMatchObject({ action: "reauthorize", reason: "grant_refused", userId: "jill" });
    expect(events.at(-1)).toEqual({
      type: "reauthorization_required",
      userId: "jill",
      reason: "grant_refused",
    });
    await failure(keeper.accessToken("jill"));
    expect(server.refreshes).toBe(1);
    expect(await keeper.status("jill")).toBe("revoked");
  });

  it.each([
    { error: "invalid_grant" },
    { error: { error_name: "bad_request", error_msg: "Invalid grant data (refresh token)" } },
    { error: { error_name: "bad_request", error_msg: "The authorization was revoked" } },
    { error: { error_name: "unauthorized", error_msg: "The refresh token has expired" } },
  ])("is heard in %j", async (body) => {
    const clock = testClock();
    const { keeper } = testKeeper("", clock, {
      config: { fetch: async () => Response.json(body, { status: 400 }) },
    });
    await keeper.save("jill", { accessToken: "a", tokenType: "Bearer", refreshToken: "r", expiresIn: 0 });
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "grant_refused" });
  });

  it("is undone by the next authorization", async () => {
    const { keeper, server, clock, token } = await scene();
    server.revoke(token.refreshToken);
    clock.advance(expired);
    await failure(keeper.accessToken("jill"));
    const next = server.authorize();
    await keeper.save("jill", next);
    expect(await keeper.accessToken("jill")).toBe(next.accessToken);
  });

  it("is not what a refused app means: that is ClientRejected, and the session is intact", async () => {
    const clock = testClock();
    let body: unknown = { error: "invalid_client", error_description: "wrong secret" };
    const fetch = async () => Response.json(body, { status: 401 });
    const { keeper } = testKeeper("", clock, { config: { fetch } });
    await keeper.save("jill", { accessToken: "a", tokenType: "Bearer", refreshToken: "r", expiresIn: 0 });
    const bodies = [
      body,
      { error: { error_name: "bad_request", error_msg: "Parameter refresh_token is missing" } },
      { error: { error_name: "forbidden", error_msg: "no" } },
      { error: "invalid_request" },
    ];
    for (body of bodies) {
      clock.advance(60);
      const error = await failure(keeper.accessToken("jill"));
      expect(error).toBeInstanceOf(ClientRejected);
      expect(error).toMatchObject({ action: "fix_configuration" });
    }
    expect(await keeper.status("jill")).toBe("active");
  });

  it("comes at expiry when there is no refresh token", async () => {
    const clock = testClock();
    const { keeper } = testKeeper("http://127.0.0.1:1", clock);
    await keeper.save("jill", { accessToken: "a", tokenType: "Bearer", expiresIn: 3600 });
    clock.advance(3594);
    expect(await keeper.accessToken("jill")).toBe("a");
    clock.advance(1);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "no_refresh_token" });
  });

  it("of a user never seen, or forgotten, is said as such", async () => {
    const { keeper, store, key } = await scene();
    expect(await failure(keeper.accessToken("jack"))).toMatchObject({ reason: "unknown_user" });
    await keeper.forget("jill");
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "unknown_user" });
    expect(await keeper.status("jill")).toBe("unknown");
    expect((await store.read(key)).value).toBeUndefined();
    await keeper.forget("jack");
  });

  it("by revoke leaves no token in the store, and tells the server when asked to", async () => {
    const { keeper, server, store, token, key } = await scene({}, { revokeAtServer: true });
    await keeper.revoke("jill");
    expect(server.isActive(token.accessToken)).toBe(false);
    const { value = "" } = await store.read(key);
    expect(value).not.toBe("");
    expect(value).not.toContain(token.accessToken);
    expect(value).not.toContain(token.refreshToken);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "revoked" });
    expect(await keeper.status("jill")).toBe("revoked");
  });

  it("by revoke or forget is not undone by a refresh under way", async () => {
    for (const end of ["revoke", "forget"] as const) {
      let open = () => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const { keeper, server, clock } = await scene({ gate: () => gate });
      clock.advance(expired);
      const refreshing = failure(keeper.accessToken("jill"));
      while (server.refreshes === 0) await new Promise((resolve) => setImmediate(resolve));
      await keeper[end]("jill");
      open();
      expect(await refreshing).toBeInstanceOf(ReauthorizationRequired);
      expect(await failure(keeper.accessToken("jill"))).toBeInstanceOf(ReauthorizationRequired);
    }
  });
});

/** A store that fails when told, before or after it did what was asked. */
function faultyStore(inner = new MemoryTokenStore()) {
  const fault: { write?: "before" | "after" | undefined; read?: boolean; when?: (value: string) => boolean } =
    {};
  const store: TokenStore = {
    read: async (key) => {
      if (fault.read) throw new Error("store is down");
      return inner.read(key);
    },
    write: async (key, version, value) => {
      const hit = fault.write !== undefined && (fault.when?.(value ?? "") ?? true);
      if (hit && fault.write === "before") throw new Error("store is down");
      const ok = await inner.write(key, version, value);
      if (hit && ok) throw new Error("connection lost");
      return ok;
    },
  };
  return { store, fault };
}
const isSave = (value: string) => !value.includes('"lease"');

describe("a store that fails", () => {
  it("is not asked while memory will do, and its outage ends no session", async () => {
    const { store, fault } = faultyStore();
    const { keeper, clock, token } = await scene({}, { store });
    fault.read = true;
    clock.advance(300);
    expect(await keeper.accessToken("jill")).toBe(token.accessToken);
    clock.advance(expired);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({
      name: "TemporarilyUnavailable",
      reason: "store",
    });
    fault.read = false;
    await keeper.accessToken("jill");
  });

  it("keeps a new token in memory, says so, and saves it before it is used", async () => {
    const { store, fault } = faultyStore();
    const { keeper, server, clock, events, key } = await scene({ rotation: true, graceMs: 0 }, { store });
    clock.advance(expired);
    Object.assign(fault, { write: "before", when: isSave });
    const error = await failure(keeper.accessToken("jill"));
    expect(error).toMatchObject({ name: "TemporarilyUnavailable", reason: "save_failed" });
    expect((error.cause as Error).message).toBe("store is down");
    expect(events.filter(({ type }) => type === "save_failed")).toHaveLength(4);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "save_failed" });
    fault.write = undefined;
    const token = await keeper.accessToken("jill");
    expect(server.isActive(token)).toBe(true);
    expect(server.refreshes).toBe(1);
    expect((await store.read(key)).value).toContain(token);
  });

  it("that fails altogether while a new token waits says save_failed, and costs no token that is still good", async () => {
    const { store, fault } = faultyStore();
    const { keeper, server, clock, token, events } = await scene(
      { gate: async () => void Object.assign(fault, { read: true }) },
      { store },
    );
    clock.advance(expired - 200);
    Object.assign(fault, { write: "before", when: isSave });
    expect(await keeper.accessToken("jill")).toBe(token.accessToken);
    expect(events.at(-1)).toMatchObject({ type: "unavailable", reason: "save_failed" });
    clock.advance(200);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "save_failed" });
    Object.assign(fault, { write: undefined, read: false });
    expect(server.isActive(await keeper.accessToken("jill"))).toBe(true);
    expect(server.refreshes).toBe(1);
  });

  it("is not misled by a write whose answer was lost, of the lease or of the token", async () => {
    for (const when of [isSave, (value: string) => !isSave(value)]) {
      const { store, fault } = faultyStore();
      const { keeper, server, clock } = await scene({ rotation: true, graceMs: 0 }, { store });
      clock.advance(expired);
      Object.assign(fault, { write: "after", when });
      expect(server.isActive(await keeper.accessToken("jill"))).toBe(true);
      expect(server.refreshes).toBe(1);
    }
  });

  it("of which the content is broken is no logout, has an error of its own, and costs no token in memory", async () => {
    const { keeper, store, clock, key, token, events } = await scene();
    for (const broken of ["", "{}", "null", '{"v":2}', '{"v":1,"accessToken":5}', "\u0000"]) {
      await store.write(key, (await store.read(key)).version, broken);
      clock.advance(70);
      expect(await keeper.accessToken("jill")).toBe(token.accessToken);
      expect(events.at(-1)).toMatchObject({ type: "unreadable", userId: "jill" });
    }
    clock.advance(expired);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({
      name: "RecordUnreadable",
      reason: "unreadable",
      action: "restore_or_replace",
      userId: "jill",
    });
  });
});

describe("a process that died while refreshing", () => {
  const leaseOfTheDead = async (store: TokenStore, key: string, untilMs: number) => {
    const { version, value = "" } = await store.read(key);
    await store.write(
      key,
      version,
      JSON.stringify({ ...JSON.parse(value), lease: { owner: "dead", untilMs } }),
    );
  };

  it("is waited for until its lease runs out, then passed over", async () => {
    const { keeper, store, clock, waits, server, key } = await scene();
    clock.advance(expired);
    await leaseOfTheDead(store, key, clock.ms + 30_000);
    await keeper.accessToken("jill");
    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(30_000);
    expect(waited).toBeLessThan(30_500);
    expect(server.refreshes).toBe(1);
  });

  it("and wakes up after its session was given up saves what it holds: the session goes on", async () => {
    const { server, clock, store } = await scene({ rotation: true });
    const stalled: (() => void)[] = [];
    const slow: TokenStore = {
      read: (key) => store.read(key),
      write: async (key, version, value) => {
        if (isSave(value ?? "") && stalled.length === 0)
          await new Promise<void>((resolve) => stalled.push(resolve));
        return store.write(key, version, value);
      },
    };
    const late = testKeeper(server.url, clock, { store: slow });
    // A server that takes the old refresh token for stolen, but leaves the newest alone.
    const fetch = async () => Response.json({ error: "invalid_grant" }, { status: 400 });
    const next = testKeeper("", clock, { store, config: { fetch, baseUrl: server.url } });
    clock.advance(expired);
    const lateToken = late.keeper.accessToken("jill");
    while (stalled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(30);
    expect(await failure(next.keeper.accessToken("jill"))).toMatchObject({ reason: "refresh_lost" });
    stalled[0]?.();
    const token = await lateToken;
    expect(server.isActive(token)).toBe(true);
    expect(await next.keeper.accessToken("jill")).toBe(token);
  });

  it("is waited for no longer than one lease even when its clock was an hour ahead", async () => {
    const { keeper, store, clock, waits, server, key } = await scene();
    clock.advance(expired);
    await leaseOfTheDead(store, key, clock.ms + 3_600_000);
    await keeper.accessToken("jill");
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(30_500);
    expect(server.refreshes).toBe(1);
  });

  it("leaves a typed error when its answer is gone for good", async () => {
    const { keeper, store, clock, server, token, key } = await scene({ rotation: true, graceMs: 0 });
    clock.advance(expired);
    await leaseOfTheDead(store, key, clock.ms - 1);
    server.revoke(token.refreshToken);
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "refresh_lost" });
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "refresh_lost" });
  });

  it("makes callers give up with a typed error only when leases are taken again and again", async () => {
    const { keeper, store, clock, key: place } = await scene();
    clock.advance(expired);
    const read = store.read.bind(store);
    store.read = async (key) => {
      await leaseOfTheDead({ read, write: store.write.bind(store) }, place, clock.ms + 30_000);
      return read(key);
    };
    expect(await failure(keeper.accessToken("jill"))).toMatchObject({ reason: "busy" });
  });
});

describe("a token that an API refuses", () => {
  it("is replaced once by a fresh one for all callers that name it", async () => {
    const { keeper, server, clock, token } = await scene();
    clock.advance(10);
    const rejected = token.accessToken;
    const fresh = await Promise.all(
      Array.from({ length: 9 }, () => keeper.accessToken("jill", { rejected })),
    );
    expect(new Set(fresh).size).toBe(1);
    expect(fresh[0]).not.toBe(rejected);
    expect(server.refreshes).toBe(1);
    expect(await keeper.accessToken("jill", { rejected })).toBe(fresh[0]);
    expect(server.refreshes).toBe(1);
  });

  it("is not handed out again, neither while another process refreshes nor when the server is down", async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { keeper, server, clock, store, token } = await scene({ gate: () => gate });
    clock.advance(60);
    const rejected = token.accessToken;
    const other = testKeeper(server.url, clock, { store });
    const refreshing = keeper.accessToken("jill", { rejected });
    while (server.refreshes === 0) await new Promise((resolve) => setImmediate(resolve));
    const waiting = other.keeper.accessToken("jill", { rejected });
    while (other.waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    open();
    expect(await waiting).toBe(await refreshing);
    expect(await waiting).not.toBe(rejected);

    const down = await scene({ fault: () => 503 });
    down.clock.advance(60);
    const error = await failure(down.keeper.accessToken("jill", { rejected: down.token.accessToken }));
    expect(error).toMatchObject({ name: "TemporarilyUnavailable", reason: "server" });
  });

  it("is not refreshed when it came from the server less than ten seconds ago", async () => {
    const { keeper, server, clock, token } = await scene();
    clock.ms += 9_999;
    expect(await keeper.accessToken("jill", { rejected: token.accessToken })).toBe(token.accessToken);
    expect(server.refreshes).toBe(0);
  });
});

describe("callers", () => {
  it("can stop waiting without stopping the refresh for others", async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { keeper, server, clock } = await scene({ gate: () => gate });
    clock.advance(expired);
    const abort = new AbortController();
    const patient = keeper.accessToken("jill");
    const impatient = failure(keeper.accessToken("jill", { signal: abort.signal }));
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await impatient).toBe(reason);
    expect(await failure(keeper.accessToken("jill", { signal: abort.signal }))).toBe(reason);
    open();
    await patient;
    expect(server.refreshes).toBe(1);
  });

  it("of a hundred users at once each get their own user's token", async () => {
    const { keeper, server, clock } = await scene({ rotation: true });
    const users = Array.from({ length: 100 }, (_, i) => `user ${i}`);
    const families = new Map<string, string>();
    for (const user of users) {
      const token = server.authorize();
      families.set(user, token.accessToken.split(".")[1] as string);
      await keeper.save(user, token);
    }
    clock.advance(expired);
    const asked = [...users, ...users].map(async (user) => [user, await keeper.accessToken(user)] as const);
    for (const [user, token] of await Promise.all(asked))
      expect(token.split(".")[1]).toBe(families.get(user));
    expect(server.refreshes).toBe(100);
  });

  it("are told by name what they gave wrongly", async () => {
    const store = new MemoryTokenStore();
    const make = (options: object) => () => new TokenKeeper({ clientId: "c", store, ...options });
    expect(make({ clientId: "" })).toThrow(/clientId/);
    expect(make({ store: {} })).toThrow(/store/);
    for (const name of ["leaseSeconds", "recheckSeconds", "attemptTimeoutMs", "maxCachedUsers"]) {
      for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
        expect(make({ [name]: value })).toThrow(name);
    }
    const { keeper } = testKeeper("http://127.0.0.1:1", testClock());
    for (const userId of ["", undefined, 5, null]) {
      expect(await failure(keeper.accessToken(userId as never))).toBeInstanceOf(InvalidArgumentError);
      expect(await failure(keeper.save(userId as never, {} as never))).toMatchObject({ field: "userId" });
    }
    for (const token of [undefined, {}, { accessToken: 5 }, { accessToken: "a", tokenType: "mac" }]) {
      expect(await failure(keeper.save("jill", token as never))).toMatchObject({ field: "token" });
    }
  });

  it("are not hurt by a listener that throws", async () => {
    const onEvent = () => {
      throw new Error("broken");
    };
    const { keeper, clock } = await scene({}, { onEvent });
    clock.advance(expired);
    await keeper.accessToken("jill");
  });

  it("of more users than fit in memory are served from the store", async () => {
    const { keeper, server } = await scene({}, { maxCachedUsers: 2 });
    for (const user of ["a", "b", "c", "__proto__"]) await keeper.save(user, server.authorize());
    for (const user of ["a", "b", "c", "__proto__", "jill"]) {
      expect(server.isActive(await keeper.accessToken(user))).toBe(true);
    }
    expect(server.refreshes).toBe(0);
  });

  it("never find a token in an error or an event", async () => {
    const { store, fault } = faultyStore();
    const { keeper, server, clock, events, token } = await scene({ rotation: true, graceMs: 0 }, { store });
    const errors: Error[] = [];
    clock.advance(expired);
    Object.assign(fault, { write: "before", when: isSave });
    errors.push(await failure(keeper.accessToken("jill")));
    fault.write = undefined;
    const { accessToken, refreshToken } = { ...token };
    const fresh = await keeper.accessToken("jill");
    server.revoke(refreshToken);
    clock.advance(expired);
    errors.push(await failure(keeper.accessToken("jill")));
    const text = inspect([errors, events], { depth: 20, showHidden: true });
    for (const secret of [accessToken, refreshToken, fresh, "rt.0.1"]) expect(text).not.toContain(secret);
  });
});
