/** oidc-provider on one store. Plain OAuth tokens: an ID token would cost it a signature that ours does not make. */
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { codeChallenge, loadFor, redirectUri, serveBench } from "./ready.mjs";
import { openStore } from "./stores.mjs";

const store = await openStore(process.argv[2]);
const clients = ["same", "rotating"].map((id) => ({
  client_id: id,
  client_secret: "a-secret-of-thirty-two-characters",
  token_endpoint_auth_method: "client_secret_post",
  redirect_uris: [redirectUri],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
}));

class Adapter {
  constructor(model) {
    this.model = model;
  }
  async upsert(id, payload) {
    await store.put(`${this.model}:${id}`, payload);
  }
  async find(id) {
    return store.get(`${this.model}:${id}`);
  }
  async consume(id) {
    const payload = await store.get(`${this.model}:${id}`);
    await store.put(`${this.model}:${id}`, { ...payload, consumed: Math.floor(Date.now() / 1000) });
  }
  async destroy(id) {
    await store.delete(`${this.model}:${id}`);
  }
  async findByUid() {}
  async findByUserCode() {}
  async revokeByGrantId() {}
}

const hour = 3600;
const provider = new Provider("http://127.0.0.1", {
  adapter: Adapter,
  clients,
  findAccount: async (_ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: `${id}@example.com` }),
  }),
  claims: { openid: ["sub"], email: ["email"] },
  scopes: ["openid", "email", "offline_access", "api"],
  cookies: { keys: ["a key for cookies that are not used"] },
  features: { devInteractions: { enabled: false } },
  issueRefreshToken: async () => true,
  rotateRefreshToken: (ctx) => ctx.oidc.client.clientId === "rotating",
  ttl: { AccessToken: hour, AuthorizationCode: hour, RefreshToken: 90 * 24 * hour, Grant: 365 * 24 * hour },
});

async function prepare({ operation, count }) {
  const clientId = operation === "refresh, rotating" ? "rotating" : "same";
  const client = await provider.Client.find(clientId);
  const scope = operation === "bearer check" ? "openid email" : "api";
  const values = [];
  for (let i = 0; i < count; i++)
    values.push(await makeValue(operation, client, clientId, scope, `account${i % 1000}`));
  const access = { clientId, clientSecret: clients[0].client_secret, values };
  return loadFor(operation, { tokenPath: "/token", accountPath: "/me", proof: '"sub":"', ...access });
}

async function makeValue(operation, client, clientId, scope, accountId) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scope);
  const base = { accountId, client, grantId: await grant.save(), scope, gty: "authorization_code" };
  if (operation === "bearer check") return new provider.AccessToken(base).save();
  if (operation !== "code exchange") return new provider.RefreshToken(base).save();
  return new provider.AuthorizationCode({
    ...base,
    redirectUri,
    codeChallenge,
    codeChallengeMethod: "S256",
  }).save();
}

serveBench(createServer(provider.callback()), store, prepare);
