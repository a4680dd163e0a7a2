/** What the time of a refusal says of a client: nothing, not whether there is one and not what it proves itself by. */

import { generateKeyPairSync } from "node:crypto";
import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { authenticateClient, readCredentials } from "../../src/oauth/client/authentication.js";
import { Parameters } from "../../src/oauth/parameters.js";
import { Refusal } from "../../src/oauth/refusal.js";
import { jillsId, startHouse, web } from "../standard/house.js";
import { seededRandom } from "../support/random.js";
import type { TestServer } from "../support/server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

describe("the time of a refusal", () => {
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = (alg: string, clientId: string, bytes: number) => {
    const exp = Math.floor(server.clock.now() / 1000) + 60;
    const claims = { iss: clientId, sub: clientId, aud: server.url, exp, jti: "x" };
    return `${encoded({ alg })}.${encoded(claims)}.${Buffer.alloc(bytes, 7).toString("base64url")}`;
  };
  const keyed = "an-app-with-keys";
  beforeAll(async () => {
    const pairs = [
      generateKeyPairSync("ec", { namedCurve: "P-256" }),
      generateKeyPairSync("ed25519"),
      generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ];
    const keys = pairs.map(({ publicKey }) => publicKey.export({ format: "jwk" }));
    const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("keyed") };
    const jwks = JSON.stringify({ keys });
    await createApp(deps, { ...web, name: "Keyed", clientId: keyed, ownerId: jillsId, jwks });
  });

  /** Returns how long the refusals of a client take in the middle, each asked in turn with those of the others. */
  async function medians(offers: readonly Record<string, string>[]): Promise<number[]> {
    const { context } = server.app;
    const times = offers.map((): number[] => []);
    for (let turn = 0; turn < 150; turn++)
      for (const [index, offer] of offers.entries()) {
        const start = performance.now();
        const credentials = readCredentials(
          context.profile,
          Parameters.fromPairs(Object.entries(offer)),
          undefined,
        );
        const refusal = await authenticateClient(context, credentials).catch((error) => error);
        times[index]?.push(performance.now() - start);
        expect(refusal).toBeInstanceOf(Refusal);
      }
    return times.map((one) => one.sort((a, b) => a - b)[one.length >> 1] as number);
  }

  it.each([
    ["ES256", 64],
    ["EdDSA", 64],
    ["RS256", 256],
  ])(
    "is that of a check, whether there is such a client, and whether it has keys: %s",
    async (alg, bytes) => {
      const offers = [keyed, web.clientId, "nobody"].map((clientId) => ({
        client_assertion: forged(alg, clientId, bytes),
        client_assertion_type: type,
      }));
      const [real = 0, ...others] = await medians(offers);
      for (const other of others) expect(other / real).toBeGreaterThan(0.5);
      for (const other of others) expect(other / real).toBeLessThan(2);
    },
  );
});
