/** openid-client, with the discovery that it does by default. */

import type { CryptoKey } from "jose";
import * as openid from "openid-client";
import { type Client, type House, type Outcome, unmodified } from "./client.js";

/** The same with a pushed request, assertions, and tokens that are bound to a key. */
async function driveBound(house: House, key: CryptoKey): Promise<Outcome> {
  const insecure = { execute: [openid.allowInsecureRequests] };
  const authentication = openid.PrivateKeyJwt(key);
  const server = new URL(house.issuer);
  const config = await openid.discovery(server, house.clientId, undefined, authentication, insecure);
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair("ES256"));
  const [pkceCodeVerifier, expectedState] = [openid.randomPKCECodeVerifier(), openid.randomState()];
  const asked = {
    ...{ redirect_uri: house.callbackUrl, state: expectedState, code_challenge_method: "S256" },
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
  };
  const url = await openid.buildAuthorizationUrlWithPAR(config, asked, { DPoP });
  const checks = { pkceCodeVerifier, expectedState };
  const callback = await house.consent(url);
  const first = await openid.authorizationCodeGrant(config, callback, checks, undefined, { DPoP });
  const next = await openid.refreshTokenGrant(config, String(first.refresh_token), undefined, { DPoP });
  const token = next.access_token;
  if (next.token_type !== "dpop") throw new Error(`the token is of the type ${next.token_type}`);
  const read = () => {
    const call = [config, token, new URL(house.accountUrl), "GET", undefined, undefined, { DPoP }] as const;
    return openid.fetchProtectedResource(...call);
  };
  if ((await read()).status !== 200) throw new Error("the token does not open the API");
  const told = await openid.tokenIntrospection(config, token);
  if (!told.active || told.cnf === undefined) throw new Error("the token is not active, or not bound");
  const revoke = async () => {
    await openid.tokenRevocation(config, token);
    if (await read().then(isGood, () => false)) throw new Error("the token opens the API yet");
  };
  return { revoke };
}

const isGood = ({ ok }: Response) => ok;

export const openidClient: Client = {
  name: "openid-client",
  callbackUrl: "https://web.example.com/openid-client/callback",
  ways: { standard: unmodified, "dropbox-sign": unmodified, fapi2: unmodified },
  async drive(house) {
    if (house.key !== undefined) return driveBound(house, house.key);
    const { clientId, clientSecret } = house;
    const insecure = { execute: [openid.allowInsecureRequests] };
    const config = house.metadata
      ? await openid.discovery(new URL(house.issuer), clientId, clientSecret, undefined, insecure)
      : new openid.Configuration(
          {
            issuer: house.issuer,
            authorization_endpoint: house.authorizeUrl,
            token_endpoint: house.tokenUrl,
          },
          clientId,
          clientSecret,
        );
    openid.allowInsecureRequests(config);
    const [pkceCodeVerifier, expectedState] = [openid.randomPKCECodeVerifier(), openid.randomState()];
    const url = openid.buildAuthorizationUrl(config, {
      ...{ redirect_uri: house.callbackUrl, state: expectedState, code_challenge_method: "S256" },
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    });
    const checks = { pkceCodeVerifier, expectedState };
    const first = await openid.authorizationCodeGrant(config, await house.consent(url), checks);
    const next = await openid.refreshTokenGrant(config, String(first.refresh_token));
    if (!house.metadata) return { accessToken: next.access_token };
    const asked = await openid.tokenIntrospection(config, next.access_token);
    if (!asked.active) throw new Error("the token is not active");
    const revoke = () => openid.tokenRevocation(config, next.access_token);
    return { accessToken: next.access_token, revoke };
  },
};
