/** How a client proves who it is (RFC 6749 §2.3, RFC 7523), and what is said to one that does not. */

import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp, newClientSecret, sealClientSecret } from "../../src/apps/create-app.js";
import { seededRandom } from "../support/random.js";
import type { TestServer } from "../support/server.js";
import {
  auditOf,
  basic,
  codeFor,
  type Fields,
  inBody,
  jillsId,
  native,
  odd,
  post,
  refreshWith,
  refusalOf,
  rotating,
  startHouse,
  tokensFor,
  verifier,
  web,
} from "./house.js";

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

const exchange = async (
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  client = web,
) => {
  const code = await codeFor(server, client);
  return post(server, "/oauth/token", { grant_type: "authorization_code", code, ...fields }, headers);
};

describe("a secret", () => {
  it("is read from the body or from HTTP Basic", async () => {
    expect((await exchange(inBody(web))).status).toBe(200);
    expect((await exchange({}, basic(web.clientId, web.clientSecret))).status).toBe(200);
    expect((await exchange({ client_id: web.clientId }, basic(web.clientId, web.clientSecret))).status).toBe(
      200,
    );
  });

  it("is form-url-encoded in HTTP Basic", async () => {
    expect((await exchange({}, basic(odd.clientId, odd.clientSecret), odd)).status).toBe(200);
    const bare = Buffer.from(`${odd.clientId}:${odd.clientSecret}`).toString("base64");
    const answer = await exchange({}, { authorization: `Basic ${bare}` }, odd);
    expect(refusalOf(answer)).toEqual([401, "invalid_client"]);
  });

  it("is refused from two places at once", async () => {
    const header = basic(web.clientId, web.clientSecret);
    expect(refusalOf(await exchange(inBody(web), header))).toEqual([400, "invalid_request"]);
    const other = { client_id: rotating.clientId };
    expect(refusalOf(await exchange(other, header))).toEqual([400, "invalid_request"]);
  });

  it.each<[string, Fields, Record<string, string>]>([
    ["a wrong secret", { client_id: "web", client_secret: "wrong" }, {}],
    ["a secret of another app", { client_id: "web", client_secret: String(rotating.clientSecret) }, {}],
    ["no secret", { client_id: "web" }, {}],
    ["an unknown client", { client_id: "nobody", client_secret: "x" }, {}],
    ["a wrong secret in HTTP Basic", {}, basic("web", "wrong")],
    ["no secret in HTTP Basic", {}, basic("web")],
    ["HTTP Basic that is not base64", {}, { authorization: "Basic !!!" }],
    ["HTTP Basic without a colon", {}, { authorization: `Basic ${Buffer.from("web").toString("base64")}` }],
    ["HTTP Basic with nothing in it", {}, { authorization: "Basic" }],
  ])("is answered 401 invalid_client: %s", async (_title, fields, headers) => {
    const grant = { grant_type: "authorization_code", code: "any" };
    for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]) {
      const answer = await post(server, path, { ...grant, token: "any", ...fields }, headers);
      expect(refusalOf(answer)).toEqual([401, "invalid_client"]);
      // Whoever showed a secret in the body reads the error there: a challenge would stand in its libraries' way.
      const challenge = answer.headers["www-authenticate"] ?? "";
      expect(challenge.startsWith("Basic realm=")).toBe(!("client_secret" in fields));
    }
    expect(await auditOf(server, "client_authentication_failed")).toHaveLength(3);
  });

  it("rotates with an overlap in which both work, and ends on the millisecond", async () => {
    const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("rotation") };
    const [fresh, found] = [newClientSecret(deps), await server.storage.findApp(web.clientId)];
    const until = server.clock.now() + 3_600_000;
    const secrets = [
      sealClientSecret(deps, web.clientId, fresh),
      ...(found?.secrets ?? []).map((secret) => ({ ...secret, expiresAt: until })),
    ];
    await server.storage.updateApp(web.clientId, { secrets }, server.clock.now());
    const works = async (clientSecret: string) =>
      (await exchange({ client_id: web.clientId, client_secret: clientSecret })).status;
    server.clock.advance(3_599_999);
    expect([await works(String(web.clientSecret)), await works(fresh)]).toEqual([200, 200]);
    server.clock.advance(1);
    expect([await works(String(web.clientSecret)), await works(fresh)]).toEqual([401, 200]);
  });
});

describe("a public app", () => {
  const proof = { client_id: native.clientId, code_verifier: verifier };

  it("names itself and proves nothing but its verifier", async () => {
    expect((await exchange(proof, {}, native)).status).toBe(200);
    const named = basic(native.clientId);
    expect((await exchange({ code_verifier: verifier }, named, native)).status).toBe(200);
  });

  it("is refused with a secret: it has none", async () => {
    const answer = await exchange({ ...proof, client_secret: "made up" }, {}, native);
    expect(refusalOf(answer)).toEqual([401, "invalid_client"]);
  });

  it("must name itself to refresh, and gets a new refresh token each time", async () => {
    const { refresh_token } = await tokensFor(server, native);
    const unnamed = { grant_type: "refresh_token", refresh_token };
    expect(refusalOf(await post(server, "/oauth/token", unnamed))).toEqual([401, "invalid_client"]);
    const next = (await refreshWith(server, native, refresh_token)).json().refresh_token;
    expect(next).not.toBe(refresh_token);
  });
});

describe("private_key_jwt", () => {
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const clientId = "keyed";
  let key: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
  let registered: JWK;
  let serial = 0;

  beforeEach(async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    key = pair.privateKey;
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: "k1" };
    const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("keyed") };
    await createApp(deps, {
      ...{ ...web, name: "Keyed", clientId, clientSecret: "keyed-secret", ownerId: jillsId },
      jwks: JSON.stringify({ keys: [publicJwk] }),
    });
    registered = publicJwk;
  });

  const now = () => Math.floor(server.clock.now() / 1000);
  const claims = (more: object = {}) => ({
    ...{ iss: clientId, sub: clientId, aud: server.url, jti: `assertion ${serial++}` },
    ...{ iat: now(), exp: now() + 60, ...more },
  });
  const assertionOf = (payload: Record<string, unknown>, by = key, alg = "ES256") =>
    new SignJWT(payload).setProtectedHeader({ alg, kid: "k1" }).sign(by);
  const exchangeWith = (assertion: string, more: Record<string, string> = {}) => {
    const proof = { client_assertion: assertion, client_assertion_type: type, ...more };
    return exchange(proof, {}, { ...web, clientId });
  };

  it("is a way in, named by the issuer or by the endpoint", async () => {
    const audiences = [server.url, `${server.url}/oauth/token`, [server.url]];
    for (const aud of audiences) {
      expect((await exchangeWith(await assertionOf(claims({ aud })))).status).toBe(200);
    }
  });

  it("is used once, also within the tolerance for clocks that differ", async () => {
    const assertion = await assertionOf(claims({ exp: now() + 60 }));
    expect((await exchangeWith(assertion)).status).toBe(200);
    expect(refusalOf(await exchangeWith(assertion))).toEqual([401, "invalid_client"]);
    server.clock.advance(61_000);
    expect(refusalOf(await exchangeWith(assertion))).toEqual([401, "invalid_client"]);
  });

  it.each<[string, object]>([
    ["expired", { exp: -31 }],
    ["valid for too long", { exp: 631 }],
    ["not valid yet", { nbf: 31 }],
    ["issued in the future", { iat: 31 }],
    ["without a time that is a number", { exp: "soon" }],
    ["for another server", { aud: "https://other.example.com" }],
    ["for what is no text", { aud: [{ toString: 1 }] }],
    ["for an object", { aud: { toString: 1 } }],
    ["for nobody", { aud: null }],
    ["for a list of nobody", { aud: [] }],
    // A client that two servers trust could be made to sign what the other one passes on.
    ["for this server and another", { aud: ["server", "https://other.example.com"] }],
    ["issued by another", { iss: "web" }],
    ["about another", { sub: "web" }],
    ["without an identifier", { jti: undefined }],
    ["without an end", { exp: undefined }],
  ])("is refused when it is %s", async (_title, wrong) => {
    const seconds = (value: unknown) => (typeof value === "number" ? now() + value : value);
    const values = Object.entries(wrong).map(([name, value]) => [name, seconds(value)]);
    const payload = { ...claims(), ...Object.fromEntries(values) };
    if (Array.isArray(payload.aud) && payload.aud.length === 2) payload.aud = [server.url, payload.aud[1]];
    expect(refusalOf(await exchangeWith(await assertionOf(payload)))).toEqual([401, "invalid_client"]);
  });

  it("is refused from another key, without a signature, and with the secret as its key", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const secret = new TextEncoder().encode("keyed-secret");
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims())).toString("base64url")}.`;
    const forgeries = [
      await assertionOf(claims(), privateKey),
      await new SignJWT(claims()).setProtectedHeader({ alg: "HS256" }).sign(secret),
      unsigned,
      "not a JWT",
    ];
    for (const forged of forgeries) {
      expect(refusalOf(await exchangeWith(forged))).toEqual([401, "invalid_client"]);
    }
  });

  it("is refused beside a secret, under another client_id, and of another type", async () => {
    const beside = await exchangeWith(await assertionOf(claims()), { client_secret: "keyed-secret" });
    expect(refusalOf(beside)).toEqual([400, "invalid_request"]);
    const named = await exchangeWith(await assertionOf(claims()), { client_id: "web" });
    expect(refusalOf(named)).toEqual([401, "invalid_client"]);
    const saml = { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer" };
    expect(refusalOf(await exchangeWith(await assertionOf(claims()), saml))).toEqual([401, "invalid_client"]);
  });

  const keep = (...keys: JWK[]) =>
    server.storage.updateApp(clientId, { jwks: JSON.stringify({ keys }) }, server.clock.now());
  const signed = (by: typeof key, header: object = {}, alg = "ES256") =>
    new SignJWT(claims()).setProtectedHeader({ alg, ...header }).sign(by);

  it("is taken from whichever of several keys signed it, with or without a kid", async () => {
    const next = await generateKeyPair("ES256", { extractable: true });
    const rsa = await generateKeyPair("RS256", { extractable: true });
    const pss = (await importJWK(await exportJWK(rsa.privateKey), "PS256")) as typeof key;
    const [nextJwk, rsaJwk] = [await exportJWK(next.publicKey), await exportJWK(rsa.publicKey)];
    await keep({ ...nextJwk, kid: "k2" }, registered, rsaJwk);
    for (const assertion of [
      await signed(key),
      await signed(next.privateKey),
      await signed(next.privateKey, { kid: "k2" }),
      await signed(rsa.privateKey, {}, "RS256"),
      await signed(pss, { kid: "any: the key has none" }, "PS256"),
    ])
      expect((await exchangeWith(assertion)).status).toBe(200);
    expect(refusalOf(await exchangeWith(await signed(key, { kid: "k2" })))).toEqual([401, "invalid_client"]);
  });

  it("names its audience by text: a list in a list is none", async () => {
    const answer = await exchangeWith(await assertionOf(claims({ aud: [[server.url]] })));
    expect(refusalOf(answer)).toEqual([401, "invalid_client"]);
  });

  it("may name this server in several ways at once", async () => {
    const aud = [server.url, `${server.url}/oauth/token`];
    expect((await exchangeWith(await assertionOf(claims({ aud })))).status).toBe(200);
  });

  it.each([
    ["ahead", { iat: 30, nbf: 30, exp: 630 }],
    ["ahead, to a fraction of a millisecond", { iat: 29.9995, exp: 629.00005 }],
    ["behind", { iat: -90, exp: -29 }],
  ])("may come from a clock half a minute %s", async (_where, times) => {
    const at = Object.fromEntries(Object.entries(times).map(([name, value]) => [name, now() + value]));
    expect((await exchangeWith(await assertionOf(claims(at)))).status).toBe(200);
  });

  it("is refused with words that say what to change, not a library's codes", async () => {
    const said = async (more: object) =>
      (await exchangeWith(await assertionOf(claims(more)))).json().error_description;
    const of = (words: string) => `The client assertion is not valid: ${words}`;
    for (const aud of [undefined, []])
      expect(await said({ aud })).toBe(of(`aud is missing: send ${server.url}`));
    expect(await said({ aud: "https://x.example" })).toBe(of(`aud is not this server: send ${server.url}`));
    expect(await said({ aud: [server.url, "https://x.example"] })).toBe(
      of(`aud names other servers too: send ${server.url} only`),
    );
    expect(await said({ exp: "soon" })).toBe(of("exp must be a number of seconds"));
    expect(await said({ exp: undefined })).toBe(of("exp is missing"));
    expect(await said({ exp: now() - 60 })).toBe(of("it expired 60 s ago"));
    expect(await said({ iat: now() + 60 })).toBe(of("nbf or iat is in the future: compare the clocks"));
    expect(await said({ jti: undefined })).toBe(of("jti is missing"));
    expect(await said({ iss: "web" })).toBe(of("iss and sub must both be the client_id"));
    expect(server.logLines.join()).not.toContain("ERR_");
  });

  it("is not what was signed for another purpose, such as an access token", async () => {
    const noText = [{ toString: 1 }, ["JWT"], 1, null].map((typ) => typ as unknown as string);
    for (const typ of ["at+jwt", "dpop+jwt", "secevent+jwt", "", ...noText])
      expect(refusalOf(await exchangeWith(await signed(key, { typ })))).toEqual([401, "invalid_client"]);
    for (const typ of ["JWT", "client-authentication+jwt", "application/client-authentication+jwt"])
      expect((await exchangeWith(await signed(key, { typ }))).status).toBe(200);
  });

  it("has an encoded payload, as every JWT has", async () => {
    const unencoded = await exchangeWith(await signed(key, { b64: false }));
    expect(refusalOf(unencoded)).toEqual([401, "invalid_client"]);
    expect((await exchangeWith(await signed(key, { b64: true }))).status).toBe(200);
  });

  it("tells nobody which client ids there are", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const answers = ["nobody", "web", "native", clientId].map(async (claimed) => {
      const assertion = await assertionOf(claims({ iss: claimed, sub: claimed }), privateKey);
      const grant = { grant_type: "refresh_token", refresh_token: "x" };
      const proof = { client_assertion: assertion, client_assertion_type: type };
      const answer = await post(server, "/oauth/token", { ...grant, ...proof });
      const exchanged = await post(server, "/oauth/token", {
        ...{ grant_type: "authorization_code", code: "x" },
        ...{
          ...proof,
          client_assertion: await assertionOf(claims({ iss: claimed, sub: claimed }), privateKey),
        },
      });
      return [answer.status, answer.text, exchanged.status, exchanged.text].join();
    });
    expect(new Set(await Promise.all(answers)).size).toBe(1);
  });

  it("is the app's only way in: its secret is none, and was never made", async () => {
    expect((await server.storage.findApp(clientId))?.secrets).toEqual([]);
    const secrets = [
      sealClientSecret(
        { ...server, now: server.clock.now, randomBytes: seededRandom("s") },
        clientId,
        "left-over",
      ),
    ];
    await server.storage.updateApp(clientId, { secrets }, server.clock.now());
    const answer = await exchange(
      { client_id: clientId, client_secret: "left-over" },
      {},
      { ...web, clientId },
    );
    expect(refusalOf(answer)).toEqual([401, "invalid_client"]);
  });
});
