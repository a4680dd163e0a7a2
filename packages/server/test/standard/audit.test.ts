/** The audit log: each security event as a record, with who and what, and nothing secret. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { jack, type TestServer } from "../support/server.js";
import { tokensOf } from "../support/tokens.js";
import { authorizationQuery, UserAgent } from "../support/user-agent.js";
import {
  auditOf,
  codeFor,
  exchangeCode,
  inBody,
  jacksId,
  post,
  refreshWith,
  rotating,
  startHouse,
  web,
} from "./house.js";

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

describe("the audit log", () => {
  it("tells the story of an authorization, in order", async () => {
    const code = await codeFor(server, rotating);
    const tokens = tokensOf(await exchangeCode(server, rotating, code));
    await refreshWith(server, rotating, tokens.refresh_token);
    await refreshWith(server, rotating, tokens.refresh_token);
    server.clock.advance(60_000);
    await refreshWith(server, rotating, tokens.refresh_token);
    await exchangeCode(server, rotating, code);
    const events = await auditOf(server);
    expect(events.map(({ event }) => event)).toEqual([
      ...["login", "consent_given", "code_exchanged", "refresh_replayed", "refresh_reused"],
      "code_reused",
    ]);
    expect(events.slice(1).every(({ clientId }) => clientId === rotating.clientId)).toBe(true);
    expect(events.every(({ accountId }) => accountId === jacksId)).toBe(true);
    const families = events.flatMap(({ data }) => data.family ?? []);
    expect(new Set(families).size).toBe(1);
    const text = JSON.stringify(events);
    for (const secret of [
      code,
      tokens.access_token,
      tokens.refresh_token,
      jack.password,
      rotating.clientSecret,
    ])
      expect(text).not.toContain(secret);
  });

  it("records a denial, a failed sign-in and where it came from", async () => {
    const agent = new UserAgent(server.url);
    const page = await agent.get(`/oauth/authorize?${authorizationQuery(web.clientId)}`);
    await agent.submit(page, "/oauth/authorize/login", { email: jack.email, password: "wrong" });
    const consent = await agent.openConsent(authorizationQuery(web.clientId), jack);
    await agent.submit(consent, "/oauth/authorize?", { decision: "deny" });
    expect(await auditOf(server)).toMatchObject([
      { event: "login_failed", clientId: web.clientId, data: { address: "127.0.0.1" } },
      { event: "login", accountId: jacksId },
      { event: "consent_denied", clientId: web.clientId, accountId: jacksId },
    ]);
  });

  it.each(["standard", "dropbox-sign"] as const)(
    "records failed client authentication in the %s profile, with its reason",
    async (name) => {
      const house = await startHouse({ profile: profiles[name] });
      try {
        const grant = { grant_type: "authorization_code", code: "x" };
        await post(house, "/oauth/token", { ...grant, ...inBody(web), client_secret: "wrong" });
        await post(house, "/oauth/token", { ...grant, client_id: "nobody", client_secret: "x" });
        expect(await auditOf(house, "client_authentication_failed")).toMatchObject([
          { clientId: "web", data: { reason: "client_secret_wrong", address: "127.0.0.1" } },
          // Of an unknown one only the beginning: it may be a secret in the wrong place.
          { clientId: "nobo...", data: { reason: "client_unknown" } },
        ]);
      } finally {
        await house.close();
      }
    },
  );

  it("is asked by event, client, account and time, newest first", async () => {
    await codeFor(server, web);
    server.clock.advance(1000);
    const since = server.clock.now();
    await codeFor(server, rotating);
    await auditOf(server);
    const ask = async (query: object) =>
      (await server.storage.listAudit({ limit: 10, ...query })).map(({ event, clientId }) => [
        event,
        clientId,
      ]);
    expect(await ask({ event: "consent_given" })).toEqual([
      ["consent_given", "rotating"],
      ["consent_given", "web"],
    ]);
    expect(await ask({ clientId: "web" })).toEqual([["consent_given", "web"]]);
    expect(await ask({ accountId: jacksId, since })).toHaveLength(2);
    expect(await ask({ accountId: "nobody" })).toEqual([]);
    expect(await ask({ limit: 1 })).toEqual([["consent_given", "rotating"]]);
  });
});
