/** better-auth with its plugin for any OAuth server. */

import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { genericOAuth } from "better-auth/plugins";
import { type Client, unmodified } from "./client.js";
import { CookieJar } from "./cookie-jar.js";

const origin = "https://web.example.com";

export const betterAuthClient: Client = {
  name: "better-auth",
  callbackUrl: `${origin}/api/auth/callback/countersign`,
  ways: { standard: unmodified, "dropbox-sign": unmodified },
  async drive(house, settings) {
    const provider = {
      ...{ providerId: "countersign", clientId: house.clientId, clientSecret: house.clientSecret },
      ...(house.metadata
        ? { discoveryUrl: `${house.issuer}/.well-known/openid-configuration` }
        : { authorizationUrl: house.authorizeUrl, tokenUrl: house.tokenUrl }),
      getUserInfo: async ({ accessToken }: { accessToken?: string | undefined }) => {
        const answer = await fetch(house.accountUrl, { headers: { authorization: `Bearer ${accessToken}` } });
        const { account } = (await answer.json()) as { account: Record<string, string> };
        const [id, email] = [String(account.account_id), String(account.email_address)];
        return { id, email, name: email, emailVerified: true };
      },
      ...settings,
    };
    const tables = { user: [], session: [], account: [], verification: [] };
    const auth = betterAuth({
      ...{ baseURL: origin, secret: "a secret of the tests, long enough to be one" },
      database: memoryAdapter(tables),
      plugins: [genericOAuth({ config: [provider] })],
      logger: { disabled: true },
      telemetry: { enabled: false },
    });
    const jar = new CookieJar(origin, (request) => auth.handler(request));
    const wish = { provider: "countersign", callbackURL: "/done" };
    const start = (await (await jar.postJson("/api/auth/sign-in/social", wish)).json()) as { url: string };
    await jar.fetch(await house.consent(start.url));
    const accounts = (await (await jar.fetch("/api/auth/list-accounts")).json()) as { id: string }[];
    const answer = await jar.postJson("/api/auth/refresh-token", { accountId: accounts[0]?.id });
    const refreshed = (await answer.json()) as { accessToken?: string };
    if (refreshed.accessToken === undefined) throw new Error(`not refreshed: ${JSON.stringify(refreshed)}`);
    return { accessToken: refreshed.accessToken };
  },
};
