// What one call for a token costs that is in memory and valid: the keeper beside other clients from npm.
// Run: node bench/sdk.mjs. Nothing is sent. Compare the figures with each other, not with other machines.
import { OAuth2Client as BadgatewayClient, OAuth2Fetch } from "@badgateway/oauth2-client";
import { MemoryTokenStore, TokenKeeper } from "@countersign/sdk";
import { OAuth2Client as GoogleClient } from "google-auth-library";
import { AuthorizationCode } from "simple-oauth2";

const rounds = 9;
const calls = 100_000;
const lifetimeMs = 86_400_000;
const app = { clientId: "client", clientSecret: "secret" };

async function keeper(users) {
  const one = new TokenKeeper({ ...app, store: new MemoryTokenStore(), recheckSeconds: 86_400 });
  const token = { accessToken: "a", refreshToken: "r", tokenType: "Bearer", expiresIn: lifetimeMs / 1000 };
  for (let i = 0; i < users; i++) await one.save(`user ${i}`, token);
  let turn = 0;
  return () => one.accessToken(`user ${turn++ % users}`);
}

function simpleOAuth2() {
  const client = new AuthorizationCode({
    client: { id: app.clientId, secret: app.clientSecret },
    auth: { tokenHost: "http://127.0.0.1" },
  });
  const token = client.createToken({ access_token: "a", refresh_token: "r", expires_in: lifetimeMs / 1000 });
  // Its documented use: ask whether it has expired, refresh if so, then read it.
  return async () => (token.expired(300) ? (await token.refresh()).token : token.token).access_token;
}

function badgateway() {
  const client = new BadgatewayClient({ server: "http://127.0.0.1", ...app });
  const token = { accessToken: "a", refreshToken: "r", expiresAt: Date.now() + lifetimeMs };
  const wrapper = new OAuth2Fetch({
    client,
    getNewToken: () => token,
    getStoredToken: () => token,
    scheduleRefresh: false,
  });
  return () => wrapper.getAccessToken();
}

function google() {
  const client = new GoogleClient(app);
  client.setCredentials({ access_token: "a", refresh_token: "r", expiry_date: Date.now() + lifetimeMs });
  return async () => (await client.getAccessToken()).token;
}

async function nanosecondsPerCall(call) {
  const begin = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await call();
  return Number(process.hrtime.bigint() - begin) / calls;
}

const contenders = [
  ["@countersign/sdk, one user", await keeper(1)],
  ["@countersign/sdk, 10,000 users in turn", await keeper(10_000)],
  ["simple-oauth2, one token", simpleOAuth2()],
  ["@badgateway/oauth2-client, one token", badgateway()],
  ["google-auth-library, one token", google()],
];
const samples = contenders.map(() => []);
// In turn, so that a busy moment of the machine meets all of them.
for (let round = 0; round <= rounds; round++) {
  for (const [i, [, call]] of contenders.entries()) {
    const cost = await nanosecondsPerCall(call);
    if (round > 0) samples[i].push(cost);
  }
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const costs = samples.map(median);
const rows = contenders.map(([name], i) => [name, costs[i].toFixed(0), (costs[i] / costs[0]).toFixed(2)]);
console.log(
  `Cached access token, median of ${rounds} rounds of ${calls.toLocaleString("en")} calls, Node ${process.version}\n`,
);
console.log("| client | ns a call | against ours |\n| --- | ---: | ---: |");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
