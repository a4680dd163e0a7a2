// The emulator under node:test: node --test
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { startEmulator } from "@countersign/server/testing";

let sign;
before(async () => {
  sign = await startEmulator();
});
after(() => sign.close());
beforeEach(() => sign.reset());

const post = (query, body) =>
  fetch(`${sign.url}/oauth/token${query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_id: sign.client.clientId,
      client_secret: sign.client.clientSecret,
      ...body,
    }),
  });

test("a code becomes a token, which ends after a day and is refreshed", async () => {
  const { code, state } = await sign.authorize({ account: "jill@example.com", state: "900e06e2" });
  const tokens = await (await post("", { grant_type: "authorization_code", code, state })).json();
  const account = (token) =>
    fetch(`${sign.url}/v3/account`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await account(tokens.access_token)).status, 200);

  await sign.clock.advance("24h");
  assert.equal((await account(tokens.access_token)).status, 401);

  const { refresh_token } = tokens;
  const next = await (await post("?refresh", { grant_type: "refresh_token", refresh_token })).json();
  assert.equal((await account(next.access_token)).status, 200);
});

test("a refusal says why in the log", async () => {
  const { code } = await sign.authorize();
  await sign.clock.advance("1h12s");
  assert.equal((await post("", { grant_type: "authorization_code", code })).status, 400);
  const [refused] = await sign.requests({ reason: "code_expired" });
  assert.equal(refused.detail, "the code expired 12 s ago");
});
