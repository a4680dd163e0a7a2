import { afterEach, describe, expect, it } from "vitest";
import { times } from "../../../test/support/long.js";
import {
  AccountApi,
  AuthorizationFlow,
  cookieState,
  MemoryTokenStore,
  ReauthorizationRequired,
} from "../src/index.js";
import { testClock, testKeeper } from "./support/keeper.js";
import { type RealServer, type RealServerOptions, startRealServer } from "./support/real-server.js";

/** The SDK against the server of this repository: what one promises the other keeps. */

const servers: RealServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function scene(options: Partial<RealServerOptions> & Pick<RealServerOptions, "profile">) {
  const clock = testClock();
  const server = await startRealServer({ rotate: false, now: clock.now, ...options });
  servers.push(server);
  const isStandard = options.profile === "standard";
  const flow = new AuthorizationFlow({
    ...server.client,
    config: server.url,
    redirectUri: server.callbackUrl,
    state: cookieState({ secret: "0123456789abcdef0123456789abcdef", now: clock.now }),
    pkce: isStandard,
    requireIssuer: isStandard,
  });
  const { url, setCookie } = await flow.begin({ context: "/home" });
  const callback = await flow.handleCallback(await server.allow(url), setCookie.split(";")[0]);
  if (callback.outcome !== "authorized") throw new Error("the user was to allow it");
  const store = new MemoryTokenStore();
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 5)));
  const keeperOn = () =>
    testKeeper(server.url, clock, { ...server.client, store, sleep, revokeAtServer: isStandard }).keeper;
  const keeper = keeperOn();
  await keeper.save("jill", callback.token);
  const emailOf = async (accessToken: string) => {
    const { account } = await new AccountApi({ baseUrl: server.url, accessToken }).accountGet();
    return account.emailAddress;
  };
  return { clock, server, callback, keeper, keeperOn, emailOf };
}

describe.each(["dropbox-sign", "standard"] as const)("a login at the server, profile %s", (profile) => {
  it("ends in a token that opens the API, is refreshed, and is refused once it is revoked", async () => {
    const { clock, server, callback, keeper, emailOf } = await scene({ profile });
    expect(callback.context).toBe("/home");
    const first = await keeper.accessToken("jill");
    expect(await emailOf(first)).toBe("jill@example.com");
    clock.advance(86_400);
    const second = await keeper.accessToken("jill");
    expect(second).not.toBe(first);
    expect(await emailOf(second)).toBe("jill@example.com");
    expect(server.refreshes()).toBe(1);
    await keeper.revoke("jill");
    await expect(keeper.accessToken("jill")).rejects.toBeInstanceOf(ReauthorizationRequired);
    // Only the standard profile has a revocation endpoint, as the live service has none.
    if (profile === "standard") await expect(emailOf(second)).rejects.toMatchObject({ code: 401 });
  });
});

describe("the server's rotation", () => {
  it("with 5 % of its answers lost logs no user out in hundreds of cycles of two keepers", {
    timeout: 120_000,
  }, async () => {
    let lost = 0;
    const loses = (refresh: number) => {
      const isLost = refresh % 20 === 7;
      if (isLost) lost++;
      return isLost;
    };
    const { clock, server, keeper, keeperOn, emailOf } = await scene({
      profile: "standard",
      rotate: true,
      loses,
    });
    const cycles = times({ short: 200, long: 1000 });
    const keepers = [keeper, keeperOn()];
    for (let round = 0; round < cycles; round++) {
      clock.advance(3600);
      const tokens = await Promise.all(keepers.map((each) => each.accessToken("jill")));
      expect(new Set(tokens).size).toBe(1);
      if (round % 100 === 0) expect(await emailOf(tokens[0] as string)).toBe("jill@example.com");
    }
    expect(lost).toBeGreaterThanOrEqual(cycles / 20);
    expect(server.refreshes()).toBe(cycles + lost);
  });

  it("taken up too late by a second holder ends the session by a typed error", async () => {
    const { clock, server, callback, keeper, keeperOn } = await scene({ profile: "standard", rotate: true });
    await keeper.save("thief", callback.token);
    clock.advance(3600);
    await keeper.accessToken("jill");
    clock.advance(120);
    await expect(keeperOn().accessToken("thief")).rejects.toMatchObject({ reason: "grant_refused" });
    clock.advance(3600);
    await expect(keeper.accessToken("jill")).rejects.toMatchObject({ reason: "grant_refused" });
    expect(server.refreshes()).toBe(3);
  });
});
