// The emulator under vitest: each test has one of its own, ended by `await using`.
import { startEmulator } from "@countersign/server/testing";
import { describe, expect, it } from "vitest";

const seed = {
  accounts: [{ email: "owner@example.com" }],
  apps: [
    {
      name: "My app",
      owner: "owner@example.com",
      client_id: "my-app",
      client_secret: "the secret of my app",
      oauth: { callback_url: "https://app.example.com/callback", scopes: ["account_access"] },
    },
  ],
};

describe.concurrent("the callback", () => {
  it("gets a code and the state when the person allows", async () => {
    await using sign = await startEmulator({ seed });
    const { callbackUrl, code } = await sign.authorize({ state: "s1" });
    expect(callbackUrl).toBe(`https://app.example.com/callback?code=${code}&state=s1`);
  });

  it("gets access_denied when the person denies", async () => {
    await using sign = await startEmulator({ seed });
    const { callbackUrl } = await sign.authorize({ state: "s1", decision: "deny" });
    expect(new URL(callbackUrl).searchParams.get("error")).toBe("access_denied");
  });

  it("sees a rate limit on demand, and no longer than ordered", async () => {
    await using sign = await startEmulator({ seed });
    await sign.faults.next({ operation: "accountGet", kind: "rate_limit", retryAfterSeconds: 3 });
    const limited = await fetch(`${sign.url}/v3/account`);
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3"]);
    expect((await fetch(`${sign.url}/v3/account`)).status).toBe(401);
  });
});
