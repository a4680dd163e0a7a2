/** The SDK against the emulator of this repository: what one promises the other keeps. */

import { type SignEmulator, startEmulator } from "@countersign/server/testing";
import { afterEach, describe, expect, it } from "vitest";
import { times } from "../../../test/support/long.js";
import {
  AccountApi,
  AuthorizationFlow,
  cookieState,
  MemoryTokenStore,
  ReauthorizationRequired,
  TokenKeeper,
} from "../src/index.js";

const running: SignEmulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((sign) => sign.close()));
});

const owner = "jill@example.com";
const client = { clientId: "cc91c61d00f8bb2ece1428035716b", clientSecret: "1d14434088507ffa390e6f5528465" };

async function start(profile: "standard" | "dropbox-sign", refreshTokens: "same" | "rotate") {
  const oauth = { callback_url: "http://127.0.0.1:9999/callback", scopes: ["basic_account_info"] };
  const app = { name: "Demo app", owner, client_id: client.clientId, client_secret: client.clientSecret };
  const seed = {
    accounts: [{ email: owner, password: "correct horse battery" }],
    apps: [{ ...app, oauth, refresh_tokens: refreshTokens }],
  };
  const sign = await startEmulator({ profile, seed, clock: "2027-01-15T08:00:00Z" });
  running.push(sign);
  return sign;
}

/** What the owner's consent leads to, for this authorization URL. */
async function allow(sign: SignEmulator, address: string): Promise<string> {
  const asked = new URL(address).searchParams;
  const value = (name: string) => asked.get(name) ?? undefined;
  const { callbackUrl } = await sign.authorize({
    state: value("state"),
    redirectUri: value("redirect_uri"),
    codeChallenge: value("code_challenge"),
    codeChallengeMethod: value("code_challenge_method"),
  });
  return callbackUrl;
}

async function scene(profile: "standard" | "dropbox-sign", refreshTokens: "same" | "rotate" = "same") {
  const sign = await start(profile, refreshTokens);
  const isStandard = profile === "standard";
  const flow = new AuthorizationFlow({
    ...sign.sdk,
    state: cookieState({ secret: "0123456789abcdef0123456789abcdef", now: sign.sdk.now }),
    pkce: isStandard,
    requireIssuer: isStandard,
  });
  const { url, setCookie } = await flow.begin({ context: "/home" });
  const callback = await flow.handleCallback(await allow(sign, url), setCookie.split(";")[0]);
  if (callback.outcome !== "authorized") throw new Error("the user was to allow it");
  const store = new MemoryTokenStore();
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 5)));
  const keeperOn = () => new TokenKeeper({ ...sign.sdk, store, sleep, revokeAtServer: isStandard });
  const keeper = keeperOn();
  await keeper.save("jill", callback.token);
  const emailOf = async (accessToken: string) => {
    const { account } = await new AccountApi({ baseUrl: sign.url, accessToken }).accountGet();
    return account.emailAddress;
  };
  const refreshes = async () => (await sign.requests({ operation: "oauthTokenRefresh" })).length;
  return { sign, callback, keeper, keeperOn, emailOf, refreshes };
}

describe.each(["dropbox-sign", "standard"] as const)("a login at the server, profile %s", (profile) => {
  it("ends in a token that opens the API, is refreshed, and is refused once it is revoked", async () => {
    const { sign, callback, keeper, emailOf, refreshes } = await scene(profile);
    expect(callback.context).toBe("/home");
    const first = await keeper.accessToken("jill");
    expect(await emailOf(first)).toBe("jill@example.com");
    await sign.clock.advance("1d");
    const second = await keeper.accessToken("jill");
    expect(second).not.toBe(first);
    expect(await emailOf(second)).toBe("jill@example.com");
    expect(await refreshes()).toBe(1);
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
    const { sign, keeper, keeperOn, emailOf, refreshes } = await scene("standard", "rotate");
    const cycles = times({ short: 200, long: 1000 });
    const keepers = [keeper, keeperOn()];
    for (let round = 0; round < cycles; round++) {
      await sign.clock.advance("1h");
      if (round % 20 === 7) {
        await sign.faults.next({ operation: "oauthTokenRefresh", kind: "lose_response" });
        lost++;
      }
      const tokens = await Promise.all(keepers.map((each) => each.accessToken("jill")));
      expect(new Set(tokens).size).toBe(1);
      if (round % 100 === 0) expect(await emailOf(tokens[0] as string)).toBe("jill@example.com");
    }
    expect(lost).toBeGreaterThanOrEqual(cycles / 20);
    expect(await refreshes()).toBe(cycles + lost);
  });

  it("taken up too late by a second holder ends the session by a typed error", async () => {
    const { sign, callback, keeper, keeperOn, refreshes } = await scene("standard", "rotate");
    await keeper.save("thief", callback.token);
    await sign.clock.advance("1h");
    await keeper.accessToken("jill");
    await sign.clock.advance("2m");
    await expect(keeperOn().accessToken("thief")).rejects.toMatchObject({ reason: "grant_refused" });
    await sign.clock.advance("1h");
    await expect(keeper.accessToken("jill")).rejects.toMatchObject({ reason: "grant_refused" });
    expect(await refreshes()).toBe(3);
  });
});
