/** private_key_jwt (RFC 7523 §3, OpenID Connect Core §9): a client proves itself with a JWT signed by its own key. */

import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import { hashed } from "../../crypto/compare.js";
import type { App, Storage } from "../../storage/storage.js";
import type { OAuthContext } from "../context.js";
import { endpoints } from "../endpoints.js";
import { type Refusal, wordedRefusal } from "../refusal.js";

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
export const assertionAlgorithms = ["ES256", "EdDSA", "RS256", "PS256"];
/** Where assertions are sent, beside the issuer as what they may be for. */
const audiencePaths = [endpoints.token, endpoints.revoke, endpoints.introspect].map(({ path }) => path);
/** An assertion may not outlive this, in seconds, so that what is remembered of it stays small. */
const longestAssertionSeconds = 600;
/** How far the clocks of client and server may differ, in seconds. */
const clockToleranceSeconds = 5;

/** Returns the client id an assertion claims, unproved. @throws {Refusal} if it is not a JWT. */
export function claimedClientId(assertion: string): string {
  try {
    const { sub } = decodeJwt(assertion);
    if (sub) return sub;
  } catch {}
  throw wordedRefusal("client_assertion_invalid", "it is not a JWT with a subject", "client_assertion");
}

export type AssertionContext = Pick<OAuthContext, "now" | "issuer"> & {
  readonly storage: Pick<Storage, "rememberOnce">;
};

/** @throws {Refusal} unless the assertion is the app's, for this server, fresh, and seen for the first time. */
export async function checkAssertion(context: AssertionContext, app: App, assertion: string): Promise<void> {
  const refuse = (detail: string) => wordedRefusal("client_assertion_invalid", detail, "client_assertion");
  if (app.jwks === undefined) throw refuse("the app has no registered keys");
  const payload = await verify(context, app, assertion, refuse);
  const now = context.now();
  const expiresAt = Number(payload.exp) * 1000;
  if (expiresAt > now + longestAssertionSeconds * 1000) {
    throw refuse(`it is valid for more than ${longestAssertionSeconds} seconds`);
  }
  if (typeof payload.jti !== "string") throw refuse("it has no jti");
  // Last, since it is the act that uses the assertion up. It is remembered for as long as it would be accepted.
  const key = `assertion:${hashed(`${app.clientId}|${payload.jti}`)}`;
  const forgettableAt = expiresAt + clockToleranceSeconds * 1000;
  if (!(await context.storage.rememberOnce(key, now, forgettableAt))) throw refuse("it was used before");
}

async function verify(
  context: AssertionContext,
  app: App,
  assertion: string,
  refuse: (detail: string) => Refusal,
): Promise<JWTPayload> {
  const issuer = context.issuer();
  let payload: JWTPayload;
  try {
    const verified = await jwtVerify(assertion, createLocalJWKSet(JSON.parse(app.jwks as string)), {
      algorithms: assertionAlgorithms,
      issuer: app.clientId,
      subject: app.clientId,
      // RFC 7523 §3: the issuer identifier; token endpoint URLs are in wide use.
      audience: [issuer, ...audiencePaths.map((path) => issuer + path)],
      requiredClaims: ["exp", "jti"],
      currentDate: new Date(context.now()),
      clockTolerance: clockToleranceSeconds,
    });
    payload = verified.payload;
  } catch (error) {
    throw refuse((error as { code?: string }).code ?? "it does not verify");
  }
  // Another server that the client trusts could pass on an assertion that is for both.
  if ([payload.aud].flat().length !== 1) throw refuse("it is for other servers too");
  return payload;
}
