/** The whole flow, driven by clients that know nothing of this server: the official SDK, ours, and two general ones. */

import * as DropboxSign from "@dropbox/sign";
import * as openid from "openid-client";
import { AuthorizationCode } from "simple-oauth2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AccountApi,
  ApiError,
  AuthorizationFlow,
  MemoryStateStore,
  OAuthApi,
  storedState,
} from "../../../sdk/src/index.js";
import { send } from "../support/http.js";
import {
  callbackUrl,
  demo,
  jack,
  jill,
  jillsApiKey,
  startServer,
  type TestServer,
} from "../support/server.js";
import { account } from "../support/tokens.js";
import { newCode, UserAgent } from "../support/user-agent.js";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** What the person's browser does with an authorization URL, whoever made it. */
function consent(url: string | URL, decision: "allow" | "deny" = "allow"): Promise<URL> {
  return new UserAgent(server.url).authorize(new URL(url).search.slice(1), jack, decision);
}

describe("the official Node SDK, unmodified", () => {
  const oauth = () => new DropboxSign.OAuthApi(server.url);
  const accountWith = async (accessToken: string | undefined) => {
    const accounts = new DropboxSign.AccountApi(`${server.url}/v3`);
    accounts.accessToken = accessToken ?? "";
    return (await accounts.accountGet()).body.account;
  };

  it.each(["", "/v3"])("exchanges, reads the account and refreshes, with the base path %j", async (base) => {
    const api = new DropboxSign.OAuthApi(`${server.url}${base}`);
    const code = await newCode(server, demo, jack, { state: "900e06e2" });
    const { body: first, response } = await api.oauthTokenGenerate({
      clientId: demo.clientId,
      clientSecret: demo.clientSecret,
      code,
      state: "900e06e2",
      grantType: "authorization_code",
    });
    expect(response.status).toBe(200);
    expect(first).toMatchObject({ tokenType: "Bearer", expiresIn: 86_400, state: "900e06e2" });
    expect((await accountWith(first.accessToken))?.emailAddress).toBe(jack.email);

    const refreshToken = first.refreshToken as string;
    const { body: second } = await api.oauthTokenRefresh({ grantType: "refresh_token", refreshToken });
    expect(second).toMatchObject({ refreshToken, tokenType: "Bearer", expiresIn: 86_400 });
    expect(second.accessToken).not.toBe(first.accessToken);
    expect((await accountWith(second.accessToken))?.emailAddress).toBe(jack.email);
  });

  it("works without grant_type: the query key refresh says which operation is meant", async () => {
    const code = await newCode(server, demo, jack);
    const generate = { clientId: demo.clientId, clientSecret: demo.clientSecret, code, state: "" };
    const { body: first } = await oauth().oauthTokenGenerate({ ...generate, grantType: undefined as never });
    const refreshToken = first.refreshToken as string;
    const { body: second } = await oauth().oauthTokenRefresh({ refreshToken, grantType: undefined as never });
    expect(second.refreshToken).toBe(refreshToken);
  });

  it("reads the account of an API key", async () => {
    const accounts = new DropboxSign.AccountApi(`${server.url}/v3`);
    accounts.username = jillsApiKey;
    const { account } = (await accounts.accountGet()).body;
    expect(account?.emailAddress).toBe(jill.email);
    expect(account?.accountId).toMatch(/^[0-9a-f]{40}$/);
    expect(account?.quotas?.documentsLeft).toBe(3);
  });

  it("raises its own error with the API's error object", async () => {
    const refused = oauth().oauthTokenRefresh({ grantType: "refresh_token", refreshToken: "x" });
    const error = (await refused.catch((caught: unknown) => caught)) as DropboxSign.HttpError;
    expect(error).toBeInstanceOf(DropboxSign.HttpError);
    expect(error.statusCode).toBe(400);
    expect(error.body.error).toMatchObject({
      errorMsg: "Invalid grant data (refresh token)",
      errorName: "bad_request",
    });
  });
});

describe("our SDK", () => {
  const flow = () =>
    new AuthorizationFlow({
      clientId: demo.clientId,
      clientSecret: demo.clientSecret,
      state: storedState({ store: new MemoryStateStore() }),
      config: server.url,
    });

  it("goes from the authorization URL to a token that opens the API, and refreshes it", async () => {
    const client = flow();
    const { url } = await client.begin({ binding: "session-1" });
    const callback = await consent(url);
    const outcome = await client.handleCallback(callback, "session-1");
    if (outcome.outcome !== "authorized") throw new Error(outcome.outcome);
    expect(outcome.token).toMatchObject({ tokenType: "Bearer", expiresIn: 86_400 });
    expect(outcome.token.state).toBe(callback.searchParams.get("state"));

    const accountApi = new AccountApi({ baseUrl: server.url, accessToken: outcome.token.accessToken });
    expect((await accountApi.accountGet()).account.emailAddress).toBe(jack.email);
    const refreshToken = outcome.token.refreshToken as string;
    const second = await new OAuthApi(server.url).oauthTokenRefreshWithHttpInfo({ refreshToken });
    expect(second.statusCode).toBe(200);
    expect(second.data.refreshToken).toBe(refreshToken);
    expect((await account(server, second.data.accessToken)).status).toBe(200);
  });

  it("tells a person's refusal as an outcome", async () => {
    const client = flow();
    const { url } = await client.begin({ binding: "session-1" });
    expect(await client.handleCallback(await consent(url, "deny"), "session-1")).toMatchObject({
      outcome: "denied",
    });
  });

  it("raises an ApiError with the API's name and text", async () => {
    const refused = new OAuthApi(server.url).oauthTokenRefresh({ refreshToken: "x" });
    const error = (await refused.catch((caught: unknown) => caught)) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect([error.code, error.errorName, error.errorMsg]).toEqual([
      400,
      "bad_request",
      "Invalid grant data (refresh token)",
    ]);
  });
});

describe("openid-client, which never sends state to the token endpoint and always redirect_uri", () => {
  const configuration = () => {
    const config = new openid.Configuration(
      {
        issuer: server.url,
        authorization_endpoint: `${server.url}/oauth/authorize`,
        token_endpoint: `${server.url}/oauth/token`,
      },
      demo.clientId,
      undefined,
      openid.ClientSecretPost(demo.clientSecret),
    );
    openid.allowInsecureRequests(config);
    return config;
  };

  it("exchanges, reads and refreshes", async () => {
    const config = configuration();
    const state = openid.randomState();
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: callbackUrl, state });
    const first = await openid.authorizationCodeGrant(config, await consent(url), { expectedState: state });
    expect(first.expires_in).toBe(86_400);
    expect(first.state).toBeUndefined();
    expect((await account(server, first.access_token)).status).toBe(200);
    const second = await openid.refreshTokenGrant(config, first.refresh_token as string);
    expect(second.refresh_token).toBe(first.refresh_token);
    expect((await account(server, second.access_token)).status).toBe(200);
  });

  it("sends a PKCE challenge without harm, though the profile does not check it", async () => {
    const config = configuration();
    const state = openid.randomState();
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: callbackUrl,
      state,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const checks = { expectedState: state, pkceCodeVerifier };
    const tokens = await openid.authorizationCodeGrant(config, await consent(url), checks);
    expect(tokens.token_type).toBe("bearer");
  });

  it("reads a refusal as the error of RFC 6749", async () => {
    const refused = openid.refreshTokenGrant(configuration(), "x");
    const error = (await refused.catch((caught: unknown) => caught)) as openid.ResponseBodyError;
    expect(error).toBeInstanceOf(openid.ResponseBodyError);
    expect([error.status, error.error, error.error_description]).toEqual([
      400,
      "invalid_grant",
      "Invalid grant data (refresh token)",
    ]);
  });

  it("reads a refusal at the callback", async () => {
    const config = configuration();
    const state = openid.randomState();
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: callbackUrl, state });
    const denied = openid.authorizationCodeGrant(config, await consent(url, "deny"), {
      expectedState: state,
    });
    const error = (await denied.catch((caught: unknown) => caught)) as openid.AuthorizationResponseError;
    expect(error).toBeInstanceOf(openid.AuthorizationResponseError);
    expect(error.error).toBe("access_denied");
  });
});

describe("simple-oauth2, which refreshes at the token endpoint without ?refresh", () => {
  const client = (options: object = {}) =>
    new AuthorizationCode({
      client: { id: demo.clientId, secret: demo.clientSecret },
      auth: { tokenHost: server.url, tokenPath: "/oauth/token", authorizePath: "/oauth/authorize" },
      options: { authorizationMethod: "body", ...options },
    });
  const codeFor = async (one: AuthorizationCode) => {
    const callback = await consent(one.authorizeURL({ redirect_uri: callbackUrl, state: "xyz" }));
    expect(callback.searchParams.get("state")).toBe("xyz");
    return callback.searchParams.get("code") as string;
  };

  it.each(["form", "json"])("exchanges, reads and refreshes with bodies of %s", async (bodyFormat) => {
    const one = client({ bodyFormat });
    const first = await one.getToken({ code: await codeFor(one), redirect_uri: callbackUrl });
    expect(first.token).toMatchObject({ token_type: "Bearer", expires_in: 86_400 });
    const second = await first.refresh();
    expect(second.token.refresh_token).toBe(first.token.refresh_token);
    expect((await account(server, String(second.token.access_token))).status).toBe(200);
  });

  it("is refused when it authenticates by HTTP Basic, which the live service does not read", async () => {
    const one = client({ authorizationMethod: "header" });
    const refused = one.getToken({ code: await codeFor(one), redirect_uri: callbackUrl });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      output: { statusCode: 400 },
      data: {
        payload: { error: "invalid_request", error_description: "Parameter client_id is missing" },
      },
    });
  });
});

it("ignores an API key in the Authorization header of a token request, as old SDKs send it", async () => {
  const code = await newCode(server, demo, jack);
  const body = { client_id: demo.clientId, client_secret: demo.clientSecret, code };
  const answer = await send(`${server.url}/oauth/token`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from(`${jillsApiKey}:`).toString("base64")}`,
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
});
