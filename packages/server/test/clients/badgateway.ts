/** @badgateway/oauth2-client, with its discovery. */

import { generateCodeVerifier, OAuth2Client } from "@badgateway/oauth2-client";
import { type Client, unmodified, type Way } from "./client.js";

const body: Way = {
  set: { authenticationMethod: "client_secret_post" },
  why: "HTTP Basic is not read, as live",
  refused: "parameter_missing",
};

export const badgateway: Client = {
  name: "@badgateway/oauth2-client",
  callbackUrl: "https://web.example.com/badgateway/callback",
  ways: { standard: unmodified, "dropbox-sign": body },
  async drive(house, settings) {
    const client = new OAuth2Client({
      ...{ server: house.issuer, clientId: house.clientId, clientSecret: house.clientSecret },
      ...(!house.metadata && {
        authorizationEndpoint: house.authorizeUrl,
        tokenEndpoint: house.tokenUrl,
      }),
      ...settings,
    });
    const codeVerifier = await generateCodeVerifier();
    const how = { redirectUri: house.callbackUrl, state: "s", codeVerifier };
    const callback = await house.consent(await client.authorizationCode.getAuthorizeUri(how));
    const first = await client.authorizationCode.getTokenFromCodeRedirect(callback, how);
    const next = await client.refreshToken(first);
    if (!house.metadata) return { accessToken: next.accessToken };
    if (!(await client.introspect(next)).active) throw new Error("the token is not active");
    return { accessToken: next.accessToken, revoke: () => client.revoke(next, "access_token") };
  },
};
