/** openid-client, with the discovery that it does by default. */

import * as openid from "openid-client";
import { type Client, unmodified } from "./client.js";

export const openidClient: Client = {
  name: "openid-client",
  callbackUrl: "https://web.example.com/openid-client/callback",
  ways: { standard: unmodified, "dropbox-sign": unmodified },
  async drive(house) {
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
