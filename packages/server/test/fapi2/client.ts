/** Owns a client of the fapi2 profile, written out by hand: its assertions, its proofs, and the requests that carry them. */

import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { createApp } from "../../src/apps/create-app.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { type HouseOptions, jillsId, startHouse } from "../standard/house.js";
import { seededRandom } from "../support/random.js";
import type { TestServer } from "../support/server.js";

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
export const callbackUrl = "https://web.example.com/callback";

/** A client with a key of its own, as it is registered. */
export interface Keyed {
  readonly clientId: string;
  readonly key: KeyObject;
  readonly alg: string;
}

let rsaPair: ReturnType<typeof newRsaPair> | undefined;
const newRsaPair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Returns a new pair, but always the same one of RSA, which is slow to make. */
export function keyPair(alg: "ES256" | "RS256" | "PS256" | "EdDSA") {
  if (alg === "ES256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  if (alg === "EdDSA") return generateKeyPairSync("ed25519");
  rsaPair ??= newRsaPair();
  return rsaPair;
}

/** Registers a client with the public half of a new key. */
export async function registerKeyed(
  server: TestServer,
  clientId: string,
  more: Partial<Parameters<typeof createApp>[1]> = {},
): Promise<Keyed> {
  const { publicKey, privateKey } = keyPair("ES256");
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: `${clientId}-key` }] });
  await createApp(
    { ...server, now: server.clock.now, randomBytes: seededRandom(clientId) },
    {
      ...{ name: `The ${clientId} app`, clientId, ownerId: jillsId, callbackUrls: [callbackUrl], jwks },
      ...{ scopes: ["account_access", "template_access"], approved: true, ...more },
    },
  );
  return { clientId, key: privateKey, alg: "ES256" };
}

/** Starts a server of the profile, with two clients. */
export async function startFapi2(options: HouseOptions = {}) {
  const server = await startHouse({ profile: profiles.fapi2, ...options });
  const [one, two] = [await registerKeyed(server, "one"), await registerKeyed(server, "two")];
  return { server, one, two };
}

export const seconds = (server: TestServer): number => Math.floor(server.clock.now() / 1000);

/** The parameters by which a client proves who it is. @param more claims in the place of the usual ones. */
export async function signedIn(
  server: TestServer,
  { clientId, key, alg }: Keyed,
  more: JWTPayload = {},
  header: { readonly alg?: string; readonly typ?: string } = {},
): Promise<{ client_assertion_type: string; client_assertion: string }> {
  const now = seconds(server);
  const claims = {
    ...{ iss: clientId, sub: clientId, aud: server.url, jti: randomUUID(), iat: now, exp: now + 60 },
    ...more,
  };
  const clientAssertion = await new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(key);
  return { client_assertion_type: assertionType, client_assertion: clientAssertion };
}
