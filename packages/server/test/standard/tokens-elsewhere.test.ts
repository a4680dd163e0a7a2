/** Revocation, introspection, resources and JWT access tokens (RFC 7009, 7662, 8707, 9068). */

import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { SigningKeys } from "../../src/oauth/tokens/signing-keys.js";
import { send } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import {
  auditOf,
  authorize,
  basic,
  codeFor,
  exchangeCode,
  files,
  inBody,
  introspectAs,
  jacksId,
  jwt,
  mail,
  native,
  opaque,
  otherResource,
  post,
  refreshWith,
  refusalOf,
  resource,
  rotating,
  secretsOfTheHouse,
  startHouse,
  tokensFor,
  web,
} from "./house.js";

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

const revokeAs = (client: typeof web, token: string, more: Record<string, string> = {}) =>
  post(server, "/oauth/revoke", { ...inBody(client), token, ...more });
const inactive = { active: false };

describe("revocation", () => {
  it.each(["access_token", "refresh_token"] as const)(
    "by the %s ends both, and nothing else",
    async (kind) => {
      const [tokens, other] = [await tokensFor(server, web), await tokensFor(server, web)];
      const answer = await revokeAs(web, tokens[kind], { token_type_hint: "refresh_token" });
      expect([answer.status, answer.text]).toEqual([200, "{}"]);
      expect((await account(server, tokens.access_token)).status).toBe(401);
      expect(refusalOf(await refreshWith(server, web, tokens.refresh_token))).toEqual([400, "invalid_grant"]);
      expect((await account(server, other.access_token)).status).toBe(200);
      expect(await auditOf(server, "token_revoked")).toMatchObject([
        { clientId: web.clientId, accountId: jacksId },
      ]);
    },
  );

  it("by a refresh token that was rotated ends its family too", async () => {
    const first = await tokensFor(server, rotating);
    const next = tokensOf(await refreshWith(server, rotating, first.refresh_token));
    await revokeAs(rotating, first.refresh_token);
    expect((await account(server, next.access_token)).status).toBe(401);
  });

  it("ends a JWT access token at this server", async () => {
    const tokens = await tokensFor(server, jwt);
    expect((await account(server, tokens.access_token)).status).toBe(200);
    await revokeAs(jwt, tokens.access_token);
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect(await introspectAs(server, jwt, tokens.access_token)).toEqual(inactive);
  });

  it.each(["", "cs_rt_AAAA", "not.a.jwt", "x".repeat(5000)])(
    "of what is no token succeeds, and says nothing: %.20s",
    async (token) => {
      const answer = await revokeAs(web, token);
      expect(answer.status).toBe(token === "" ? 400 : 200);
    },
  );

  it("by another client is refused, and ends nothing", async () => {
    const tokens = await tokensFor(server, web);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      expect(refusalOf(await revokeAs(rotating, token))).toEqual([400, "unauthorized_client"]);
    }
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });

  it("needs the client's credentials; a public app names itself", async () => {
    const tokens = await tokensFor(server, web);
    const unproved = await post(server, "/oauth/revoke", {
      token: tokens.access_token,
      client_id: web.clientId,
    });
    expect(refusalOf(unproved)).toEqual([401, "invalid_client"]);
    const natives = await tokensFor(server, native);
    expect((await revokeAs(native, natives.refresh_token)).status).toBe(200);
    expect((await account(server, natives.access_token)).status).toBe(401);
  });
});

describe("introspection", () => {
  it("tells an app what its own access token is", async () => {
    const { access_token } = await tokensFor(server, web, { scope: "account_access" });
    const iat = server.clock.now() / 1000;
    expect(await introspectAs(server, web, access_token)).toEqual({
      ...{ active: true, scope: "account_access", client_id: web.clientId, username: jack.email },
      ...{ token_type: "Bearer", iat, exp: iat + 3600, sub: jacksId, aud: server.url, iss: server.url },
    });
    server.clock.advance(3_600_000);
    expect(await introspectAs(server, web, access_token)).toEqual(inactive);
  });

  it("tells an app what its own refresh token is, and that a rotated one is over", async () => {
    const first = await tokensFor(server, rotating);
    expect(await introspectAs(server, rotating, first.refresh_token)).toMatchObject({ active: true });
    await refreshWith(server, rotating, first.refresh_token);
    expect(await introspectAs(server, rotating, first.refresh_token)).toEqual(inactive);
  });

  it("tells nobody anything of another's token", async () => {
    const tokens = await tokensFor(server, web);
    for (const client of [rotating, files]) {
      expect(await introspectAs(server, client, tokens.access_token)).toEqual(inactive);
      expect(await introspectAs(server, client, tokens.refresh_token)).toEqual(inactive);
    }
  });

  it("tells a resource server of the tokens for its resource, and of no others", async () => {
    const tokens = await tokensFor(server, opaque, { resource });
    expect(await introspectAs(server, files, tokens.access_token)).toMatchObject({
      ...{ active: true, aud: resource, client_id: opaque.clientId },
    });
    expect(await introspectAs(server, mail, tokens.access_token)).toEqual(inactive);
    expect(await introspectAs(server, files, tokens.refresh_token)).toEqual(inactive);
  });

  it("is not for public apps, nor for whoever proves nothing", async () => {
    const { access_token: token } = await tokensFor(server, native);
    const asked = await post(server, "/oauth/introspect", { ...inBody(native), token });
    expect(refusalOf(asked)).toEqual([400, "unauthorized_client"]);
    expect(refusalOf(await post(server, "/oauth/introspect", { token }))).toEqual([401, "invalid_client"]);
    const wrong = await post(server, "/oauth/introspect", { token }, basic(files.clientId, "wrong"));
    expect(refusalOf(wrong)).toEqual([401, "invalid_client"]);
  });
});

describe("a resource", () => {
  const withBoth = [
    ["resource", resource],
    ["resource", otherResource],
  ] as const;

  it("that was asked for makes a token for it alone: this server's own API refuses it", async () => {
    const { access_token } = await tokensFor(server, opaque, { resource });
    expect((await account(server, access_token)).status).toBe(401);
  });

  it("must be one the app is registered for", async () => {
    const callback = await authorize(server, opaque, { resource: otherResource });
    expect(callback.searchParams.get("error")).toBe("invalid_target");
  });

  it("may be spelt as libraries spell it, and is then the one that is registered", async () => {
    const code = await codeFor(server, jwt, { resource: "https://FILES.example.com" });
    const first = tokensOf(
      await exchangeCode(server, jwt, code, { resource: "https://files.example.com:443" }),
    );
    const again = tokensOf(
      await refreshWith(server, jwt, first.refresh_token, { resource: "https://Files.example.com/" }),
    );
    expect([first, again].map(({ access_token }) => decodeJwt(access_token).aud)).toEqual([
      resource,
      resource,
    ]);
  });

  it("is chosen at each token request from those authorized", async () => {
    const code = await codeFor(server, jwt, withBoth);
    const first = tokensOf(await exchangeCode(server, jwt, code, { resource: otherResource }));
    expect(decodeJwt(first.access_token).aud).toBe(otherResource);
    const next = tokensOf(await refreshWith(server, jwt, first.refresh_token, { resource }));
    expect(decodeJwt(next.access_token).aud).toBe(resource);
    const foreign = await refreshWith(server, jwt, first.refresh_token, {
      resource: "https://else.example/",
    });
    expect(refusalOf(foreign)).toEqual([400, "invalid_target"]);
    const grant = { grant_type: "refresh_token", refresh_token: first.refresh_token };
    const both = [...Object.entries({ ...grant, ...inBody(jwt) }), ...withBoth];
    expect(refusalOf(await post(server, "/oauth/token", both))).toEqual([400, "invalid_target"]);
  });
});

describe("a JWT access token", () => {
  const jwks = async () =>
    (await send(`${server.url}/.well-known/jwks.json`)).json() as unknown as JSONWebKeySet;
  const verify = async (token: string, keys?: JSONWebKeySet) =>
    jwtVerify(token, createLocalJWKSet(keys ?? (await jwks())), {
      ...{ issuer: server.url, audience: resource, typ: "at+jwt", currentDate: new Date(server.clock.now()) },
    });

  it("is what RFC 9068 says, and verifies with the published keys", async () => {
    const { access_token } = await tokensFor(server, jwt, { resource, scope: "account_access" });
    const { payload } = await verify(access_token);
    const iat = server.clock.now() / 1000;
    expect(payload).toEqual({
      ...{ iss: server.url, sub: jacksId, aud: resource, client_id: jwt.clientId, scope: "account_access" },
      ...{ iat, exp: iat + 3600, jti: expect.any(String) },
    });
    expect(decodeProtectedHeader(access_token)).toMatchObject({ alg: "ES256", typ: "at+jwt" });
  });

  it("opens when it was signed by Ed25519, as all were before ES256", async () => {
    const { access_token } = await tokensFor(server, jwt);
    const earlier = server.app.context.keys.atHand().find(({ publicJwk }) => publicJwk.alg === "EdDSA");
    if (earlier === undefined) throw new Error("no key of Ed25519");
    const sign = (alg: string) =>
      new SignJWT(decodeJwt(access_token))
        .setProtectedHeader({ alg, typ: "at+jwt", kid: earlier.kid })
        .sign(earlier.privateKey);
    expect((await account(server, await sign("EdDSA"))).status).toBe(200);
    const { keys } = await jwks();
    expect(keys.map(({ kid }) => kid)).toContain(earlier.kid);
  });

  it("is signed by the same keys on every node that has the secret, and by others where it has not", async () => {
    const keysOf = (secret: string) => new SigningKeys(new KeyRing([secret])).jwks();
    const [secret] = secretsOfTheHouse as [string];
    expect(await keysOf(secret)).toEqual(await jwks());
    const others = await keysOf("another secret of the tests: 9876543210");
    const kids = others.keys.map(({ kid }) => kid);
    expect((await jwks()).keys.filter(({ kid }) => kids.includes(kid))).toEqual([]);
  });

  it("is for this server where no resource was asked for", async () => {
    const { access_token } = await tokensFor(server, jwt);
    expect(decodeJwt(access_token).aud).toBe(server.url);
    expect((await account(server, access_token)).status).toBe(200);
  });

  it("verifies after the keys have changed, for as long as the old secret is listed", async () => {
    const old = await tokensFor(server, jwt, { resource });
    const [before] = secretsOfTheHouse as [string];
    server.ring.replace(["another secret of the tests, newest first: 9876543210", before]);
    const fresh = tokensOf(await refreshWith(server, jwt, old.refresh_token));
    const kids = [old, fresh].map(({ access_token }) => decodeProtectedHeader(access_token).kid);
    expect((await jwks()).keys.slice(0, 2).map(({ kid }) => kid)).toEqual(kids.reverse());
    for (const { access_token } of [old, fresh]) {
      await expect(verify(access_token)).resolves.toBeDefined();
      expect(await introspectAs(server, files, access_token)).toMatchObject({ active: true });
    }
    server.ring.replace(["another secret of the tests, newest first: 9876543210"]);
    expect((await jwks()).keys.map(({ kid }) => kid)).not.toContain(kids[1]);
    await expect(verify(old.access_token)).rejects.toThrow();
    expect((await account(server, old.access_token)).status).toBe(401);
  });

  it("publishes no private part of a key", async () => {
    for (const key of (await jwks()).keys) {
      const own = { EC: ["crv", "x", "y"], OKP: ["crv", "x"], RSA: ["e", "n"] }[String(key.kty)] ?? [];
      expect(Object.keys(key).sort()).toEqual([...own, "alg", "kid", "kty", "use"].sort());
    }
  });

  it("that is revoked still verifies by its keys, and introspection tells", async () => {
    const { access_token } = await tokensFor(server, jwt, { resource });
    expect(await introspectAs(server, files, access_token)).toMatchObject({ active: true, aud: resource });
    expect(await introspectAs(server, mail, access_token)).toEqual(inactive);
    await revokeAs(jwt, access_token);
    await expect(verify(access_token)).resolves.toBeDefined();
    expect(await introspectAs(server, files, access_token)).toEqual(inactive);
  });

  it("opens nothing when it is forged, unsigned, of another type or of another server", async () => {
    const { access_token } = await tokensFor(server, jwt);
    const payload = decodeJwt(access_token);
    const [header, body, signature] = access_token.split(".") as [string, string, string];
    const wider = Buffer.from(JSON.stringify({ ...payload, scope: "team_access" })).toString("base64url");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const [publicKey] = (await jwks()).keys;
    const confused = await new SignJWT(payload)
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: String(publicKey?.kid) })
      .sign(Buffer.from(String(publicKey?.x), "base64url"));
    const key = server.app.context.keys.atHand()[0]?.privateKey as NonNullable<
      ReturnType<typeof server.app.context.keys.atHand>[0]
    >["privateKey"];
    const signed = (claims: object, typ: string) =>
      new SignJWT({ ...payload, ...claims }).setProtectedHeader({ alg: "ES256", typ }).sign(key);
    const forgeries = [
      `${header}.${wider}.${signature}`,
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      confused,
      await signed({}, "JWT"),
      await signed({ iss: "https://other.example.com" }, "at+jwt"),
      await signed({ jti: "0".repeat(32) }, "at+jwt"),
      await signed({ aud: "https://gone.example.com/" }, "at+jwt"),
    ];
    for (const forged of forgeries) expect((await account(server, forged)).status).toBe(401);
    // The control: the same way of signing, with nothing forged, is let in.
    expect((await account(server, await signed({}, "at+jwt"))).status).toBe(200);
  });
});
