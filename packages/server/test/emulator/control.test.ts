import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { account, exchange, failure, refresh, send, tokensFor } from "./client.js";

let sign: SignEmulator;
beforeAll(async () => {
  sign = await startEmulator();
});
afterAll(() => sign.close());
beforeEach(() => sign.reset());

describe("authorizing without a page", () => {
  it("gives the callback URL, the code and the state, and the code can be exchanged", async () => {
    const { callbackUrl, code, state } = await sign.authorize({ state: "900e06e2" });
    expect(callbackUrl).toBe(`${sign.client.callbackUrl}?code=${code}&state=900e06e2`);
    expect(state).toBe("900e06e2");
    const { status, body } = await exchange(sign, code, { state });
    expect([status, body.state, body.expires_in]).toEqual([200, "900e06e2", 86_400]);
    expect((await account(sign, body.access_token)).body.account.email_address).toBe("jill@example.com");
  });

  it("gives the denial that the callback would get, and no code", async () => {
    const denied = await sign.authorize({ state: "s1", decision: "deny" });
    expect(denied).toMatchObject({ error: "access_denied", state: "s1" });
    expect(denied.code).toBeUndefined();
    expect(new URL(denied.callbackUrl).searchParams.get("error")).toBe("access_denied");
  });

  it("refuses at the callback what the page refuses there", async () => {
    const refused = await sign.authorize({ scope: "template_access" });
    expect(refused).toMatchObject({
      error: "invalid_scope",
      errorDescription: "Custom scopes are not supported yet",
    });
  });

  it("answers 400 where a person would see a page that goes nowhere", async () => {
    const foreign = await failure(sign.authorize({ redirectUri: "http://127.0.0.1:1/elsewhere" }));
    expect(foreign.message).toContain("doesn't match the app's default callback URL");
    const unknown = await failure(sign.authorize({ clientId: "nobody" }));
    expect(unknown).toMatchObject({ status: 400 });
  });

  it("lets only the owner authorize an app that is not approved", async () => {
    await sign.changeApp({ approved: false });
    expect(await sign.authorize({ account: "jack@example.com" })).toMatchObject({ error: "access_denied" });
    expect((await sign.authorize({ account: "jill@example.com" })).code).toMatch(/^[0-9a-f]{16}$/);
  });

  it("refuses an account that is locked, and takes it again when it is not", async () => {
    await sign.lockAccount("jack@example.com");
    expect((await failure(sign.authorize({ account: "jack@example.com" }))).message).toContain("locked");
    await sign.lockAccount("jack@example.com", false);
    expect((await sign.authorize({ account: "jack@example.com" })).code).toBeDefined();
  });

  it("holds PKCE to its rules in the standard profile", async () => {
    await using standard = await startEmulator({ profile: "standard" });
    const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const authorize = () =>
      standard.authorize({
        redirectUri: standard.client.callbackUrl,
        codeChallenge,
        codeChallengeMethod: "S256",
      });
    const redirectUri = standard.client.callbackUrl;
    const wrong = await exchange(standard, (await authorize()).code, {
      redirect_uri: redirectUri,
      code_verifier: "x".repeat(43),
    });
    expect(wrong.body.error.error_msg).toBe("code_verifier does not match the code_challenge");
    const codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    expect(
      (
        await exchange(standard, (await authorize()).code, {
          redirect_uri: redirectUri,
          code_verifier: codeVerifier,
        })
      ).status,
    ).toBe(200);
  });
});

describe("taking access away", () => {
  it("expires the access tokens made so far; a refresh gives one that works", async () => {
    const { access_token, refresh_token } = await tokensFor(sign);
    await sign.expireTokens({ accessToken: access_token });
    expect((await account(sign, access_token)).status).toBe(401);
    const { body } = await refresh(sign, refresh_token);
    expect((await account(sign, body.access_token)).status).toBe(200);
  });

  it("expires also where the clock stands still", async () => {
    await sign.clock.freeze();
    const { access_token, refresh_token } = await tokensFor(sign);
    await sign.expireTokens();
    expect((await account(sign, access_token)).status).toBe(401);
    const { body } = await refresh(sign, refresh_token);
    expect((await account(sign, body.access_token)).status).toBe(200);
  });

  it("revokes both tokens of one family and leaves another account's alone", async () => {
    const jill = await tokensFor(sign);
    const jack = await tokensFor(sign, { account: "jack@example.com" });
    await sign.revokeTokens({ refreshToken: jill.refresh_token });
    expect((await account(sign, jill.access_token)).status).toBe(401);
    expect((await refresh(sign, jill.refresh_token)).status).toBe(400);
    expect((await account(sign, jack.access_token)).status).toBe(200);
  });

  it("takes a grant back once", async () => {
    const { access_token } = await tokensFor(sign);
    expect(await sign.revokeGrant()).toBe(true);
    expect(await sign.revokeGrant()).toBe(false);
    expect((await account(sign, access_token)).status).toBe(401);
  });

  it("ends every authorization of an app whose scopes change, and none where they stay", async () => {
    const { access_token } = await tokensFor(sign);
    const same = ["request_signature", "basic_account_info"];
    expect(await sign.changeApp({ scopes: same })).toMatchObject({ grantsRevoked: 0 });
    expect((await account(sign, access_token)).status).toBe(200);
    expect(await sign.changeApp({ scopes: ["basic_account_info"] })).toMatchObject({ grantsRevoked: 1 });
    expect((await account(sign, access_token)).status).toBe(401);
  });
});

describe("going back", () => {
  it("resets to the seed: tokens, faults, requests and clock are as at the start", async () => {
    const { access_token } = await tokensFor(sign);
    await sign.faults.next({ kind: "drop", count: "always" });
    await sign.clock.advance("2d");
    await sign.reset();
    expect((await account(sign, access_token)).status).toBe(401);
    expect(await sign.faults.list()).toEqual([]);
    expect((await sign.requests()).map(({ operation }) => operation)).toEqual(["accountGet"]);
    expect(Math.abs((await sign.clock.now()).getTime() - Date.now())).toBeLessThan(5000);
    expect((await sign.state()).grants).toEqual([]);
  });

  it("restores a snapshot as often as it is asked to", async () => {
    const { access_token } = await tokensFor(sign);
    await sign.clock.freeze("2026-05-01T12:00:00Z");
    const before = await sign.snapshot();
    for (let time = 0; time < 2; time += 1) {
      await sign.revokeGrant();
      await sign.changeApp({ name: "Another name" });
      await sign.clock.advance("1h");
      await sign.restore(before);
      expect(await sign.state()).toMatchObject({
        apps: [{ name: "Demo app" }],
        clock: { now: "2026-05-01T12:00:00.000Z", frozen: true },
      });
    }
    await sign.clock.reset();
    expect((await account(sign, access_token)).status).toBe(200);
  });

  it("says that there is no such snapshot", async () => {
    expect(await failure(sign.restore("snapshot-99"))).toMatchObject({ status: 404 });
  });
});

describe("what a control request may say", () => {
  const post = (path: string, body: unknown) => send(sign, "POST", `/_emulator${path}`, { body });

  it.each([
    ["/authorize", { acount: "jill@example.com" }, "acount", 'There is no key "acount"'],
    ["/authorize", { client_id: "cc91c61d00f8bb2ece1428035716b" }, "account", "account is missing"],
    [
      "/authorize",
      { account: "jill@example.com", decision: "maybe" },
      "decision",
      "must be one of allow, deny",
    ],
    ["/clock", { advance: "soon" }, "advance", "must be a duration such as 90s"],
    ["/clock", { advance: -1 }, "advance", "must be a duration"],
    ["/clock", { set: "tomorrow" }, "set", "must be a time such as"],
    ["/clock", { advance: "1h", freeze: true }, "advance", "Name one of advance, set"],
    ["/faults", {}, "kind", "kind is missing"],
    ["/faults", { kind: "drop", status: 500 }, "status", "means nothing for the kind drop"],
    ["/faults", { status: 99 }, "status", "from 200 to 599"],
    ["/faults", { kind: "drop", operation: "tokenRefresh" }, "operation", "must be one of authorize"],
    [
      "/faults",
      { status: 500, headers: { "x-a": "b\r\nc: d" } },
      "headers",
      "object of header names and texts",
    ],
    ["/tokens/expire", {}, undefined, "Name one by access_token, refresh_token, family"],
  ])("%s refuses %j", async (path, body, where, text) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ error_name: "bad_request" });
    expect(answer.body.error.error_path).toBe(where);
    expect(answer.body.error.error_msg).toContain(text);
  });

  it("refuses a body that is not JSON, and one that says it is a form", async () => {
    const broken = await fetch(`${sign.url}/_emulator/clock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(broken.status).toBe(400);
    const form = await fetch(`${sign.url}/_emulator/reset`, {
      method: "POST",
      body: new URLSearchParams({ a: "b" }),
    });
    expect([form.status, (await post("/reset", {})).status]).toEqual([200, 200]);
    const clock = await fetch(`${sign.url}/_emulator/clock`, {
      method: "POST",
      body: new URLSearchParams({ advance: "1h" }),
    });
    expect(clock.status).toBe(415);
  });
});

describe("who may drive it", () => {
  /** fetch sets Host and Sec-Fetch-Site itself: a browser's request is played with node:http. */
  function status(path: string, headers: Record<string, string>, method = "POST"): Promise<number> {
    const { hostname, port } = new URL(sign.url);
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, path, method, headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode as number);
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  }
  const own = () => new URL(sign.url).host;

  it.each([
    ["no browser", {}, 200],
    ["the page's own script", { "sec-fetch-site": "same-origin" }, 200],
    ["an address typed in", { "sec-fetch-site": "none" }, 200],
    ["another site", { "sec-fetch-site": "cross-site" }, 403],
    ["another port of this machine", { "sec-fetch-site": "same-site" }, 403],
    ["another origin", { origin: "https://evil.example" }, 403],
    ["a page without an origin", { origin: "null" }, 403],
    ["a foreign name that resolves here", { host: "evil.example" }, 403],
    ["a foreign name with the port", { host: "evil.example:4010" }, 403],
    ["a name that only begins like ours", { host: "localhost.evil.example" }, 403],
    ["the name localhost", { host: "localhost:4010" }, 200],
  ])("%s", async (_who, headers, expected) => {
    expect(await status("/_emulator/reset", headers)).toBe(expected);
  });

  it("takes its own origin, and opens the inspector by a link from elsewhere, but no API by one", async () => {
    expect(await status("/_emulator/reset", { origin: `http://${own()}`, host: own() })).toBe(200);
    const link = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    expect(await status("/_emulator", link, "GET")).toBe(200);
    expect(await status("/_emulator/reset", link, "POST")).toBe(403);
    const frame = { ...link, "sec-fetch-dest": "iframe" };
    expect(await status("/_emulator", frame, "GET")).toBe(403);
  });

  it("is asked of every spelling of a path that leads to it", async () => {
    const evil = { "sec-fetch-site": "cross-site" };
    for (const path of [
      "/%5Femulator/reset",
      "/_emulator/rese%74",
      "/%5f%65mulator/reset",
      "/_emulator/reset?a=b",
    ]) {
      expect([path, await status(path, {}), await status(path, evil)]).toEqual([path, 200, 403]);
    }
  });

  it("leaves the protocol's own endpoints open to all", async () => {
    expect(await status("/oauth/token", { host: "app.hellosign.com", "sec-fetch-site": "cross-site" })).toBe(
      400,
    );
  });
});
