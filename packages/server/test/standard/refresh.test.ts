/** Refreshing (RFC 6749 §6, RFC 9700 §4.14): the same token or a new one, grace, reuse, narrower scope, lifetimes. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { profiles } from "../../src/oauth/profile/profiles.js";
import type { TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import {
  auditOf,
  codeFor,
  exchangeCode,
  introspectAs,
  jacksId,
  opaque,
  refreshWith,
  refusalOf,
  resource,
  rotating,
  startHouse,
  tokensFor,
  web,
} from "./house.js";

const daySeconds = 86_400;

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

const refused = [400, "invalid_grant"];

describe("an app that keeps its refresh token", () => {
  it("gets the same one with a new access token, again and again", async () => {
    const first = await tokensFor(server, web);
    for (let turn = 0; turn < 3; turn++) {
      server.clock.advance(1000);
      const next = tokensOf(await refreshWith(server, web, first.refresh_token));
      expect(next.refresh_token).toBe(first.refresh_token);
      expect(next.access_token).not.toBe(first.access_token);
      expect((await account(server, next.access_token)).status).toBe(200);
    }
  });
});

describe("an app that rotates", () => {
  it("gets another refresh token at each refresh", async () => {
    const first = await tokensFor(server, rotating);
    const second = tokensOf(await refreshWith(server, rotating, first.refresh_token));
    const third = tokensOf(await refreshWith(server, rotating, second.refresh_token));
    expect(new Set([first, second, third].map((tokens) => tokens.refresh_token)).size).toBe(3);
  });

  it("gets the very same successor again when its answer was lost", async () => {
    const { refresh_token } = await tokensFor(server, rotating);
    const lost = tokensOf(await refreshWith(server, rotating, refresh_token));
    server.clock.advance(59_999);
    const again = tokensOf(await refreshWith(server, rotating, refresh_token));
    expect(again.refresh_token).toBe(lost.refresh_token);
    expect(await auditOf(server, "refresh_replayed")).toMatchObject([
      { clientId: rotating.clientId, accountId: jacksId, data: { generation: 1 } },
    ]);
  });

  it("gives racing workers one successor", async () => {
    const { refresh_token } = await tokensFor(server, rotating);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => refreshWith(server, rotating, refresh_token)),
    );
    expect(new Set(answers.map((answer) => tokensOf(answer).refresh_token)).size).toBe(1);
  });

  it("loses the family when an old token comes back after the grace period, to the millisecond", async () => {
    const { refresh_token } = await tokensFor(server, rotating);
    const next = tokensOf(await refreshWith(server, rotating, refresh_token));
    server.clock.advance(60_000);
    expect(refusalOf(await refreshWith(server, rotating, refresh_token))).toEqual(refused);
    expect(refusalOf(await refreshWith(server, rotating, next.refresh_token))).toEqual(refused);
    expect((await account(server, next.access_token)).status).toBe(401);
    expect(await auditOf(server, "refresh_reused")).toMatchObject([
      { clientId: rotating.clientId, accountId: jacksId, data: { generation: 0 } },
    ]);
  });

  it("loses the family at once when a token older than the last comes back, grace or not", async () => {
    const first = await tokensFor(server, rotating);
    const second = tokensOf(await refreshWith(server, rotating, first.refresh_token));
    const third = tokensOf(await refreshWith(server, rotating, second.refresh_token));
    expect(refusalOf(await refreshWith(server, rotating, first.refresh_token))).toEqual(refused);
    expect(refusalOf(await refreshWith(server, rotating, third.refresh_token))).toEqual(refused);
  });

  it("loses nothing of the person's other authorizations of it", async () => {
    const [stolen, other] = [await tokensFor(server, rotating), await tokensFor(server, rotating)];
    await refreshWith(server, rotating, stolen.refresh_token);
    server.clock.advance(60_000);
    await refreshWith(server, rotating, stolen.refresh_token);
    expect((await refreshWith(server, rotating, other.refresh_token)).status).toBe(200);
  });

  it("keeps its refresh token when the request was refused for anything else", async () => {
    const { refresh_token } = await tokensFor(server, opaque, { resource });
    const faults: Record<string, string>[] = [
      { scope: "team_access" },
      { resource: "https://unknown.example.com/" },
      { scope: '"' },
    ];
    for (const fault of faults) {
      expect((await refreshWith(server, opaque, refresh_token, fault)).status).toBe(400);
    }
    server.clock.advance(60_000);
    expect((await refreshWith(server, opaque, refresh_token)).status).toBe(200);
  });
});

describe("a refresh", () => {
  it("leaves the old access token alive until it expires", async () => {
    const first = await tokensFor(server, rotating);
    server.clock.advance(3_599_000);
    await refreshWith(server, rotating, first.refresh_token);
    server.clock.advance(999);
    expect((await account(server, first.access_token)).status).toBe(200);
    server.clock.advance(1);
    expect((await account(server, first.access_token)).status).toBe(401);
  });

  it("may ask for fewer scopes, and the refresh token keeps them all", async () => {
    const first = await tokensFor(server, rotating);
    const narrow = tokensOf(
      await refreshWith(server, rotating, first.refresh_token, { scope: "template_access" }),
    );
    expect(narrow.scope).toBe("template_access");
    expect((await account(server, narrow.access_token)).status).toBe(403);
    const introspected = await introspectAs(server, rotating, narrow.access_token);
    expect(introspected).toMatchObject({ active: true, scope: "template_access" });
    const whole = tokensOf(await refreshWith(server, rotating, narrow.refresh_token));
    expect(whole.scope).toBe(rotating.scopes.join(" "));
    expect((await account(server, whole.access_token)).status).toBe(200);
  });

  it("may name scopes that clients add by themselves: they change nothing", async () => {
    const first = await tokensFor(server, rotating, { scope: "openid offline_access template_access" });
    expect(first.scope).toBe("template_access");
    const same = await refreshWith(server, rotating, first.refresh_token, {
      scope: "openid template_access offline_access",
    });
    expect(tokensOf(same).scope).toBe("template_access");
    const nothingElse = await refreshWith(server, rotating, tokensOf(same).refresh_token, {
      scope: "openid",
    });
    expect(tokensOf(nothingElse).scope).toBe("template_access");
  });

  it("may not ask for more than was granted, though the app has it", async () => {
    const { refresh_token } = await tokensFor(server, web, { scope: "account_access" });
    const wider = await refreshWith(server, web, refresh_token, { scope: "account_access template_access" });
    expect(refusalOf(wider)).toEqual([400, "invalid_scope"]);
  });

  it("does not grow by a later consent to more", async () => {
    const narrow = await tokensFor(server, web, { scope: "account_access" });
    await tokensFor(server, web);
    const { scope } = tokensOf(await refreshWith(server, web, narrow.refresh_token));
    expect(scope).toBe("account_access");
  });

  it("needs the app's own credentials", async () => {
    const { refresh_token } = await tokensFor(server, web);
    expect(refusalOf(await refreshWith(server, { ...web, clientSecret: undefined }, refresh_token))).toEqual([
      401,
      "invalid_client",
    ]);
    expect(refusalOf(await refreshWith(server, rotating, refresh_token))).toEqual(refused);
    expect((await refreshWith(server, web, refresh_token)).status).toBe(200);
  });

  it("works across a change of the server's secrets while the old one is listed", async () => {
    const { refresh_token, access_token } = await tokensFor(server, rotating);
    const [before] = ["a secret of the tests, long enough to be one: 0123456789"];
    const fresh = "another secret of the tests, newest first: 9876543210";
    server.ring.replace([fresh, before]);
    expect((await account(server, access_token)).status).toBe(200);
    const next = tokensOf(await refreshWith(server, rotating, refresh_token));
    const again = tokensOf(await refreshWith(server, rotating, refresh_token));
    expect(again.refresh_token).toBe(next.refresh_token);
    expect((await refreshWith(server, rotating, next.refresh_token)).status).toBe(200);
  });
});

describe("a refresh token", () => {
  it("is over when it was not used for 90 days, to the millisecond", async () => {
    const [used, idle] = [await tokensFor(server, rotating), await tokensFor(server, rotating)];
    server.clock.advance(90 * daySeconds * 1000 - 1);
    expect((await refreshWith(server, rotating, used.refresh_token)).status).toBe(200);
    server.clock.advance(1);
    expect(refusalOf(await refreshWith(server, rotating, idle.refresh_token))).toEqual(refused);
    expect(await introspectAs(server, rotating, idle.refresh_token)).toEqual({ active: false });
  });

  it("that stays the same is kept alive by its use", async () => {
    const { refresh_token } = await tokensFor(server, web);
    for (let turn = 0; turn < 3; turn++) {
      server.clock.advance(89 * daySeconds * 1000);
      expect((await refreshWith(server, web, refresh_token)).status).toBe(200);
    }
  });

  it.each([web, rotating])("of the $clientId app is over a year after the authorization", async (client) => {
    const profile = { ...profiles.standard, familyIdleSeconds: undefined };
    const house = await startHouse({ profile });
    try {
      let { refresh_token } = await tokensFor(house, client);
      house.clock.advance(365 * daySeconds * 1000 - 1);
      refresh_token = tokensOf(await refreshWith(house, client, refresh_token)).refresh_token;
      house.clock.advance(1);
      expect(refusalOf(await refreshWith(house, client, refresh_token))).toEqual(refused);
      expect(await introspectAs(house, client, refresh_token)).toEqual({ active: false });
    } finally {
      await house.close();
    }
  });

  it("of a family that lives on is not renewed by a lost answer: grace counts from the rotation", async () => {
    const { refresh_token } = await tokensFor(server, rotating);
    await refreshWith(server, rotating, refresh_token);
    server.clock.advance(40_000);
    expect((await refreshWith(server, rotating, refresh_token)).status).toBe(200);
    server.clock.advance(40_000);
    expect(refusalOf(await refreshWith(server, rotating, refresh_token))).toEqual(refused);
  });
});

it("ends what a first exchange made when its code comes a second time", async () => {
  const code = await codeFor(server, web);
  const tokens = tokensOf(await exchangeCode(server, web, code));
  expect(refusalOf(await exchangeCode(server, web, code))).toEqual(refused);
  expect((await account(server, tokens.access_token)).status).toBe(401);
  expect(refusalOf(await refreshWith(server, web, tokens.refresh_token))).toEqual(refused);
  expect(await auditOf(server, "code_reused")).toMatchObject([
    { clientId: web.clientId, accountId: jacksId },
  ]);
});
