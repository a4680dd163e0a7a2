/** oauth4webapi, with the discovery that it does by default. */

import * as oauth from "oauth4webapi";
import { type Client, type House, unmodified } from "./client.js";

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

export const oauth4webapi: Client = {
  name: "oauth4webapi",
  callbackUrl: "https://web.example.com/oauth4webapi/callback",
  ways: { standard: unmodified, "dropbox-sign": unmodified },
  async drive(house) {
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
