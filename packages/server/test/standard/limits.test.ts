/** Rate limits: per client, address and account, across nodes, with the documented headers and 429 object. */

import { afterEach, describe, expect, it } from "vitest";
import { type Answer, send, sendJson } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";
import { post, startHouse, tokensFor, web } from "./house.js";

const open: TestServer[] = [];
const start = async (options: Parameters<typeof startHouse>[0]) => {
  const server = await startHouse(options);
  open.unshift(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const none = { client: undefined, address: undefined, account: undefined };
const three = { capacity: 3, periodSeconds: 60 };
const guess = (server: TestServer, clientId = web.clientId, headers: Record<string, string> = {}) =>
  post(
    server,
    "/oauth/token",
    { grant_type: "refresh_token", refresh_token: "x", client_id: clientId },
    headers,
  );
const statuses = async (count: number, ask: () => Promise<Answer>) => {
  const seen: number[] = [];
  for (let turn = 0; turn < count; turn++) seen.push((await ask()).status);
  return seen;
};

describe("a limit", () => {
  it("says how much is left, in both spellings, and when it is whole again", async () => {
    const server = await start({ rateLimits: { ...none, client: three } });
    const seconds = server.clock.now() / 1000;
    expect((await guess(server)).headers).toMatchObject({
      ...{ "x-ratelimit-limit": "3", "x-ratelimit-remaining": "2", "x-ratelimit-limit-remaining": "2" },
      "x-ratelimit-reset": String(seconds + 20),
    });
  });

  it("answers 429 with the documented object, Retry-After and headers, and takes a caller back in time", async () => {
    const server = await start({ rateLimits: { ...none, client: three } });
    expect(await statuses(4, () => guess(server))).toEqual([401, 401, 401, 429]);
    const body = { grant_type: "refresh_token", refresh_token: "x", client_id: web.clientId };
    const refused = await sendJson(`${server.url}/oauth/token?refresh`, body);
    expect(refused.json()).toEqual({
      error: { error_msg: "Too many requests.", error_name: "exceeded_rate" },
    });
    expect(refused.headers).toMatchObject({
      ...{ "retry-after": "20", "x-ratelimit-remaining": "0", "x-ratelimit-limit": "3" },
    });
    server.clock.advance(19_999);
    expect((await guess(server)).status).toBe(429);
    server.clock.advance(1);
    expect((await guess(server)).status).toBe(401);
    expect((await guess(server)).status).toBe(429);
  });

  it("of a client is not spent by somebody else at another address", async () => {
    const server = await start({ rateLimits: { ...none, client: three }, trustProxy: ["loopback"] });
    const from = (address: string) => ({ "x-forwarded-for": address });
    expect((await statuses(4, () => guess(server, "web", from("192.0.2.1")))).at(-1)).toBe(429);
    expect((await guess(server, "web", from("192.0.2.2"))).status).toBe(401);
  });

  it("of an address holds whatever client is named, and for a whole IPv6 network", async () => {
    const server = await start({ rateLimits: { ...none, address: three }, trustProxy: ["loopback"] });
    let turn = 0;
    const ask = (address: () => string) => () =>
      guess(server, `client ${turn++}`, { "x-forwarded-for": address() });
    const v4 = () => "192.0.2.1";
    expect(await statuses(4, ask(v4))).toEqual([401, 401, 401, 429]);
    expect((await ask(() => "::ffff:192.0.2.1")()).status).toBe(429);
    const v6 = () => `2001:db8:0:7::${(turn * 101).toString(16)}`;
    expect(await statuses(4, ask(v6))).toEqual([401, 401, 401, 429]);
    expect((await ask(() => "2001:db8:0:8::1")()).status).toBe(401);
  });

  it("believes no forwarded address unless the proxy is trusted", async () => {
    const server = await start({ rateLimits: { ...none, address: three } });
    let turn = 0;
    const ask = () => guess(server, "web", { "x-forwarded-for": `192.0.2.${turn++}` });
    expect(await statuses(4, ask)).toEqual([401, 401, 401, 429]);
  });

  it("of an account holds across its apps, and answers the API's object", async () => {
    const server = await start({ rateLimits: { ...none, account: three } });
    const tokens = [await tokensFor(server, web), await tokensFor(server, web)];
    let turn = 0;
    const ask = () => account(server, tokens[turn++ % 2]?.access_token ?? "");
    expect(await statuses(4, ask)).toEqual([200, 200, 200, 429]);
    const refused = await ask();
    expect(refused.json()).toEqual({
      error: { error_msg: "Too many requests.", error_name: "exceeded_rate" },
    });
    expect(refused.headers["retry-after"]).toBe("20");
  });

  it.each([3, 120])("of %i holds across nodes on one database", async (capacity) => {
    const rateLimits = { ...none, client: { capacity, periodSeconds: 3600 } };
    const first = await start({ rateLimits });
    const second = await start({ rateLimits, storage: first.storage, ring: first.ring, clock: first.clock });
    const nodes = [first, second];
    const seen: number[] = [];
    for (let turn = 0; turn < capacity + 20; turn++)
      seen.push((await guess(nodes[turn % 2] as TestServer)).status);
    expect(seen.filter((status) => status === 401)).toHaveLength(capacity);
    expect(seen.filter((status) => status === 429)).toHaveLength(20);
  });

  it("holds at the revocation and introspection endpoints as well", async () => {
    const server = await start({ rateLimits: { ...none, client: three } });
    const paths = ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/token"];
    let turn = 0;
    const ask = () =>
      post(server, paths[turn++] as string, {
        ...{ grant_type: "authorization_code", client_id: web.clientId, token: "x" },
      });
    expect((await statuses(4, ask)).at(-1)).toBe(429);
  });

  it("refuses nobody where none is set", async () => {
    const server = await start({});
    expect((await guess(server)).headers["x-ratelimit-limit"]).toBeUndefined();
    expect((await send(`${server.url}/health`)).status).toBe(200);
  });
});
