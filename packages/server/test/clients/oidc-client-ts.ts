/** oidc-client-ts, as it is in a page without a server: no secret, metadata by discovery. */

import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from "oidc-client-ts";
import { type Client, unmodified } from "./client.js";

export const oidcClientTs: Client = {
  name: "oidc-client-ts",
  callbackUrl: "https://page.example.com/callback",
  public: true,
  inPage: true,
  ways: {
    standard: unmodified,
    "dropbox-sign": {
      not: "a program without a secret is refused: nothing would bind its codes to it",
      refused: "client_not_allowed",
    },
  },
  async drive(house, settings) {
    const client = new OidcClient({
      ...{ authority: house.issuer, client_id: house.clientId, redirect_uri: house.callbackUrl },
      ...(!house.metadata && {
        metadata: {
          issuer: house.issuer,
          authorization_endpoint: house.authorizeUrl,
          token_endpoint: house.tokenUrl,
        },
      }),
      stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      ...settings,
    });
    const { url } = await client.createSigninRequest({});
    const first = await client.processSigninResponse(String(await house.consent(url)));
    const state = {
      ...{ refresh_token: String(first.refresh_token), scope: first.scope ?? "", profile: first.profile },
      ...{ id_token: "", session_state: null, data: undefined },
    };
    const next = await client.useRefreshToken({ state });
    const { access_token: accessToken } = next;
    return { accessToken, revoke: () => client.revokeToken(accessToken, "access_token") };
  },
};
