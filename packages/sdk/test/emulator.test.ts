/** The test kit of the server, as a user of both packages takes it: a keeper against the emulator in one line. */
import { connectEmulator, startEmulator } from "@countersign/server/testing";
import { describe, expect, it } from "vitest";
import { AccountApi, AuthorizationFlow, cookieState, MemoryTokenStore, TokenKeeper } from "../src/index.js";

describe.each(["dropbox-sign", "standard"] as const)(
  "a keeper against the emulator, profile %s",
  (profile) => {
    it("takes the app, the address and the clock of the emulator, and tokens of its logins", async () => {
      await using sign = await startEmulator({ profile });
      const keeper = new TokenKeeper({ ...sign.sdk, store: new MemoryTokenStore() });
      await keeper.save("jill", await sign.login());
      const first = await keeper.accessToken("jill");
      const { account } = await new AccountApi(sign.url, { tokens: keeper, userId: "jill" }).accountGet();
      expect(account.emailAddress).toBe(sign.account);
      await sign.clock.advance("2d");
      expect(await keeper.accessToken("jill")).not.toBe(first);
      expect(await sign.requests({ operation: "oauthTokenRefresh" })).toHaveLength(1);
    });

    it("is not logged out by answers that are lost, and refreshes once for many callers", async () => {
      await using sign = await startEmulator({ profile, clock: "2027-01-01T00:00:00Z" });
      const store = new MemoryTokenStore();
      const keepers = [1, 2].map(() => new TokenKeeper({ ...sign.sdk, store }));
      await keepers[0]?.save("jill", await sign.login());
      for (let round = 0; round < 5; round++) {
        await sign.faults.next({ kind: "lose_response", operation: "oauthTokenRefresh" });
        await sign.clock.advance("2d");
        const tokens = await Promise.all(keepers.map((keeper) => keeper.accessToken("jill")));
        expect(new Set(tokens).size).toBe(1);
      }
      expect(await sign.requests({ operation: "oauthTokenRefresh" })).toHaveLength(10);
    });

    it("logs in through a flow with the same options", async () => {
      await using sign = await startEmulator({ profile });
      const state = cookieState({ secret: "0123456789abcdef0123456789abcdef", now: sign.sdk.now });
      const flow = new AuthorizationFlow({ ...sign.sdk, state, pkce: profile === "standard" });
      const { url, setCookie } = await flow.begin();
      expect(new URL(url).searchParams.get("redirect_uri")).toBe(sign.client.callbackUrl);
      expect(setCookie).toContain("oauth-state-");
    });

    it("over a connection follows the clock as the test moves it", async () => {
      await using sign = await startEmulator({ profile, clock: "2027-01-01T00:00:00Z" });
      const remote = await connectEmulator(sign.url, { client: sign.client });
      expect(remote.sdk.now()).toBe(Date.parse("2027-01-01T00:00:00Z"));
      await remote.clock.advance("1h");
      expect(remote.sdk.now()).toBe(sign.sdk.now());
      await remote.reset();
      expect(remote.sdk.now()).toBe(sign.sdk.now());
      await remote.clock.unfreeze();
      expect(Math.abs(remote.sdk.now() - sign.sdk.now())).toBeLessThan(5000);
    });

    it("says what the server said when a login cannot be exchanged", async () => {
      await using sign = await startEmulator({ profile });
      await expect(sign.login({ decision: "deny" })).rejects.toThrow(/The code was not exchanged/);
      await sign.faults.next({ kind: "error", operation: "oauthTokenGenerate", status: 503 });
      await expect(sign.login()).rejects.toThrow(/The code was not exchanged/);
    });
  },
);
