/** What both peers made of @node-oauth/oauth2-server share: clients, records in a store, and the load for them. */
import { codeChallenge, loadFor, redirectUri } from "./ready.mjs";

const hour = 3_600_000;
const secret = "a-secret-of-thirty-two-characters";
const clients = new Map(
  ["same", "rotating"].map((id) => [
    id,
    { id, grants: ["authorization_code", "refresh_token"], redirectUris: [redirectUri] },
  ]),
);

/** Records hold times as numbers, so that both stores hold the same. */
const asDates = (record) =>
  record && {
    ...record,
    ...(record.expiresAt && { expiresAt: new Date(record.expiresAt) }),
    ...(record.accessTokenExpiresAt && { accessTokenExpiresAt: new Date(record.accessTokenExpiresAt) }),
    ...(record.refreshTokenExpiresAt && { refreshTokenExpiresAt: new Date(record.refreshTokenExpiresAt) }),
  };

/** Returns the model the library asks for. @param {ReturnType<import("./stores.mjs").openStore>} store */
export const modelOn = (store) => ({
  getClient: (id, given) => (given === secret ? clients.get(id) : false),
  getAuthorizationCode: async (code) => asDates(await store.get(`code:${code}`)),
  revokeAuthorizationCode: ({ authorizationCode }) => store.delete(`code:${authorizationCode}`),
  getRefreshToken: async (token) => asDates(await store.get(`refresh:${token}`)),
  revokeToken: ({ refreshToken }) => store.delete(`refresh:${refreshToken}`),
  getAccessToken: async (token) => asDates(await store.get(`access:${token}`)),
  saveToken: async (token, client, user) => {
    const saved = { ...token, client: { id: client.id }, user };
    const stored = {
      ...saved,
      accessTokenExpiresAt: token.accessTokenExpiresAt.getTime(),
      refreshTokenExpiresAt: token.refreshTokenExpiresAt?.getTime(),
    };
    await store.put(`access:${token.accessToken}`, stored);
    if (token.refreshToken) await store.put(`refresh:${token.refreshToken}`, stored);
    return saved;
  },
});

export const lifetimes = { accessTokenLifetime: 3600, refreshTokenLifetime: 90 * 86_400 };

/** Returns what prepares the load of an operation in a store. */
export const preparing =
  (store) =>
  async ({ operation, count }) => {
    const clientId = operation === "refresh, rotating" ? "rotating" : "same";
    const values = Array.from({ length: count }, (_, index) => makeValue(store, operation, clientId, index));
    const access = { clientId, clientSecret: secret, values, proof: '"sub":"' };
    return loadFor(operation, { tokenPath: "/token", accountPath: "/account", ...access });
  };

let made = 0;
function makeValue(store, operation, clientId, index) {
  const value = `value-${made++}-of-a-length-like-that-of-real-ones`;
  const record = { client: { id: clientId }, user: { id: `account${index % 1000}` }, scope: ["api"] };
  if (operation === "bearer check")
    store.put(`access:${value}`, { ...record, accessToken: value, accessTokenExpiresAt: Date.now() + hour });
  else if (operation === "code exchange") {
    const pkce = { codeChallenge, codeChallengeMethod: "S256" };
    const code = { ...record, ...pkce, authorizationCode: value, redirectUri, expiresAt: Date.now() + hour };
    store.put(`code:${value}`, code);
  } else {
    const expiry = { refreshTokenExpiresAt: Date.now() + 90 * 24 * hour };
    store.put(`refresh:${value}`, { ...record, ...expiry, refreshToken: value });
  }
  return value;
}
