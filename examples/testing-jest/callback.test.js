// The emulator under Jest, which loads ES modules with NODE_OPTIONS=--experimental-vm-modules.

import { startEmulator } from "@countersign/server/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

let sign;
beforeAll(async () => {
  sign = await startEmulator();
});
afterAll(() => sign.close());
beforeEach(() => sign.reset());

test("the callback gets a code and the state", async () => {
  const { callbackUrl, code } = await sign.authorize({ account: "jill@example.com", state: "s1" });
  expect(callbackUrl).toBe(`${sign.client.callbackUrl}?code=${code}&state=s1`);
});

test("a lost answer leaves the code spent", async () => {
  const { code } = await sign.authorize();
  const exchange = () =>
    fetch(`${sign.url}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_id: sign.client.clientId,
        client_secret: sign.client.clientSecret,
        code,
      }),
    });
  await sign.faults.next({ operation: "oauthTokenGenerate", kind: "lose_response" });
  await expect(exchange()).rejects.toThrow();
  expect((await exchange()).status).toBe(400);
  expect(await sign.requests({ reason: "code_used" })).toHaveLength(1);
});
