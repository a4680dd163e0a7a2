/** Clients of others drive the fapi2 profile whole: a pushed request, bound tokens, their use and their renewal. */

import type { CryptoKey } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jack, type TestServer } from "../support/server.js";
import { UserAgent } from "../support/user-agent.js";
import { callbackUrl, type Keyed, startFapi2 } from "./client.js";

let server: TestServer;
let one: Keyed;
let key: CryptoKey;
beforeAll(async () => {
  ({ server, one } = await startFapi2());
  const pkcs8 = one.key.export({ format: "der", type: "pkcs8" });
  key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
  ]);
});
afterAll(() => server.close());

/** The server's clock stands still; the clients go by the machine's. */
const skew = () => Math.floor((server.clock.now() - Date.now()) / 1000);

/** A person is sent where the client says, and comes back. */
const goTo = (url: URL) => new UserAgent(server.url).authorize(url.search.slice(1), jack);

it("oauth4webapi", async () => {
  const options = { [oauth.allowInsecureRequests]: true } as const;
  const issuer = new URL(server.url);
  const as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { ...options, algorithm: "oauth2" }),
  );
  const client: oauth.Client = { client_id: one.clientId, [oauth.clockSkew]: skew() };
  const authentication = oauth.PrivateKeyJwt(key);
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  const verifier = oauth.generateRandomCodeVerifier();
  const withNonce = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return ask();
    }
  };

  const parameters = new URLSearchParams({
    ...{ response_type: "code", redirect_uri: callbackUrl, state: "s", code_challenge_method: "S256" },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  const push = async () => {
    const more = { ...options, DPoP };
    const answer = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, more);
    return oauth.processPushedAuthorizationResponse(as, client, answer);
  };
  const { request_uri: requestUri } = await withNonce(push);
  const url = new URL(String(as.authorization_endpoint));
  url.search = new URLSearchParams({ client_id: one.clientId, request_uri: requestUri }).toString();
  const answer = oauth.validateAuthResponse(as, client, await goTo(url), "s");
  const exchange = async () =>
    oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, callbackUrl, verifier, {
        ...{ ...options, DPoP },
      }),
    );
  const tokens = await withNonce(exchange);
  expect(tokens.token_type).toBe("dpop");
  const api = new URL(`${server.url}/v3/account`);
  const read = () =>
    oauth.protectedResourceRequest(tokens.access_token, "GET", api, undefined, null, { ...options, DPoP });
  expect((await withNonce(read)).status).toBe(200);
  const more = { ...options, DPoP };
  const renew = async () =>
    oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, authentication, String(tokens.refresh_token), more),
    );
  expect((await withNonce(renew)).token_type).toBe("dpop");
});

it("openid-client", async () => {
  const config = await openid.discovery(
    new URL(server.url),
    one.clientId,
    { [openid.clockSkew]: skew() },
    openid.PrivateKeyJwt(key),
    { algorithm: "oauth2", execute: [openid.allowInsecureRequests] },
  );
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair("ES256"));
  const verifier = openid.randomPKCECodeVerifier();
  const url = await openid.buildAuthorizationUrlWithPAR(
    config,
    {
      ...{ redirect_uri: callbackUrl, state: "s", code_challenge_method: "S256" },
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    },
    { DPoP },
  );
  expect([...url.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
  const checks = { expectedState: "s", pkceCodeVerifier: verifier };
  const tokens = await openid.authorizationCodeGrant(config, await goTo(url), checks, undefined, { DPoP });
  expect(tokens.token_type).toBe("dpop");
  const api = new URL(`${server.url}/v3/account`);
  const read = await openid.fetchProtectedResource(
    ...([config, tokens.access_token, api, "GET", undefined, undefined, { DPoP }] as const),
  );
  expect(read.status).toBe(200);
  const renewed = await openid.refreshTokenGrant(config, String(tokens.refresh_token), undefined, { DPoP });
  expect(renewed.token_type).toBe("dpop");
});
