/** simple-oauth2. */

import { AuthorizationCode } from "simple-oauth2";
import { type Client, unmodified } from "./client.js";

export const simpleOauth2: Client = {
  name: "simple-oauth2",
  callbackUrl: "https://web.example.com/simple-oauth2/callback",
  ways: {
    standard: unmodified,
    "dropbox-sign": {
      set: { options: { authorizationMethod: "body" } },
      why: "HTTP Basic is not read, as live",
      refused: "parameter_missing",
    },
  },
  async drive(house, settings) {
    const client = new AuthorizationCode({
      client: { id: house.clientId, secret: house.clientSecret },
      auth: { tokenHost: house.issuer },
      ...settings,
    });
    const redirectUri = house.callbackUrl;
    const callback = await house.consent(client.authorizeURL({ redirect_uri: redirectUri, state: "s" }));
    const first = await client.getToken({
      code: String(callback.searchParams.get("code")),
      redirect_uri: redirectUri,
    });
    const next = await first.refresh();
    const revoke = house.metadata ? () => next.revokeAll() : undefined;
    return { accessToken: String(next.token.access_token), revoke };
  },
};
