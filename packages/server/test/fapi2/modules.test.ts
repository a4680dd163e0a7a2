/**
 * The modules of the OpenID Foundation's plan `fapi2-security-profile-final-test-plan` that bear on a server with
 * plain OAuth, `private_key_jwt` and DPoP, by the names of its release of August 2026, less the prefix that all share;
 * each is re-expressed here, not run by the suite itself.
 */

import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { challenge, post, refusalOf, verifier } from "../standard/house.js";
import { type Answer, send } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { tokensOf } from "../support/tokens.js";
import { textOf, UserAgent } from "../support/user-agent.js";
import { callbackUrl, type Keyed, signedIn, startFapi2 } from "./client.js";
import { accountProven, athOf, type Prover, postProven, proofFor, prover, type Said } from "./proofs.js";

let server: TestServer;
let one: Keyed;
let two: Keyed;
let mine: Prover;
let other: Prover;
beforeAll(async () => {
  ({ server, one, two } = await startFapi2());
  [mine, other] = await Promise.all([prover(), prover("PS256")]);
});
afterAll(() => server.close());

const asked = {
  ...{ response_type: "code", state: "s", redirect_uri: callbackUrl, code_challenge: challenge },
  code_challenge_method: "S256",
};

const push = async (more: Record<string, string> = {}, client = one): Promise<Answer> =>
  post(server, "/oauth/par", { ...asked, ...(await signedIn(server, client)), ...more });

const pushed = async (client = one, more = {}) => String((await push(more, client)).json().request_uri);

const queryOf = (requestUri: string, client = one) =>
  new URLSearchParams({ client_id: client.clientId, request_uri: requestUri }).toString();

const authorized = async (query: string, decision: "allow" | "deny" = "allow") =>
  (await new UserAgent(server.url).authorize(query, jack, decision)).searchParams;

const newCode = async (more = {}) => String((await authorized(queryOf(await pushed(one, more)))).get("code"));

const exchange = (code: string, more: Record<string, string> = {}, by = mine, said?: Said) =>
  postProven(
    server,
    "/oauth/token",
    async () => ({
      ...{ grant_type: "authorization_code", code, redirect_uri: callbackUrl, code_verifier: verifier },
      ...{ ...(await signedIn(server, one)), ...more },
    }),
    by,
    said,
  );

const refreshed = (refreshToken: string, client = one) =>
  postProven(
    server,
    "/oauth/token",
    async () => ({
      ...{ grant_type: "refresh_token", refresh_token: refreshToken },
      ...(await signedIn(server, client)),
    }),
    mine,
  );

describe("fapi2-security-profile-final", () => {
  it("happy-flow", async () => {
    const answer = await exchange(await newCode());
    expect(answer.json()).toMatchObject({ token_type: "DPoP", expires_in: 3600 });
    expect((await accountProven(server, tokensOf(answer).access_token, mine)).status).toBe(200);
  });

  it("user-rejects-authentication", async () => {
    const callback = await authorized(queryOf(await pushed(one, { prompt: "consent" })), "deny");
    expect([callback.get("error"), callback.get("iss")]).toEqual(["access_denied", server.url]);
  });

  it.each<[string, (now: number) => object, string?]>([
    [
      "par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
      (now) => ({ iat: now + 8, nbf: now + 8, exp: now + 68 }),
    ],
    [
      "par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
      (now) => ({ iat: now + 61, nbf: now + 61, exp: now + 121 }),
      "invalid_client",
    ],
    ["par-test-array-as-audience-fails", () => ({ aud: [server.url] }), "invalid_client"],
    [
      "par-test-par-endpoint-url-as-audience-fails",
      () => ({ aud: `${server.url}/oauth/par` }),
      "invalid_client",
    ],
    [
      "par-test-token-endpoint-url-as-audience-fails",
      () => ({ aud: `${server.url}/oauth/token` }),
      "invalid_client",
    ],
    [
      "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
      (now) => ({ exp: now - 300 }),
      "invalid_client",
    ],
    ["ensure-client-assertion-with-no-sub-fails", () => ({ sub: undefined }), "invalid_client"],
    [
      "ensure-client-assertion-with-wrong-aud-fails",
      () => ({ aud: "https://other.example.com" }),
      "invalid_client",
    ],
  ])("%s", async (_name, claims, error) => {
    const proof = await signedIn(server, one, claims(Math.floor(server.clock.now() / 1000)) as JWTPayload);
    const answer = await post(server, "/oauth/par", { ...asked, ...proof });
    expect([answer.status, answer.json().error]).toEqual(
      error === undefined ? [201, undefined] : [401, error],
    );
  });

  it("ensure-client-assertion-in-token-endpoint and ensure-client-id-in-token-endpoint", async () => {
    const code = await newCode();
    const without = await exchange(code, { client_assertion: "", client_assertion_type: "" });
    expect(["invalid_client", "invalid_request"]).toContain(without.json().error);
    expect((await exchange(code, { client_id: two.clientId })).json().error).toBe("invalid_client");
    expect((await exchange(code)).status).toBe(200);
  });

  it("ensure-authorization-request-without-state-success and -with-long-state", async () => {
    const { state: _, ...stateless } = asked;
    const query = { ...stateless, ...(await signedIn(server, one)) };
    const requestUri = String((await post(server, "/oauth/par", query)).json().request_uri);
    const callback = await authorized(queryOf(requestUri));
    expect([callback.has("code"), callback.has("state")]).toEqual([true, false]);
    const state = "s".repeat(1000);
    expect((await authorized(queryOf(await pushed(one, { state })))).get("state")).toBe(state);
  });

  it("state-only-outside-request-object-not-used and par-without-duplicate-parameters", async () => {
    const callback = await authorized(`${queryOf(await pushed())}&state=outside`);
    expect([callback.has("code"), callback.get("state")]).toEqual([true, "s"]);
  });

  it("ensure-redirect-uri-in-authorization-request and ensure-registered-redirect-uri", async () => {
    const { redirect_uri: _, ...rest } = asked;
    const answer = await post(server, "/oauth/par", { ...rest, ...(await signedIn(server, one)) });
    expect(refusalOf(answer)).toEqual([400, "invalid_request"]);
    const elsewhere = await push({ redirect_uri: "https://web.example.com/other" });
    expect(refusalOf(elsewhere)).toEqual([400, "invalid_request"]);
  });

  it("ensure-response-type-token-fails and ensure-response-type-code-idtoken-fails", async () => {
    for (const type of ["token", "code id_token"])
      expect(refusalOf(await push({ response_type: type }))).toEqual([400, "unsupported_response_type"]);
  });

  it("par-ensure-pkce-required", async () => {
    const { code_challenge: _, code_challenge_method: __, ...rest } = asked;
    const answer = await post(server, "/oauth/par", { ...rest, ...(await signedIn(server, one)) });
    expect(refusalOf(answer)).toEqual([400, "invalid_request"]);
  });

  it("par-plain-pkce-rejected", async () => {
    expect(refusalOf(await push({ code_challenge_method: "plain" }))).toEqual([400, "invalid_request"]);
  });

  it("ensure-pkce-code-verifier-required and incorrect-pkce-code-verifier-rejected", async () => {
    const code = await newCode();
    for (const wrong of ["", verifier.toLowerCase()])
      expect(refusalOf(await exchange(code, { code_verifier: wrong }))).toEqual([400, "invalid_grant"]);
  });

  it("ensure-authorization-code-is-bound-to-client", async () => {
    const answer = await exchange(await newCode(), await signedIn(server, two));
    expect(refusalOf(answer)).toEqual([400, "invalid_grant"]);
  });

  it("attempt-reuse-authorization-code-after-one-second", async () => {
    const code = await newCode();
    const tokens = tokensOf(await exchange(code));
    server.clock.advance(1000);
    expect(refusalOf(await exchange(code))).toEqual([400, "invalid_grant"]);
    expect((await accountProven(server, tokens.access_token, mine)).status).toBe(401);
  });

  it("ensure-token-endpoint-fails-with-expired-auth-code", async () => {
    const code = await newCode();
    server.clock.advance(60_000);
    expect(refusalOf(await exchange(code))).toEqual([400, "invalid_grant"]);
  });

  it("par-ensure-reused-request-uri-prior-to-auth-completion-succeeds, par-attempt-reuse-request_uri", async () => {
    const query = queryOf(await pushed(one, { prompt: "consent" }));
    const agent = new UserAgent(server.url);
    expect([
      await agent.get(`/oauth/authorize?${query}`),
      await agent.get(`/oauth/authorize?${query}`),
    ]).toEqual(Array(2).fill(expect.objectContaining({ status: 200 })));
    expect((await agent.authorize(query, jack)).searchParams.has("code")).toBe(true);
    const page = await agent.openConsent(query, jack);
    const again = await agent.submit(page, "/oauth/authorize?", { decision: "allow" });
    expect([again.status, textOf(again.text)]).toEqual([400, expect.stringContaining("was used before")]);
  });

  it("par-attempt-to-use-expired-request_uri and par-attempt-to-use-request_uri-for-different-client", async () => {
    const requestUri = await pushed();
    const opened = async (query: string) => (await send(`${server.url}/oauth/authorize?${query}`, {})).status;
    expect(await opened(queryOf(requestUri, two))).toBe(400);
    server.clock.advance(540_000);
    expect(await opened(queryOf(requestUri))).toBe(400);
  });

  it("par-authorization-request-containing-request_uri-form-param", async () => {
    const requestUri = await pushed();
    expect(refusalOf(await push({ request_uri: requestUri }))).toEqual([400, "invalid_request"]);
  });

  it("par-attempt-invalid-http-method, ensure-unsigned-authorization-request-without-using-par-fails", async () => {
    const got = await send(`${server.url}/oauth/par?${new URLSearchParams(asked)}`, {});
    expect([404, 405]).toContain(got.status);
    const query = new URLSearchParams({ ...asked, client_id: one.clientId }).toString();
    const answer = await send(`${server.url}/oauth/authorize?${query}`, {});
    expect(new URL(String(answer.headers.location)).searchParams.get("error")).toBe("invalid_request");
  });

  it("ensure-holder-of-key-required", async () => {
    const code = await newCode();
    const fields = {
      ...{ grant_type: "authorization_code", code, redirect_uri: callbackUrl, code_verifier: verifier },
      ...(await signedIn(server, one)),
    };
    expect(refusalOf(await post(server, "/oauth/token", fields))).toEqual([400, "invalid_dpop_proof"]);
    const { access_token: token } = tokensOf(await exchange(code));
    const bearer = await send(`${server.url}/v3/account`, { headers: { authorization: `Bearer ${token}` } });
    expect([bearer.status, String(bearer.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringMatching(/^DPoP realm="API", algs="PS256 ES256 EdDSA", error="invalid_token"/),
    ]);
    expect((await accountProven(server, token, other)).status).toBe(401);
  });

  // And ensure-token-endpoint-fails-with-mismatched-dpop-jkt, -with-mismatched-dpop-proof-jkt.
  it("ensure-dpop-auth-code-binding-success, ensure-dpopproof-at-par-endpoint-binding-success", async () => {
    const requestUri = async () => {
      const fields = async () => ({ ...asked, ...(await signedIn(server, one)) });
      return String((await postProven(server, "/oauth/par", fields, mine)).json().request_uri);
    };
    const codes = [
      await newCode({ dpop_jkt: mine.jkt }),
      String((await authorized(queryOf(await requestUri()))).get("code")),
    ];
    for (const code of codes) {
      expect(refusalOf(await exchange(code, {}, other))).toEqual([400, "invalid_grant"]);
      expect((await exchange(code)).status).toBe(200);
    }
  });

  it("ensure-mismatched-dpop-jkt-fails", async () => {
    const fields = async () => ({ ...asked, dpop_jkt: other.jkt, ...(await signedIn(server, one)) });
    const answer = await postProven(server, "/oauth/par", fields, mine);
    expect(refusalOf(answer)).toEqual([400, "invalid_dpop_proof"]);
  });

  it("ensure-dpopproof-with-iat-10seconds-before-succeeds, and -after", async () => {
    for (const by of [-10, 10]) {
      const said = { claims: { iat: Math.floor(server.clock.now() / 1000) + by } };
      const { access_token: token } = tokensOf(await exchange(await newCode(), {}, mine, said));
      expect((await accountProven(server, token, mine, said)).status).toBe(200);
    }
  });

  it("access-token-type-header-case-sensitivity", async () => {
    const { access_token: token } = tokensOf(await exchange(await newCode()));
    const account = `${server.url}/v3/account`;
    const nonce = String(
      (await send(account, { headers: { authorization: `DPoP ${token}` } })).headers["dpop-nonce"],
    );
    for (const scheme of ["DPoP", "dpop", "DPOP"]) {
      const dpop = await proofFor(server, mine, ["GET", account], { claims: { ath: athOf(token), nonce } });
      const answer = await send(account, { headers: { authorization: `${scheme} ${token}`, dpop } });
      expect([scheme, answer.status]).toEqual([scheme, 200]);
    }
  });

  it("dpop-negative-tests", async () => {
    const { access_token: token } = tokensOf(await exchange(await newCode()));
    const now = Math.floor(server.clock.now() / 1000);
    const wrong: Said[] = [
      { header: { typ: "JWT" } },
      { header: { jwk: undefined } },
      { header: { jwk: other.jwk } },
      { claims: { htm: "POST" } },
      { claims: { htu: server.url } },
      { claims: { iat: undefined } },
      { claims: { iat: now - 3600 } },
      { claims: { iat: now + 3600 } },
      { claims: { jti: undefined } },
      { claims: { ath: undefined } },
      { claims: { ath: athOf("another token") } },
      { claims: { nonce: "made up" } },
    ];
    for (const said of wrong) expect((await accountProven(server, token, mine, said)).status).toBe(401);
    const bare = await proofFor(server, mine, ["GET", `${server.url}/v3/account`], {
      claims: { ath: athOf(token) },
    });
    const answer = await send(`${server.url}/v3/account`, {
      headers: { authorization: `DPoP ${token}`, dpop: bare },
    });
    expect([answer.status, String(answer.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringContaining('error="use_dpop_nonce"'),
    ]);
  });

  it("refresh-token: not rotated, and bound to its client", async () => {
    const tokens = tokensOf(await exchange(await newCode()));
    expect(refusalOf(await refreshed(tokens.refresh_token, two))).toEqual([400, "invalid_grant"]);
    const again = tokensOf(await refreshed(tokens.refresh_token));
    expect(again.refresh_token).toBe(tokens.refresh_token);
    expect((await accountProven(server, again.access_token, mine)).status).toBe(200);
  });
});

it("the metadata says what of DPoP is read, and that requests are pushed", async () => {
  const metadata = (await send(`${server.url}/.well-known/oauth-authorization-server`)).json();
  expect(metadata).toMatchObject({
    dpop_signing_alg_values_supported: ["PS256", "ES256", "EdDSA"],
    require_pushed_authorization_requests: true,
    grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
  });
});
