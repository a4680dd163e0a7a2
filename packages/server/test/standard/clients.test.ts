/** Clients that others wrote, each through every feature it has, with no special case here or there. */

import { OAuth2Client as BadgatewayClient, generateCodeVerifier } from "@badgateway/oauth2-client";
import { exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import OAuth2Strategy from "passport-oauth2";
import { type AccessToken, AuthorizationCode } from "simple-oauth2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { seededRandom } from "../support/random.js";
import { Clock, jack, type TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";
import { callbackOf, UserAgent } from "../support/user-agent.js";
import {
  files,
  introspectAs,
  jacksId,
  jillsId,
  jwt,
  mail,
  native,
  odd,
  resource,
  rotating,
  startHouse,
  web,
} from "./house.js";

/** The clients look at the real clock, and so must the server. */
class RealClock extends Clock {
  override readonly now = (): number => Date.now();
}

const webCallback = String(web.callbackUrls[0]);
const keyed = { ...web, clientId: "keyed", clientSecret: undefined };

let server: TestServer;
let privateKey: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];

beforeAll(async () => {
  server = await startHouse({ clock: new RealClock() });
  const pair = await generateKeyPair("ES256");
  privateKey = pair.privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "ES256" }];
  const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("keyed") };
  await createApp(deps, { ...keyed, ownerId: jillsId, jwks: JSON.stringify({ keys }) });
});
afterAll(() => server.close());

/** What the person's browser does with an authorization URL, whoever made it. */
async function consent(url: string | URL, decision: "allow" | "deny" = "allow"): Promise<URL> {
  const agent = new UserAgent(server.url);
  const page = await agent.openConsent(new URL(url).search.slice(1), jack);
  if (page.headers.location !== undefined) return callbackOf(page);
  return callbackOf(await agent.submit(page, "/oauth/authorize?", { decision }));
}

const works = async (accessToken: unknown) => (await account(server, String(accessToken))).status === 200;

describe("openid-client", () => {
  const discover = async (client: typeof web | typeof native, how?: openid.ClientAuth) => {
    const insecure = { execute: [openid.allowInsecureRequests], algorithm: "oauth2" as const };
    return openid.discovery(new URL(server.url), client.clientId, undefined, how, insecure);
  };

  const authorize = async (config: openid.Configuration, redirectUri: string, more = {}) => {
    const [pkceCodeVerifier, expectedState] = [openid.randomPKCECodeVerifier(), openid.randomState()];
    const url = openid.buildAuthorizationUrl(config, {
      ...{ redirect_uri: redirectUri, state: expectedState, code_challenge_method: "S256" },
      ...{ code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), ...more },
    });
    const checks = { pkceCodeVerifier, expectedState };
    return { callback: await consent(url), checks };
  };

  it.each<[string, typeof web | typeof native | typeof keyed, () => openid.ClientAuth, string]>([
    ["a secret in the body", web, () => openid.ClientSecretPost(web.clientSecret), webCallback],
    ["a secret in HTTP Basic", odd, () => openid.ClientSecretBasic(odd.clientSecret), webCallback],
    ["private_key_jwt", keyed, () => openid.PrivateKeyJwt({ key: privateKey, kid: "k1" }), webCallback],
    ["no secret, on a port of its own", native, () => openid.None(), "http://127.0.0.1:49200/callback"],
  ])("discovers, authorizes with PKCE, exchanges, refreshes and revokes with %s", async (...row) => {
    const [, client, how, redirectUri] = row;
    const config = await discover(client, how());
    const { callback, checks } = await authorize(config, redirectUri);
    const tokens = await openid.authorizationCodeGrant(config, callback, checks);
    expect(tokens.token_type).toBe("bearer");
    expect(tokens.scope).toBe(client.scopes.join(" "));
    const next = await openid.refreshTokenGrant(config, String(tokens.refresh_token));
    const resourceUrl = new URL(`${server.url}/v3/account`);
    const read = await openid.fetchProtectedResource(config, next.access_token, resourceUrl, "GET");
    expect(await read.json()).toMatchObject({ account: { email_address: jack.email } });
    if (client !== native) {
      const seen = await openid.tokenIntrospection(config, next.access_token);
      expect(seen).toMatchObject({ active: true, client_id: client.clientId, sub: jacksId });
    }
    await openid.tokenRevocation(config, String(next.refresh_token));
    expect(await works(next.access_token)).toBe(false);
    if (client !== native) {
      expect((await openid.tokenIntrospection(config, next.access_token)).active).toBe(false);
    }
  });

  it("notices a callback of another issuer, without one, and of another state", async () => {
    const config = await discover(web, openid.ClientSecretPost(web.clientSecret));
    const { callback, checks } = await authorize(config, webCallback);
    const spoiled = (change: (url: URL) => void) => {
      const url = new URL(callback);
      change(url);
      return openid.authorizationCodeGrant(config, url, checks);
    };
    await expect(spoiled((url) => url.searchParams.set("iss", "https://evil.example"))).rejects.toThrow();
    await expect(spoiled((url) => url.searchParams.delete("iss"))).rejects.toThrow();
    await expect(spoiled((url) => url.searchParams.set("state", "other"))).rejects.toThrow();
    expect((await openid.authorizationCodeGrant(config, callback, checks)).access_token).toBeTruthy();
  });

  it("reads a refusal at the callback and at the token endpoint", async () => {
    const config = await discover(web, openid.ClientSecretPost("wrong"));
    const { callback, checks } = await authorize(config, webCallback);
    await expect(openid.authorizationCodeGrant(config, callback, checks)).rejects.toMatchObject({
      ...{ error: "invalid_client", status: 401 },
    });
    const wider = await authorize(config, webCallback, { scope: "team_access" });
    await expect(openid.authorizationCodeGrant(config, wider.callback, wider.checks)).rejects.toMatchObject({
      error: "invalid_scope",
    });
  });
});

describe("oauth4webapi", () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const discover = async () => {
    const issuer = new URL(server.url);
    const answer = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: "oauth2" });
    return oauth.processDiscoveryResponse(issuer, answer);
  };

  const tokensFor = async (
    as: oauth.AuthorizationServer,
    client: oauth.Client,
    how: oauth.ClientAuth,
    redirectUri: string,
    more: Record<string, string> = {},
  ) => {
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const url = new URL(String(as.authorization_endpoint));
    const codeChallenge = await oauth.calculatePKCECodeChallenge(verifier);
    url.search = new URLSearchParams({
      ...{ client_id: client.client_id, response_type: "code", redirect_uri: redirectUri, state },
      ...{ code_challenge: codeChallenge, code_challenge_method: "S256", ...more },
    }).toString();
    const parameters = oauth.validateAuthResponse(as, client, await consent(url), state);
    const answer = await oauth.authorizationCodeGrantRequest(
      ...([as, client, how, parameters, redirectUri, verifier, insecure] as const),
    );
    return oauth.processAuthorizationCodeResponse(as, client, answer);
  };

  it.each<[string, { clientId: string }, () => oauth.ClientAuth, string]>([
    ["HTTP Basic", odd, () => oauth.ClientSecretBasic(String(odd.clientSecret)), webCallback],
    ["the body", rotating, () => oauth.ClientSecretPost(String(rotating.clientSecret)), webCallback],
    ["private_key_jwt", keyed, () => oauth.PrivateKeyJwt({ key: privateKey, kid: "k1" }), webCallback],
    ["nothing, as a public app", native, () => oauth.None(), "http://[::1]:49200/callback"],
  ])("goes the whole way with %s", async (_how, { clientId }, makeAuth, redirectUri) => {
    const [as, client, how] = [await discover(), { client_id: clientId }, makeAuth()];
    const first = await tokensFor(as, client, how, redirectUri);
    const refreshed = await oauth.refreshTokenGrantRequest(
      ...([as, client, how, String(first.refresh_token), insecure] as const),
    );
    const next = await oauth.processRefreshTokenResponse(as, client, refreshed);
    expect(next.expires_in).toBe(3600);
    const url = new URL(`${server.url}/v3/account`);
    const read = () =>
      oauth.protectedResourceRequest(next.access_token, "GET", url, undefined, undefined, insecure);
    expect((await read()).status).toBe(200);
    if (clientId !== native.clientId) {
      const asked = await oauth.introspectionRequest(as, client, how, next.access_token, insecure);
      const seen = await oauth.processIntrospectionResponse(as, client, asked);
      expect(seen).toMatchObject({ active: true, client_id: clientId, iss: server.url });
    }
    const revoked = await oauth.revocationRequest(as, client, how, next.access_token, insecure);
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
    // It reads the challenge of RFC 6750 §3 as one, and says so.
    await expect(read()).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
      cause: expect.arrayContaining([
        expect.objectContaining({
          scheme: "bearer",
          parameters: expect.objectContaining({ error: "invalid_token" }),
        }),
      ]),
    });
  });

  it("validates a JWT access token by the published keys, for its audience alone", async () => {
    const as = await discover();
    const how = oauth.ClientSecretPost(String(jwt.clientSecret));
    const more = { resource, scope: "account_access" };
    const tokens = await tokensFor(as, { client_id: jwt.clientId }, how, webCallback, more);
    const call = new Request("https://files.example.com/1", {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, call, resource, insecure);
    expect(claims).toMatchObject({ client_id: jwt.clientId, sub: jacksId, scope: "account_access" });
    const elsewhere = oauth.validateJwtAccessToken(as, call, "https://mail.example.com/", insecure);
    await expect(elsewhere).rejects.toMatchObject({ code: oauth.JWT_CLAIM_COMPARISON });
    expect(await introspectAs(server, files, tokens.access_token)).toMatchObject({ active: true });
  });

  it("refuses a callback of another issuer (RFC 9207)", async () => {
    const as = await discover();
    const query = new URLSearchParams({ client_id: web.clientId, response_type: "code", state: "s" });
    const callback = await consent(`${as.authorization_endpoint}?${query}`);
    const client = { client_id: web.clientId };
    expect(() => oauth.validateAuthResponse(as, client, callback, "s")).not.toThrow();
    callback.searchParams.set("iss", "https://evil.example");
    expect(() => oauth.validateAuthResponse(as, client, callback, "s")).toThrow(/iss/);
    callback.searchParams.delete("iss");
    expect(() => oauth.validateAuthResponse(as, client, callback, "s")).toThrow(/iss/);
  });
});

describe("simple-oauth2", () => {
  it.each(["header", "body"])("exchanges, refreshes and revokes with credentials in the %s", async (how) => {
    const client = new AuthorizationCode({
      client: { id: rotating.clientId, secret: rotating.clientSecret },
      auth: { tokenHost: server.url },
      options: { authorizationMethod: how },
    });
    const redirectUri = webCallback;
    const url = client.authorizeURL({ redirect_uri: redirectUri, state: "s", scope: ["account_access"] });
    const code = (await consent(url)).searchParams.get("code") ?? "";
    const first = await client.getToken({ code, redirect_uri: redirectUri });
    expect(first.expired()).toBe(false);
    const next = await first.refresh();
    expect(next.token.refresh_token).not.toBe(first.token.refresh_token);
    expect(await works(next.token.access_token)).toBe(true);
    await next.revokeAll();
    expect(await works(next.token.access_token)).toBe(false);
    const refused: Promise<AccessToken> = next.refresh();
    await expect(refused).rejects.toMatchObject({ data: { payload: { error: "invalid_grant" } } });
  });
});

describe("passport-oauth2", () => {
  interface Outcome {
    readonly redirect?: string;
    readonly user?: unknown;
    readonly failed?: unknown;
    readonly error?: unknown;
  }

  const passport = (session: object, client = web) => {
    const strategy = new OAuth2Strategy(
      {
        authorizationURL: `${server.url}/oauth/authorize`,
        tokenURL: `${server.url}/oauth/token`,
        clientID: client.clientId,
        clientSecret: String(client.clientSecret),
        callbackURL: webCallback,
        state: true,
        pkce: true,
      },
      (accessToken, refreshToken, _profile, done) => done(undefined, { accessToken, refreshToken }),
    );
    /** What passport itself does with a strategy, for one request. */
    return (query: object) =>
      new Promise<Outcome>((resolve) => {
        const one = Object.assign(Object.create(strategy), {
          redirect: (redirect: string) => resolve({ redirect }),
          success: (user: unknown) => resolve({ user }),
          fail: (failed: unknown) => resolve({ failed }),
          error: (error: unknown) => resolve({ error }),
        });
        one.authenticate({ query, session }, {});
      });
  };

  it("signs a person in with state and PKCE", async () => {
    const handle = passport({});
    const { redirect } = await handle({});
    const callback = await consent(String(redirect));
    const { user } = await handle(Object.fromEntries(callback.searchParams));
    const { accessToken, refreshToken } = user as Record<string, string>;
    expect(await works(accessToken)).toBe(true);
    expect(refreshToken).toMatch(/^cs_rt_/);
  });

  it("fails a denial with its text, and a callback of another session", async () => {
    // An app that nobody has allowed before.
    const handle = passport({}, mail);
    const denied = await consent(String((await handle({})).redirect), "deny");
    const { failed } = await handle(Object.fromEntries(denied.searchParams));
    expect(failed).toEqual({ message: "The user denied the request" });
    const callback = await consent(String((await handle({})).redirect));
    const elsewhere = await passport({}, mail)(Object.fromEntries(callback.searchParams));
    expect(elsewhere.user).toBeUndefined();
  });
});

describe("@badgateway/oauth2-client", () => {
  it.each(["client_secret_basic", "client_secret_post"] as const)(
    "discovers, exchanges with PKCE, refreshes, introspects and revokes with %s",
    async (authenticationMethod) => {
      const { clientId, clientSecret } = rotating;
      const client = new BadgatewayClient({
        ...{ server: server.url, clientId, clientSecret: String(clientSecret), authenticationMethod },
      });
      const codeVerifier = await generateCodeVerifier();
      const redirectUri = webCallback;
      const url = await client.authorizationCode.getAuthorizeUri({ redirectUri, state: "s", codeVerifier });
      const callback = await consent(url);
      const how = { redirectUri, state: "s", codeVerifier };
      const first = await client.authorizationCode.getTokenFromCodeRedirect(callback, how);
      const next = await client.refreshToken(first, { scope: ["account_access"] });
      expect(next.refreshToken).not.toBe(first.refreshToken);
      expect(await client.introspect(next)).toMatchObject({ active: true, scope: "account_access" });
      await client.revoke(next, "refresh_token");
      expect((await client.introspect(next)).active).toBe(false);
      await expect(client.refreshToken(next)).rejects.toMatchObject({ oauth2Code: "invalid_grant" });
    },
  );
});
