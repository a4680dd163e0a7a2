import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { account, exchange, failure, refresh, send, tokensFor } from "./client.js";

const owner = "jill@example.com";
const other = {
  name: "Other app",
  owner,
  client_id: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  client_secret: "a0b1c2d3e4f5061728394a5b6c7d8e9f",
  oauth: { callback_url: "http://127.0.0.1:9/other", scopes: ["template_access"] },
};
const seed = {
  accounts: [{ email: owner, password: "correct horse battery" }, { email: "jack@example.com" }],
  apps: [
    {
      name: "Demo app",
      owner,
      client_id: "cc91c61d00f8bb2ece1428035716b",
      client_secret: "1d14434088507ffa390e6f5528465",
      oauth: {
        callback_url: "http://127.0.0.1:9/callback",
        scopes: ["basic_account_info", "request_signature"],
      },
    },
    other,
  ],
};

let sign: SignEmulator;
beforeAll(async () => {
  sign = await startEmulator({ seed, clock: "2026-05-01T12:00:00Z" });
});
afterAll(() => sign.close());
beforeEach(() => sign.reset());

describe("a story", () => {
  it("ties authorization, exchange, refresh and calls of one family together, and keeps two apart", async () => {
    const jill = await tokensFor(sign, { state: "a" });
    const jack = await tokensFor(sign, { state: "b", account: "jack@example.com" });
    await account(sign, jill.access_token);
    await account(sign, jack.access_token);
    await refresh(sign, jill.refresh_token);
    const requests = await sign.requests();
    const flowOf = (who: string) =>
      new Set(requests.filter((one) => one.account === who).map(({ flow }) => flow));
    expect([flowOf(owner).size, flowOf("jack@example.com").size]).toEqual([1, 1]);
    const [flow] = flowOf(owner);
    expect((await sign.requests({ flow })).map(({ operation, status }) => [operation, status])).toEqual([
      ["authorizeHeadless", 200],
      ["oauthTokenGenerate", 200],
      ["accountGet", 200],
      ["oauthTokenRefresh", 200],
    ]);
  });

  it("begins with the page and goes on through login and consent to the exchange", async () => {
    const { clientId, callbackUrl } = sign.client;
    const query = new URLSearchParams({ response_type: "code", client_id: clientId, state: "page-1" });
    const jar = new Map<string, string>();
    const step = async (path: string, form?: Record<string, string>) => {
      const response = await fetch(new URL(path, sign.url), {
        method: form ? "POST" : "GET",
        redirect: "manual",
        headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") },
        ...(form && { body: new URLSearchParams(form) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [name = "", value = ""] = (cookie.split(";")[0] as string).split("=");
        jar.set(name, value);
      }
      const page = await response.text();
      return {
        location: response.headers.get("location") ?? "",
        csrf: /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "",
      };
    };
    const login = await step(`/oauth/authorize?${query}`);
    const form = { csrf: login.csrf, email: owner, password: "correct horse battery" };
    const signedIn = await step(`/oauth/authorize/login?${query}`, form);
    const consent = await step(signedIn.location);
    const allowed = await step(`/oauth/authorize?${query}`, { csrf: consent.csrf, decision: "allow" });
    expect(allowed.location.startsWith(callbackUrl)).toBe(true);
    await exchange(sign, new URL(allowed.location).searchParams.get("code") as string);
    const requests = await sign.requests();
    expect(requests.map(({ operation }) => operation)).toEqual([
      "authorize",
      "authorizeLogin",
      "authorize",
      "authorizeDecide",
      "oauthTokenGenerate",
    ]);
    expect(new Set(requests.map(({ flow }) => flow)).size).toBe(1);
    expect(JSON.stringify(requests)).not.toContain("correct horse battery");
  });

  it("begins anew where the same authorization is asked for again after it was answered", async () => {
    const first = await sign.authorize({ state: "same" });
    const second = await sign.authorize({ state: "same" });
    await exchange(sign, first.code);
    await exchange(sign, second.code);
    const [one, two, three, four] = (await sign.requests()).map(({ flow }) => flow);
    expect(one).not.toBe(two);
    expect([three, four]).toEqual([one, two]);
  });
});

describe("requests that name no app", () => {
  it("are told apart: two browsers have not begun one story", async () => {
    for (let browser = 0; browser < 2; browser += 1) await fetch(`${sign.url}/oauth/authorize`);
    const [one, two] = (await sign.requests({ operation: "authorize" })).map(
      ({ flow, number }) => flow ?? number,
    );
    expect(one).not.toBe(two);
  });
});

describe("a refusal, in words", () => {
  const last = async () => (await sign.requests()).at(-1);

  it("an expired code: since when", async () => {
    const { code } = await sign.authorize();
    await sign.clock.advance("1h12s");
    await exchange(sign, code);
    expect(await last()).toMatchObject({
      reason: "code_expired",
      detail: "the code expired 12 s ago",
      account: owner,
      error: expect.stringContaining("more than 1 hour after"),
      advice: expect.stringContaining("as soon as it arrives"),
    });
  });

  it("a secret of another app: of which", async () => {
    const { code } = await sign.authorize();
    await exchange(sign, code, { client_secret: other.client_secret });
    expect(await last()).toMatchObject({
      reason: "client_secret_wrong",
      detail: `this client_secret belongs to another app: Other app (${other.client_id})`,
    });
    await exchange(sign, code, { client_secret: "nobody's" });
    expect(await last()).toMatchObject({ detail: "client_secret is not the one of this app" });
    expect((await exchange(sign, code)).status).toBe(200);
  });

  it("a code of another app", async () => {
    const { code } = await sign.authorize();
    await exchange(sign, code, { client_id: other.client_id, client_secret: other.client_secret });
    expect(await last()).toMatchObject({ reason: "code_of_other_client", clientId: other.client_id });
  });

  it("credentials by HTTP Basic, which most libraries send: where else to put them", async () => {
    const { code } = await sign.authorize();
    const basic = Buffer.from(`${sign.client.clientId}:${sign.client.clientSecret}`).toString("base64");
    const headers = { authorization: `Basic ${basic}` };
    const ask = (fields: object) =>
      fetch(`${sign.url}/oauth/token`, {
        method: "POST",
        headers,
        body: new URLSearchParams(fields as Record<string, string>),
      });
    await ask({ grant_type: "authorization_code", code });
    expect(await last()).toMatchObject({
      reason: "parameter_missing",
      error: expect.stringContaining("client_id is missing"),
      detail: expect.stringContaining("HTTP Basic"),
      advice: expect.stringContaining("client_secret_post"),
    });
    // What else is missing is told as ever: the header may be an API key, as old SDKs send it.
    await ask({ grant_type: "authorization_code", client_id: sign.client.clientId });
    expect(await last()).toMatchObject({ reason: "parameter_missing", detail: "code was not sent" });
  });

  it("an unknown client: which there are", async () => {
    await exchange(sign, "0123456789abcdef", { client_id: "nobody" });
    expect((await last())?.detail).toContain(`the apps here are ${sign.client.clientId}, ${other.client_id}`);
  });

  it("a wrong redirect URI: what was sent and what is registered", async () => {
    await failure(sign.authorize({ redirectUri: "http://127.0.0.1:9/callback/" }));
    expect((await last())?.detail).toContain(
      "sent http://127.0.0.1:9/callback/, registered http://127.0.0.1:9/callback",
    );
  });

  it("a scope that is missing: which would do, and which the token has", async () => {
    const { client_id, client_secret } = other;
    const { code } = await sign.authorize({ clientId: client_id });
    const { body } = await exchange(sign, code, { client_id, client_secret });
    expect((await account(sign, body.access_token)).status).toBe(403);
    expect((await last())?.detail).toBe(
      "needs one of account_access, basic_account_info; the token has template_access",
    );
  });

  it("a success has none", async () => {
    await account(sign, (await tokensFor(sign)).access_token);
    expect((await last())?.reason).toBeUndefined();
    expect((await last())?.advice).toBeUndefined();
  });
});

describe("the log", () => {
  it("holds no secret, code or token, whatever was sent", async () => {
    const { code } = await sign.authorize({ state: "s" });
    const { body } = await exchange(sign, code, { state: "s" });
    await account(sign, body.access_token);
    await refresh(sign, body.refresh_token);
    await send(sign, "GET", `/v3/account?access_token=${body.access_token}`);
    await send(sign, "POST", "/v3/nothing", { body: { code, token: body.refresh_token } });
    const text = JSON.stringify(await sign.requests());
    for (const secret of [code, body.access_token, body.refresh_token, sign.client.clientSecret]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain(`${body.refresh_token.slice(0, 4)}… (96 characters)`);
  });

  it("is complete when the caller has the answer", async () => {
    for (let count = 1; count <= 20; count += 1) {
      await send(sign, "GET", "/v3/account");
      expect(await sign.requests()).toHaveLength(count);
    }
  });

  it("keeps what is refused before any route is found", async () => {
    await send(sign, "GET", "/v3/nowhere");
    await send(sign, "DELETE", "/v3/account");
    expect((await sign.requests()).map(({ path, status }) => [path, status])).toEqual([
      ["/v3/nowhere", 404],
      ["/v3/account", 405],
    ]);
  });

  it("filters by what it is asked for", async () => {
    await tokensFor(sign);
    await send(sign, "GET", "/v3/account");
    expect(await sign.requests({ status: 401 })).toHaveLength(1);
    expect(await sign.requests({ operation: "oauthTokenGenerate", account: owner })).toHaveLength(1);
    expect(
      await sign.requests({ operation: "oauthTokenGenerate", account: "jack@example.com" }),
    ).toHaveLength(0);
    expect(await sign.requests({ after: 2 })).toMatchObject([{ number: 3, operation: "accountGet" }]);
  });

  it("refuses a filter it does not know, and an operation there is not", async () => {
    expect((await send(sign, "GET", "/_emulator/requests?operatoin=accountGet")).status).toBe(400);
    expect((await send(sign, "GET", "/_emulator/requests?operation=getAccount")).status).toBe(400);
    expect((await send(sign, "GET", "/_emulator/requests?operation=accountGet")).status).toBe(200);
  });

  it("waits for a request that is to come, finds one that was, and says when none came", async () => {
    const waiting = sign.waitForRequest({ operation: "accountGet" });
    await send(sign, "GET", "/v3/account");
    expect(await waiting).toMatchObject({ operation: "accountGet", status: 401 });
    expect(await sign.waitForRequest({ operation: "accountGet" })).toEqual(await waiting);
    const none = sign.waitForRequest({ operation: "oauthTokenRefresh" }, { timeout: 20 });
    expect(await failure(none)).toMatchObject({ status: 408 });
  });
});
