import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { createCountersign } from "../../src/app.js";
import { KeyRing } from "../../src/crypto/key-ring.js";
import { silentLog } from "../../src/log.js";
import { standard } from "../../src/oauth/profile/standard.js";
import { openSqliteStorage } from "../../src/storage/sqlite/sqlite-storage.js";

it("stores no client_id as it was sent in the key of a limit: who swaps the credentials sends the secret there", async () => {
  const storage = openSqliteStorage(":memory:");
  const limit = { capacity: 10, periodSeconds: 60 };
  const { server } = createCountersign({
    profile: standard,
    storage,
    ring: new KeyRing(["Zb1xK7Qm2vTn9LrP4sWd8HfYc3GjU6Ae"]),
    log: silentLog,
    now: () => 1_000_000,
    randomBytes,
    issuer: () => "http://127.0.0.1:4010",
    rateLimits: { client: limit, address: limit, account: limit },
  });
  const payload = {
    grant_type: "refresh_token",
    refresh_token: "x",
    client_id: "1d14434088507ffa390e6f5528465",
  };
  const answer = await server.inject({ method: "POST", url: "/oauth/token", payload });
  expect(answer.headers["x-ratelimit-limit"]).toBe("10");
  const keys = storage.database
    .prepare("SELECT key FROM buckets")
    .all()
    .map(({ key }) => String(key));
  expect(keys.filter((key) => key.startsWith("client:"))).toHaveLength(1);
  expect(keys.join()).not.toContain("1d14434088507ffa390e6f5528465");
  await server.close();
  await storage.close();
});
