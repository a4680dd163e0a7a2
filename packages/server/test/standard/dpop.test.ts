/** DPoP (RFC 9449) in the standard profile: each proof that counts beside those that do not, and what is bound to a key. */

import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profiles } from "../../src/oauth/profile/profiles.js";
import {
  accountProven,
  athOf,
  type Prover,
  postProven,
  proofFor,
  prover,
  type Said,
} from "../fapi2/proofs.js";
import { type Answer, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import {
  type Credentials,
  codeFor,
  files,
  inBody,
  introspectAs,
  jwt,
  native,
  post,
  refreshWith,
  refusalOf,
  resource,
  startHouse,
  tokensFor,
  verifier,
  web,
} from "./house.js";

let server: TestServer;
let mine: Prover;
let thiefs: Prover;
beforeAll(async () => {
  server = await startHouse();
  [mine, thiefs] = await Promise.all([prover(), prover()]);
});
afterAll(() => server.close());

async function exchange(client: Credentials, by: Prover, code: string, said?: Said): Promise<Answer> {
  const fields = {
    ...{ grant_type: "authorization_code", code, ...inBody(client) },
    ...(client.clientSecret === undefined && { code_verifier: verifier }),
  };
  return postProven(server, "/oauth/token", async () => fields, by, said);
}

const boundTokens = async (client: Credentials = web, by = mine, more?: Record<string, string>) =>
  tokensOf(await exchange(client, by, await codeFor(server, client, more)));

const refreshProven = (client: Credentials, refreshToken: string, by: Prover) =>
  postProven(
    server,
    "/oauth/token",
    async () => ({ grant_type: "refresh_token", refresh_token: refreshToken, ...inBody(client) }),
    by,
  );

describe("an access token asked for with a proof", () => {
  it.each(["ES256", "PS256", "EdDSA"] as const)("is bound to the key: %s", async (alg) => {
    const by = await prover(alg);
    const answer = await exchange(web, by, await codeFor(server, web));
    expect(answer.json()).toMatchObject({
      token_type: "DPoP",
      access_token: expect.stringMatching(/^cs_dt_/),
    });
    const { access_token: token } = tokensOf(answer);
    expect(token).toHaveLength(118);
    expect((await accountProven(server, token, by)).status).toBe(200);
    expect(await introspectAs(server, web, token)).toMatchObject({
      token_type: "DPoP",
      cnf: { jkt: by.jkt },
    });
  });

  it("opens nothing with a proof by another key, without one, and as a Bearer token", async () => {
    const { access_token: token } = await boundTokens();
    const stolen = await accountProven(server, token, thiefs);
    expect([stolen.status, String(stolen.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringMatching(/^DPoP realm="API", algs="PS256 ES256 EdDSA", error="invalid_dpop_proof"/),
    ]);
    const bare = await send(`${server.url}/v3/account`, { headers: { authorization: `DPoP ${token}` } });
    expect(bare.status).toBe(401);
    const bearer = await account(server, token);
    expect([bearer.status, String(bearer.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringMatching(/^Bearer realm="API", error="invalid_token".*DPoP realm="API", algs=/),
    ]);
  });

  it("says its key where it is a JWT, and is held to it", async () => {
    const { access_token: token } = await boundTokens(jwt, mine, { resource });
    expect(decodeJwt(token).cnf).toEqual({ jkt: mine.jkt });
    expect(await introspectAs(server, files, token)).toMatchObject({
      token_type: "DPoP",
      cnf: { jkt: mine.jkt },
    });
    const { access_token: own } = await boundTokens(jwt, mine);
    expect([(await account(server, own)).status, (await accountProven(server, own, thiefs)).status]).toEqual([
      ...[401, 401],
    ]);
    expect((await accountProven(server, own, mine)).status).toBe(200);
  });

  it("is not what a request without a proof gets, which is used without one", async () => {
    const tokens = await tokensFor(server, web);
    expect(tokens).toMatchObject({ token_type: "Bearer", access_token: expect.stringMatching(/^cs_at_/) });
    expect((await account(server, tokens.access_token)).status).toBe(200);
    expect((await accountProven(server, tokens.access_token, mine)).status).toBe(401);
  });
});

describe("a proof", () => {
  const asked = async (said: Said, by = mine): Promise<unknown> => {
    const answer = await exchange(web, by, "no code", said);
    return answer.json().error_description;
  };

  it.each<[string, Said, string]>([
    ["of another type", { header: { typ: "JWT" } }, "typ must be dpop+jwt"],
    ["without its key", { header: { jwk: undefined } }, "jwk is missing"],
    ["for another method", { claims: { htm: "GET" } }, "htm must be POST"],
    ["for another address", { claims: { htu: "https://other.example.com/oauth/token" } }, "htu must be http"],
    ["for what is no address", { claims: { htu: "http://" } }, "htu must be http"],
    ["for an address that is no text", { claims: { htu: [] } }, "htu must be http"],
    ["without a jti", { claims: { jti: undefined } }, "jti must be text"],
    ["with a jti without end", { claims: { jti: "j".repeat(257) } }, "jti must be text"],
    ["without a time", { claims: { iat: undefined } }, "iat must be a number"],
    ["of another day", { claims: { iat: 1 } }, "compare the clocks"],
    ["by another nonce", { claims: { nonce: "bm90IG91cnMgYXQgYWxsIQ" } }, "needs the nonce of DPoP-Nonce"],
    ["too long", { claims: { more: "m".repeat(9000) } }, "more than 8192 characters"],
  ])("%s is refused, and nothing else is looked at", async (_, said, words) => {
    expect(await asked(said)).toContain(words);
  });

  it("is good for the words the server has for what is right", async () => {
    expect(await asked({})).toBe("The authorization code is not valid");
    expect(await asked({ claims: { htu: `${server.url}/oauth/token?query#fragment` } })).toBe(
      "The authorization code is not valid",
    );
  });

  it("by an algorithm that is none, with a private key, or by another key than it shows, is refused", async () => {
    const rsa = { ...(await prover("RS256")), alg: "RS256" };
    expect(await asked({}, rsa)).toContain("alg must be one of PS256, ES256, EdDSA");
    expect(await asked({ header: { jwk: { ...mine.jwk, d: "x" } } })).toContain("it holds a private key");
    expect(await asked({ header: { jwk: thiefs.jwk } })).toContain("its signature is not by the key");
    expect(await asked({ header: { jwk: rsa.jwk } })).toContain("jwk is not a key for its alg");
    for (const dpop of ["", "x", "a.b.c", "e30.e30.", `${"x".repeat(20)},y`]) {
      const answer = await post(server, "/oauth/token", { grant_type: "refresh_token" }, { dpop });
      expect([answer.status, answer.json().error]).toEqual([400, "invalid_dpop_proof"]);
    }
  });

  it("counts for a minute before and after its time", async () => {
    const at = (by: number) => asked({ claims: { iat: Math.floor(server.clock.now() / 1000) + by } });
    expect([await at(-60), await at(60)]).toEqual(Array(2).fill("The authorization code is not valid"));
    expect(await at(-61)).toContain("compare the clocks");
    expect(await at(61)).toContain("compare the clocks");
  });

  it("is used once at the token endpoint", async () => {
    const { refresh_token: refreshToken } = await boundTokens();
    const proof = await proofFor(server, mine, ["POST", `${server.url}/oauth/token`]);
    const ask = () => refreshWith2(refreshToken, proof);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  const refreshWith2 = (refreshToken: string, dpop: string) =>
    post(
      server,
      "/oauth/token",
      { grant_type: "refresh_token", refresh_token: refreshToken, ...inBody(web) },
      { dpop },
    );

  it("at the API is for the access token it is sent with", async () => {
    const { access_token: token } = await boundTokens();
    for (const ath of [undefined, athOf(`${token}x`), "x"]) {
      const answer = await accountProven(server, token, mine, { claims: { ath } });
      expect(answer.status).toBe(401);
    }
    for (const claims of [{ htm: "POST" }, { htu: `${server.url}/v3/other` }, { iat: 1 }])
      expect((await accountProven(server, token, mine, { claims })).status).toBe(401);
  });

  it("may have the nonce that each answer brings, for two minutes at most", async () => {
    const { access_token: token } = await boundTokens();
    const nonce = String((await accountProven(server, token, mine)).headers["dpop-nonce"]);
    const withNonce = (value: string) =>
      send(`${server.url}/v3/account`, { headers: { authorization: `DPoP ${token}`, dpop: value } });
    const make = () =>
      proofFor(server, mine, ["GET", `${server.url}/v3/account`], { claims: { ath: athOf(token), nonce } });
    expect((await withNonce(await make())).status).toBe(200);
    server.clock.advance(120_000);
    const late = await withNonce(await make());
    expect([late.status, String(late.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringContaining('error="use_dpop_nonce"'),
    ]);
    expect(late.headers["dpop-nonce"]).not.toBe(nonce);
  });
});

describe("what is bound to a key", () => {
  it("is the code that names one: it is worth nothing to another", async () => {
    const code = await codeFor(server, web, { dpop_jkt: mine.jkt });
    expect(refusalOf(await exchange(web, thiefs, code))).toEqual([400, "invalid_grant"]);
    const bare = { grant_type: "authorization_code", code, ...inBody(web) };
    expect(refusalOf(await post(server, "/oauth/token", bare))).toEqual([400, "invalid_dpop_proof"]);
    expect((await exchange(web, mine, code)).json().token_type).toBe("DPoP");
  });

  it("is the refresh token of a public app, and that alone", async () => {
    const tokens = await boundTokens(native);
    expect(refusalOf(await refreshProven(native, tokens.refresh_token, thiefs))).toEqual([
      400,
      "invalid_grant",
    ]);
    expect(refusalOf(await refreshWith(server, native, tokens.refresh_token))).toEqual([
      ...[400, "invalid_dpop_proof"],
    ]);
    expect((await refreshProven(native, tokens.refresh_token, mine)).json().token_type).toBe("DPoP");
    const confidential = await boundTokens(web);
    const renewed = await refreshProven(web, confidential.refresh_token, thiefs);
    expect(renewed.status).toBe(200);
    expect((await accountProven(server, tokensOf(renewed).access_token, thiefs)).status).toBe(200);
  });

  it("is the code of a push that had a proof; a dpop_jkt beside it must be the same", async () => {
    const push = (more: Record<string, string>) =>
      postProven(
        server,
        "/oauth/par",
        async () => ({ response_type: "code", ...inBody(web), ...more }),
        mine,
      );
    expect(refusalOf(await push({ dpop_jkt: thiefs.jkt }))).toEqual([400, "invalid_dpop_proof"]);
    expect(refusalOf(await push({ dpop_jkt: "x" }))).toEqual([400, "invalid_dpop_proof"]);
    const requestUri = String((await push({ dpop_jkt: mine.jkt })).json().request_uri);
    const code = await codeFor(server, web, { request_uri: requestUri });
    expect(refusalOf(await exchange(web, thiefs, code))).toEqual([400, "invalid_grant"]);
    expect((await exchange(web, mine, code)).status).toBe(200);
  });
});

it("the metadata lists the algorithms; a page may read the nonce", async () => {
  const answer = await send(`${server.url}/.well-known/oauth-authorization-server`);
  expect(answer.json().dpop_signing_alg_values_supported).toEqual(["PS256", "ES256", "EdDSA"]);
  expect(answer.headers["access-control-expose-headers"]).toContain("dpop-nonce");
});

it("is not known in the dropbox-sign profile, where a header is left unread", async () => {
  const house = await startHouse({ profile: profiles["dropbox-sign"] });
  try {
    const code = await codeFor(house, web);
    const fields = { grant_type: "authorization_code", code, ...inBody(web) };
    const answer = await post(house, "/oauth/token", fields, { dpop: "x" });
    expect([answer.status, answer.json().token_type]).toEqual([200, "Bearer"]);
  } finally {
    await house.close();
  }
});
