/** @node-oauth/oauth2-server on `node:http` and one store. */
import { createServer } from "node:http";
import OAuth2Server from "@node-oauth/oauth2-server";
import { codeChallenge, loadFor, redirectUri, serveBench } from "./ready.mjs";
import { openStore } from "./stores.mjs";

const { Request, Response } = OAuth2Server;
const store = openStore(process.argv[2]);
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

const model = {
  getClient: (id, given) => (given === secret ? clients.get(id) : false),
  getAuthorizationCode: (code) => asDates(store.get(`code:${code}`)),
  revokeAuthorizationCode: ({ authorizationCode }) => store.delete(`code:${authorizationCode}`),
  getRefreshToken: (token) => asDates(store.get(`refresh:${token}`)),
  revokeToken: ({ refreshToken }) => store.delete(`refresh:${refreshToken}`),
  getAccessToken: (token) => asDates(store.get(`access:${token}`)),
  saveToken: (token, client, user) => {
    const saved = { ...token, client: { id: client.id }, user };
    const stored = {
      ...saved,
      accessTokenExpiresAt: token.accessTokenExpiresAt.getTime(),
      refreshTokenExpiresAt: token.refreshTokenExpiresAt?.getTime(),
    };
    store.put(`access:${token.accessToken}`, stored);
    if (token.refreshToken) store.put(`refresh:${token.refreshToken}`, stored);
    return saved;
  },
};
const lifetimes = { accessTokenLifetime: 3600, refreshTokenLifetime: 90 * 86_400 };
const rotating = new OAuth2Server({ model, ...lifetimes, alwaysIssueNewRefreshToken: true });
const same = new OAuth2Server({ model, ...lifetimes, alwaysIssueNewRefreshToken: false });

const server = createServer((request, response) => {
  const { method, headers, url } = request;
  if (url === "/account") return account(request, response);
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const answer = new Response({ headers: {} });
    const oauth = body.client_id === "same" && body.grant_type === "refresh_token" ? same : rotating;
    await oauth.token(new Request({ method, headers, query: {}, body }), answer).catch(() => {});
    send(response, answer.status, answer.headers, answer.body);
  });
});

async function account({ method, headers }, response) {
  const answer = new Response({ headers: {} });
  try {
    const token = await same.authenticate(new Request({ method, headers, query: {} }), answer);
    send(response, 200, answer.headers, { sub: token.user.id, email: `${token.user.id}@example.com` });
  } catch (error) {
    send(response, error.code ?? 500, answer.headers, { error: error.name });
  }
}

function send(response, status, headers, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

async function prepare({ operation, count }) {
  const clientId = operation === "refresh, rotating" ? "rotating" : "same";
  const values = Array.from({ length: count }, (_, index) => makeValue(operation, clientId, index));
  const access = { clientId, clientSecret: secret, values, proof: '"sub":"' };
  return loadFor(operation, { tokenPath: "/token", accountPath: "/account", ...access });
}

let made = 0;
function makeValue(operation, clientId, index) {
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

serveBench(server, store, prepare);
