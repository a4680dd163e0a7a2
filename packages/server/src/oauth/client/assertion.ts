/** private_key_jwt (RFC 7523 §3, OpenID Connect Core §9): a client proves itself with a JWT signed by its own key. */

import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import { hashed } from "../../crypto/compare.js";
import type { App, Storage } from "../../storage/storage.js";
import { Refusal } from "../refusal.js";

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
export const assertionAlgorithms = ["ES256", "EdDSA", "RS256", "PS256"];
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
  throw new Refusal("client_assertion_invalid", "it is not a JWT with a subject", "client_assertion");
}

export interface AssertionDeps {
  readonly storage: Pick<Storage, "rememberOnce">;
  readonly now: () => number;
  readonly issuer: () => string;
}

/** @throws {Refusal} unless the assertion is the app's, for this server, fresh, and seen for the first time. */
export async function checkAssertion(deps: AssertionDeps, app: App, assertion: string): Promise<void> {
  const refuse = (detail: string) => new Refusal("client_assertion_invalid", detail, "client_assertion");
  if (app.jwks === undefined) throw refuse("the app has no registered keys");
  const payload = await verify(deps, app, assertion, refuse);
  const now = deps.now();
  const expiresAt = Number(payload.exp) * 1000;
  if (expiresAt > now + longestAssertionSeconds * 1000) {
    throw refuse(`it is valid for more than ${longestAssertionSeconds} seconds`);
  }
  if (typeof payload.jti !== "string") throw refuse("it has no jti");
  // Last, since it is the act that uses the assertion up. It is remembered for as long as it would be accepted.
  const key = `assertion:${hashed(`${app.clientId}|${payload.jti}`)}`;
  const forgettableAt = expiresAt + clockToleranceSeconds * 1000;
  if (!(await deps.storage.rememberOnce(key, now, forgettableAt))) throw refuse("it was used before");
}

async function verify(
  deps: AssertionDeps,
  app: App,
  assertion: string,
  refuse: (detail: string) => Refusal,
): Promise<JWTPayload> {
  const issuer = deps.issuer();
  let payload: JWTPayload;
  try {
    const verified = await jwtVerify(assertion, createLocalJWKSet(JSON.parse(app.jwks as string)), {
      algorithms: assertionAlgorithms,
      issuer: app.clientId,
      subject: app.clientId,
      // RFC 7523 §3: the issuer identifier; token endpoint URLs are in wide use.
      audience: [issuer, `${issuer}/oauth/token`, `${issuer}/oauth/revoke`, `${issuer}/oauth/introspect`],
      requiredClaims: ["exp", "jti"],
      currentDate: new Date(deps.now()),
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
