import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import type { Tokens } from "../support/tokens.js";
import { account, exchange, failure, refresh, send, tokensFor } from "./client.js";

let sign: SignEmulator;
let tokens: Tokens;
beforeAll(async () => {
  sign = await startEmulator();
});
afterAll(() => sign.close());
beforeEach(async () => {
  await sign.reset();
  tokens = await tokensFor(sign);
});

describe("a fault that was ordered", () => {
  it("strikes once, then all is as before", async () => {
    await sign.faults.next({ operation: "oauthTokenRefresh", status: 503 });
    const struck = await refresh(sign, tokens.refresh_token);
    expect([struck.status, struck.body.error.error_name]).toEqual([503, "unavailable"]);
    expect((await refresh(sign, tokens.refresh_token)).status).toBe(200);
  });

  it("strikes as often as it was ordered, after as many as were to pass", async () => {
    await sign.faults.next({ operation: "accountGet", status: 500, count: 2, skip: 1 });
    const statuses = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await account(sign, tokens.access_token)).status);
    expect(statuses).toEqual([200, 500, 500, 200]);
  });

  it("strikes always until it is removed", async () => {
    const { id } = await sign.faults.next({ path: "/v3/account", status: 500, count: "always" });
    for (let time = 0; time < 3; time += 1)
      expect((await account(sign, tokens.access_token)).status).toBe(500);
    expect(await sign.faults.list()).toMatchObject([{ id, struck: 3 }]);
    await sign.faults.remove(id);
    expect((await account(sign, tokens.access_token)).status).toBe(200);
  });

  it("strikes the operation and the app it names, and no other", async () => {
    await sign.faults.next({ operation: "oauthTokenRefresh", clientId: "another", status: 500 });
    expect((await account(sign, tokens.access_token)).status).toBe(200);
    expect((await refresh(sign, tokens.refresh_token)).status).toBe(200);
    await sign.faults.next({ clientId: sign.client.clientId, status: 500 });
    expect((await account(sign, tokens.access_token)).status).toBe(500);
  });

  it("knows a refresh by the query where grant_type is left out", async () => {
    await sign.faults.next({ operation: "oauthTokenRefresh", status: 500 });
    expect((await refresh(sign, tokens.refresh_token, { grant_type: undefined })).status).toBe(500);
  });

  it("lets nothing take effect when it answers an error: the code is still good", async () => {
    const { code } = await sign.authorize();
    await sign.faults.next({ operation: "oauthTokenGenerate", status: 500 });
    expect((await exchange(sign, code)).status).toBe(500);
    expect((await exchange(sign, code)).status).toBe(200);
  });

  it("has the shape that the caller knows, or the body that was ordered", async () => {
    await sign.faults.next({ operation: "oauthTokenRefresh", status: 502 });
    const form = await fetch(`${sign.url}/oauth/token?refresh`, {
      method: "POST",
      body: new URLSearchParams({ a: "b" }),
    });
    expect(await form.json()).toMatchObject({ error: "server_error" });
    await sign.faults.next({ status: 502, body: "<h1>Bad gateway</h1>", headers: { "x-proxy": "yes" } });
    const page = await account(sign, tokens.access_token);
    expect([page.status, page.body, page.headers.get("x-proxy")]).toEqual([
      502,
      "<h1>Bad gateway</h1>",
      "yes",
    ]);
    await sign.faults.next({ status: 200, body: { unexpected: true } });
    expect((await account(sign, tokens.access_token)).body).toEqual({ unexpected: true });
  });

  it("sends Retry-After with a rate limit only where it is asked to", async () => {
    const tokens = await tokensFor(sign);
    await sign.faults.next({ operation: "accountGet", kind: "rate_limit" });
    const silent = await account(sign, tokens.access_token);
    await sign.faults.next({ operation: "accountGet", kind: "rate_limit", retryAfterSeconds: 3 });
    const spoken = await account(sign, tokens.access_token);
    expect([silent.status, silent.headers.get("retry-after")]).toEqual([429, null]);
    expect([spoken.status, spoken.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(silent.headers.get("x-ratelimit-reset")).toMatch(/^\d{10}$/);
  });

  it("tells a rate limit with the documented headers and body", async () => {
    await sign.faults.next({ operation: "accountGet", kind: "rate_limit", retryAfterSeconds: 7, limit: 100 });
    const { status, headers, body } = await account(sign, tokens.access_token);
    expect(status).toBe(429);
    expect(body).toEqual({ error: { error_msg: "Too many requests.", error_name: "exceeded_rate" } });
    const names = [
      "x-ratelimit-limit",
      "x-ratelimit-remaining",
      "x-ratelimit-limit-remaining",
      "retry-after",
    ];
    expect(names.map((name) => headers.get(name))).toEqual(["100", "0", "0", "7"]);
    expect(headers.get("x-ratelimit-reset")).toMatch(/^\d{10}$/);
  });

  it("drops the connection before the code is spent", async () => {
    const { code } = await sign.authorize();
    await sign.faults.next({ operation: "oauthTokenGenerate", kind: "drop" });
    await failure(exchange(sign, code));
    expect((await exchange(sign, code)).status).toBe(200);
  });

  it("loses the answer after the code is spent", async () => {
    const { code } = await sign.authorize();
    await sign.faults.next({ operation: "oauthTokenGenerate", kind: "lose_response" });
    await failure(exchange(sign, code));
    expect((await exchange(sign, code)).status).toBe(400);
    const [lost, retried] = (await sign.requests({ operation: "oauthTokenGenerate" })).slice(-2);
    expect(lost?.status).toBeUndefined();
    expect(lost?.fault).toBe("handled, then the answer lost");
    expect(retried?.reason).toBe("code_used");
  });

  it("cuts the JSON in half and says the length of the half", async () => {
    await sign.faults.next({ operation: "accountGet", kind: "malformed_json" });
    const response = await fetch(`${sign.url}/v3/account`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const text = await response.text();
    expect([response.status, Number(response.headers.get("content-length"))]).toEqual([200, text.length]);
    expect(() => JSON.parse(text)).toThrow();
  });

  it("is late by the time that was ordered, and then as always", async () => {
    await sign.faults.next({ operation: "accountGet", delay: 60 });
    const started = performance.now();
    expect((await account(sign, tokens.access_token)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(55);
  });

  it("strikes nothing of the emulator itself", async () => {
    await sign.faults.next({ status: 500, count: "always" });
    expect((await send(sign, "GET", "/_emulator/state")).status).toBe(200);
    expect((await send(sign, "GET", "/health")).status).toBe(200);
    expect((await sign.authorize()).code).toBeDefined();
    expect((await account(sign, tokens.access_token)).status).toBe(500);
  });

  it("strikes every spelling of a path", async () => {
    await sign.faults.next({ operation: "accountGet", status: 500, count: 2 });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await send(sign, "GET", "/v3/%61ccount", { headers })).status).toBe(500);
    expect((await send(sign, "GET", "/v3/account?page=1", { headers })).status).toBe(500);
  });
});
