/** Countersign, or the live service, as a provider of Auth.js; next-auth 5, @auth/express and @auth/sveltekit take the same. */

import { customFetch } from "@auth/core";

/** A provider for `countersign serve`. `userinfo` names the account, and its email address to an app with the scope `email`. */
export function countersign({ issuer, clientId, clientSecret }) {
  return {
    id: "countersign",
    name: "Countersign",
    type: "oauth",
    checks: ["pkce", "state"],
    issuer,
    clientId,
    clientSecret,
    token: `${issuer}/oauth/token`,
    userinfo: `${issuer}/oauth/userinfo`,
  };
}

/**
 * A provider for the live service, and for `countersign dev` with its address for both URLs. PKCE is ignored there, so
 * `state` protects the callback; HTTP Basic is not read; and a `scope` is refused, which Auth.js always sends with
 * `authorization`. Without, it asks for metadata. The live service has none, so they are answered here.
 */
export function dropboxSign({ clientId, clientSecret, url, apiUrl }) {
  const metadata = { issuer: url, authorization_endpoint: `${url}/oauth/authorize` };
  return {
    id: "dropbox-sign",
    name: "Dropbox Sign",
    type: "oauth",
    checks: ["state"],
    issuer: url,
    clientId,
    clientSecret,
    client: { token_endpoint_auth_method: "client_secret_post" },
    token: `${url}/oauth/token`,
    userinfo: `${apiUrl}/v3/account`,
    profile: ({ account }) => ({ id: account.account_id, email: account.email_address }),
    [customFetch]: async (address, init) =>
      String(address).endsWith("/.well-known/openid-configuration")
        ? Response.json(metadata)
        : fetch(address, init),
  };
}

/** For `events` of Auth.js, which refreshes nothing: a TokenKeeper of @countersign/sdk does. */
export function keepTokens(keeper) {
  return {
    async signIn({ account }) {
      await keeper.save(account.providerAccountId, {
        accessToken: account.access_token,
        refreshToken: account.refresh_token,
        tokenType: "Bearer",
        expiresIn: account.expires_in,
      });
    },
  };
}
