/** Programs in a browser: what a page of any origin may call and read, and what no page but ours may. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { native, startHouse, tokensFor } from "../standard/house.js";
import { formType, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

const origin = "https://spa.example.com";
const preflight = (path: string, method: string, headers = "content-type", at = server) =>
  send(`${at.url}${path}`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers },
  });

const open = [
  ["/.well-known/oauth-authorization-server", "GET"],
  ["/.well-known/jwks.json", "GET"],
  ["/oauth/token", "POST"],
  ["/v3/oauth/token", "POST"],
  ["/oauth/revoke", "POST"],
  ["/oauth/userinfo", "GET"],
  ["/v3/account", "GET"],
] as const;

describe("an endpoint for programs", () => {
  it.each(open)("lets a page ask first, with the headers that it will send: %s", async (path, method) => {
    for (const headers of ["mcp-protocol-version", "authorization, x-app-version", "content-type"]) {
      const answer = await preflight(path, method, headers);
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expect(answer.headers).toMatchObject({
        ...{ "access-control-allow-origin": "*", "access-control-allow-headers": headers },
      });
      expect(String(answer.headers["access-control-allow-methods"]).split(", ")).toContain(method);
    }
  });

  it.each(open)("lets a page read its answer, an error as well: %s", async (path, method) => {
    const big = { method: "POST", headers: { origin, "content-type": formType }, body: "x".repeat(70_000) };
    const requests =
      method === "GET" ? [{ headers: { origin } }] : [big, { ...big, body: "x=1" }, { ...big, body: "%" }];
    for (const request of requests) {
      const answer = await send(`${server.url}${path}`, request);
      expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([answer.status, "*"]);
      expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    }
    if (method === "POST") expect((await send(`${server.url}${path}`, big)).status).toBe(413);
  });

  it("opens the API to the token that the page got", async () => {
    const { access_token } = await tokensFor(server, native);
    const headers = { origin, authorization: `Bearer ${access_token}` };
    const answer = await send(`${server.url}/v3/account`, { headers });
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, "*"]);
  });

  it("promises no header that is none", async () => {
    for (const headers of ["a b", "x\u00e9", "x".repeat(65), Array(40).fill("x").join(",")]) {
      const allowed = (await preflight("/oauth/token", "POST", headers)).headers[
        "access-control-allow-headers"
      ];
      expect(allowed).toBe("content-type, authorization");
    }
  });
});

describe("everything else", () => {
  it("says nothing to pages of other origins: what reads cookies, and what only servers call", async () => {
    for (const path of [
      "/oauth/authorize",
      "/oauth/authorize/login",
      "/connected-apps",
      "/oauth/introspect",
      "/health",
      "/x",
    ]) {
      for (const answer of [
        await preflight(path, "POST"),
        await send(`${server.url}${path}`, { headers: { origin } }),
      ])
        expect(JSON.stringify(answer.headers)).not.toContain("access-control");
      expect((await preflight(path, "POST")).status).toBeGreaterThanOrEqual(404);
    }
  });

  it("stays as the live service has it in the dropbox-sign profile", async () => {
    const live = await startHouse({ profile: profiles["dropbox-sign"] });
    try {
      expect((await preflight("/oauth/token", "POST", "content-type", live)).status).toBe(405);
      const answer = await send(`${live.url}/oauth/token`, { method: "POST", headers: { origin } });
      expect(JSON.stringify(answer.headers)).not.toContain("access-control");
    } finally {
      await live.close();
    }
  });
});
