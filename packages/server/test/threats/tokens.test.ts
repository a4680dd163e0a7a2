/** Attacks on tokens: another app's, another kind's, forged, stolen, replayed (RFC 9700 §4.9, §4.10, §4.14; RFC 6819 §4.5, §4.6). */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealApiKey } from "../../src/accounts/api-keys.js";
import { signUpRoutes } from "../../src/emulator/account-api/sign-up-routes.js";
import { openAccessToken, openRefreshToken, sealAccessToken } from "../../src/oauth/tokens/opaque.js";
import {
  auditOf,
  authorize,
  exchangeCode,
  files,
  inBody,
  introspectAs,
  jillsId,
  jwt,
  mail,
  native,
  opaque,
  post,
  refreshWith,
  refusalOf,
  resource,
  rotating,
  startHouse,
  tokensFor,
  web,
} from "../standard/house.js";
import { seededRandom } from "../support/random.js";
import type { TestServer } from "../support/server.js";
import { account, type Tokens, tokensOf } from "../support/tokens.js";

let server: TestServer;
let tokens: Tokens;
beforeAll(async () => {
  server = await startHouse();
  tokens = await tokensFor(server, web);
});
afterAll(() => server.close());

const invalidGrant = [400, "invalid_grant"];

describe("token substitution", () => {
  it("refuses one app's refresh token to another app, and does not end it", async () => {
    for (const other of [rotating, opaque]) {
      expect(refusalOf(await refreshWith(server, other, tokens.refresh_token))).toEqual(invalidGrant);
    }
    expect((await refreshWith(server, web, tokens.refresh_token)).status).toBe(200);
  });

  it("lets one app neither revoke nor look into another's tokens", async () => {
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      await post(server, "/oauth/revoke", { ...inBody(rotating), token });
      expect(await introspectAs(server, rotating, token)).toEqual({ active: false });
    }
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });

  it("takes no kind of token for another kind", async () => {
    const callback = await authorize(server, web);
    const code = callback.searchParams.get("code") ?? "";
    for (const wrong of [tokens.refresh_token, code]) {
      expect((await account(server, wrong)).status).toBe(401);
    }
    for (const wrong of [tokens.access_token, code]) {
      expect(refusalOf(await refreshWith(server, web, wrong))).toEqual(invalidGrant);
    }
    for (const wrong of [tokens.access_token, tokens.refresh_token]) {
      expect(refusalOf(await exchangeCode(server, web, wrong))).toEqual(invalidGrant);
    }
    const renamed = tokens.refresh_token.replace("cs_rt_", "cs_at_");
    expect((await account(server, renamed)).status).toBe(401);
  });

  it("gives a token made for one resource server to no other, nor to this server's own API", async () => {
    for (const client of [opaque, jwt]) {
      const { access_token } = await tokensFor(server, client, { resource });
      expect(await introspectAs(server, files, access_token)).toMatchObject({ active: true, aud: resource });
      expect(await introspectAs(server, mail, access_token)).toEqual({ active: false });
      expect((await account(server, access_token)).status).toBe(401);
    }
  });
});

describe("token forgery", () => {
  it("refuses every token in which one character was changed, left out or added", () => {
    const { ring } = server;
    const characters = fc.constantFrom(..."ABCabc019-_=.+/ \n\u00e9");
    fc.assert(
      fc.property(
        fc.constantFrom("access_token", "refresh_token"),
        fc.nat(200),
        characters,
        fc.nat(2),
        (...drawn) => {
          const [kind, at, character, how] = drawn;
          const token = tokens[kind as "access_token" | "refresh_token"];
          const place = at % token.length;
          const rest = token.slice(place + (how === 2 ? 0 : 1));
          const forged = token.slice(0, place) + (how === 1 ? "" : character) + rest;
          fc.pre(forged !== token);
          expect(openAccessToken(ring, forged)).toBeUndefined();
          expect(openRefreshToken(ring, forged)).toBeUndefined();
        },
      ),
      { numRuns: 2000, seed: 20_260_118 },
    );
    expect(openAccessToken(ring, tokens.access_token)).toBeDefined();
    expect(openRefreshToken(ring, tokens.refresh_token)).toBeDefined();
  });

  it("refuses to guess: a family's id, which is no secret, opens nothing", async () => {
    const opened = openAccessToken(server.ring, tokens.access_token);
    if (opened === undefined) throw new Error("the token does not open");
    const body = Buffer.from(tokens.access_token.slice("cs_at_".length), "base64url");
    body.fill(0, 33);
    expect((await account(server, `cs_at_${body.toString("base64url")}`)).status).toBe(401);
    expect((await account(server, opened.familyId)).status).toBe(401);
    // The control: a token of the same words under the server's own seal is let in.
    const sealed = sealAccessToken(server.ring, "prefixed-base64url", opened, Buffer.alloc(3));
    expect((await account(server, sealed)).status).toBe(200);
  });

  it("gives a token no more than its own scopes, whatever its app or its person may do", async () => {
    const narrow = await tokensFor(server, web, { scope: "template_access" });
    const answer = await account(server, narrow.access_token);
    expect(answer.status).toBe(403);
    expect(String(answer.headers["www-authenticate"])).toContain('error="insufficient_scope"');
  });
});

describe("refresh token theft", () => {
  it("ends every token of the family when the thief comes second, and says so in the audit log", async () => {
    const stolen = await tokensFor(server, rotating);
    const persons = tokensOf(await refreshWith(server, rotating, stolen.refresh_token));
    server.clock.advance(60_000);
    expect(refusalOf(await refreshWith(server, rotating, stolen.refresh_token))).toEqual(invalidGrant);
    expect((await account(server, persons.access_token)).status).toBe(401);
    expect(await auditOf(server, "refresh_reused")).toHaveLength(1);
  });

  it("ends the thief's tokens when the person comes second", async () => {
    const stolen = await tokensFor(server, rotating);
    const thiefs = tokensOf(await refreshWith(server, rotating, stolen.refresh_token));
    server.clock.advance(60_000);
    expect(refusalOf(await refreshWith(server, rotating, stolen.refresh_token))).toEqual(invalidGrant);
    expect((await account(server, thiefs.access_token)).status).toBe(401);
    expect(refusalOf(await refreshWith(server, rotating, thiefs.refresh_token))).toEqual(invalidGrant);
  });

  it("is worth nothing without the credentials of the app it was issued to", async () => {
    const { refresh_token } = await tokensFor(server, web);
    const bare = { grant_type: "refresh_token", refresh_token };
    expect(refusalOf(await post(server, "/oauth/token", bare))).toEqual([401, "invalid_client"]);
    const named = { ...bare, client_id: web.clientId };
    expect(refusalOf(await post(server, "/oauth/token", named))).toEqual([401, "invalid_client"]);
  });
});

it("makes no account, and no tokens for it, in the name of a public app that anybody can claim to be", async () => {
  const ports = { sendConfirmation: async () => {}, confirmed: async () => {} };
  const house = await startHouse({ extend: ({ server, context }) => signUpRoutes(server, context, ports) });
  try {
    const key = "e".repeat(64);
    const randomBytes = seededRandom("sign-up");
    await house.storage.setApiKeys(jillsId, [sealApiKey(house.ring, jillsId, key, randomBytes)]);
    const headers = { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` };
    const create = (client: { clientId: string; clientSecret: string | undefined }, emailAddress: string) =>
      post(house, "/v3/account/create", { ...inBody(client), email_address: emailAddress }, headers);
    const refused = await create(native, "victim@example.com");
    expect(refused.status).toBe(400);
    expect(await house.storage.findAccountByEmail("victim@example.com")).toBeUndefined();
    expect((await create(web, "friend@example.com")).json()).toHaveProperty("oauth_data.access_token");
  } finally {
    await house.close();
  }
});
