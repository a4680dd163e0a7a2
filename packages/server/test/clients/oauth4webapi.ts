/** oauth4webapi, with the discovery that it does by default. */

import type { CryptoKey } from "jose";
import * as oauth from "oauth4webapi";
import { type Client, type House, type Outcome, unmodified } from "./client.js";

const insecure = { [oauth.allowInsecureRequests]: true };

async function serverOf(house: House): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(house.issuer);
  if (house.metadata)
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  return {
    issuer: house.issuer,
    authorization_endpoint: house.authorizeUrl,
    token_endpoint: house.tokenUrl,
  };
}

/** Asks again with the nonce that the server wants in a proof, which the handle has noted. */
async function withNonce<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return ask();
  }
}

/** The same with a pushed request, assertions, and tokens that are bound to a key. */
async function driveBound(house: House, key: CryptoKey): Promise<Outcome> {
  const as = await serverOf(house);
  const client: oauth.Client = { client_id: house.clientId };
  const how = oauth.PrivateKeyJwt(key);
  const options = { ...insecure, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const asked = new URLSearchParams({
    ...{ response_type: "code", redirect_uri: house.callbackUrl, state, code_challenge_method: "S256" },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  const { request_uri } = await withNonce(async () =>
    oauth.processPushedAuthorizationResponse(
      ...([as, client] as const),
      await oauth.pushedAuthorizationRequest(as, client, how, asked, options),
    ),
  );
  const url = new URL(String(as.authorization_endpoint));
  url.search = new URLSearchParams({ client_id: house.clientId, request_uri }).toString();
  const callback = oauth.validateAuthResponse(as, client, await house.consent(url), state);
  const grant = [as, client, how, callback, house.callbackUrl, verifier, options] as const;
  const first = await withNonce(async () =>
    oauth.processAuthorizationCodeResponse(as, client, await oauth.authorizationCodeGrantRequest(...grant)),
  );
  const again = [as, client, how, String(first.refresh_token), options] as const;
  const { access_token: token, token_type } = await withNonce(async () =>
    oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(...again)),
  );
  if (token_type !== "dpop") throw new Error(`the token is of the type ${token_type}`);
  const read = () => {
    const call = [token, "GET", new URL(house.accountUrl), undefined, null, options] as const;
    return withNonce(() => oauth.protectedResourceRequest(...call));
  };
  if ((await read()).status !== 200) throw new Error("the token does not open the API");
  const told = await oauth.introspectionRequest(as, client, how, token, insecure);
  const { active, cnf } = await oauth.processIntrospectionResponse(as, client, told);
  if (!active || cnf === undefined) throw new Error("the token is not active, or not bound");
  const revoke = async () => {
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, how, token, insecure));
    if (await read().then(isGood, () => false)) throw new Error("the token opens the API yet");
  };
  return { revoke };
}

const isGood = ({ ok }: Response) => ok;

export const oauth4webapi: Client = {
  name: "oauth4webapi",
  callbackUrl: "https://web.example.com/oauth4webapi/callback",
  ways: { standard: unmodified, "dropbox-sign": unmodified, fapi2: unmodified },
  async drive(house) {
    if (house.key !== undefined) return driveBound(house, house.key);
    const as = await serverOf(house);
    const client = { client_id: house.clientId };
    const how = oauth.ClientSecretPost(house.clientSecret);
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const url = new URL(String(as.authorization_endpoint));
    url.search = new URLSearchParams({
      ...{ client_id: house.clientId, response_type: "code", redirect_uri: house.callbackUrl, state },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" },
    }).toString();
    const callback = oauth.validateAuthResponse(as, client, await house.consent(url), state);
    const grant = [as, client, how, callback, house.callbackUrl, verifier, insecure] as const;
    const answer = await oauth.authorizationCodeGrantRequest(...grant);
    const first = await oauth.processAuthorizationCodeResponse(as, client, answer);
    const again = [as, client, how, String(first.refresh_token), insecure] as const;
    const refreshed = await oauth.refreshTokenGrantRequest(...again);
    const { access_token: token } = await oauth.processRefreshTokenResponse(as, client, refreshed);
    if (!house.metadata) return { accessToken: token };
    const asked = await oauth.introspectionRequest(as, client, how, token, insecure);
    const { active } = await oauth.processIntrospectionResponse(as, client, asked);
    if (!active) throw new Error("the token is not active");
    const revoke = async () =>
      oauth.processRevocationResponse(await oauth.revocationRequest(as, client, how, token, insecure));
    return { accessToken: token, revoke };
  },
};
