/** A morning's work of a developer's own app: what went well, what was refused and why, and a run of equal calls. */

import { demoApiKey } from "../../src/emulator/seed/demo.js";
import type { SignEmulator } from "../../src/testing/index.js";

export async function morning(sign: SignEmulator): Promise<void> {
  const credentials = { client_id: sign.client.clientId, client_secret: sign.client.clientSecret };
  const post = async (path: string, body: object, more: Record<string, string> = {}) => {
    const headers = { "content-type": "application/json", ...more };
    const answer = await fetch(`${sign.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, string>;
  };
  const exchange = (code: string | undefined, state: string) =>
    post("/oauth/token", { ...credentials, grant_type: "authorization_code", code, state });
  const account = (token = "") =>
    fetch(`${sign.url}/v3/account`, { headers: { authorization: `Bearer ${token}` } });

  const first = await sign.authorize({ state: "first" });
  const tokens = await exchange(first.code, "first");
  for (let call = 0; call < 25; call += 1) await account(tokens.access_token);
  const ofOwner = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };
  await post("/v3/account/create", { email_address: "alex@example.com", ...credentials }, ofOwner);
  await sign.clock.advance("1d1h");
  await account(tokens.access_token);
  await post("/oauth/token?refresh", {
    ...credentials,
    grant_type: "refresh_token",
    refresh_token: tokens.refresh_token,
  });
  const second = await sign.authorize({ state: "second", account: "jack@example.com" });
  await sign.clock.advance("1h12s");
  await exchange(second.code, "second");
}
