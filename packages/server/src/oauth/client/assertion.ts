/**
 * private_key_jwt (RFC 7523 §3, OpenID Connect Core §9): a client proves itself with a JWT signed by its own key.
 * What an assertion says is judged before anything is looked up, so that its faults can be named to anybody; what
 * depends on the client is only said to whoever holds its key.
 */

import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from "jose";
import { hashed } from "../../crypto/compare.js";
import type { App } from "../../storage/port/records.js";
import type { Storage } from "../../storage/port/storage.js";
import type { OAuthContext } from "../context.js";
import { endpoints } from "../endpoints.js";
import { Refusal, wordedRefusal } from "../refusal.js";
import { decoyKeys } from "./decoy-keys.js";
import { algorithmsOf } from "./keys.js";

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** Where assertions are sent, beside the issuer as what they may be for. */
const audiencePaths = [
  ...[endpoints.token, endpoints.tokenOfApiHost, endpoints.revoke, endpoints.introspect],
  endpoints.pushRequest,
].map(({ path }) => path);
/** An assertion may not outlive this, in seconds, so that what is remembered of it stays small. */
const longestAssertionSeconds = 600;
/** How far the clocks of client and server may differ, in seconds (RFC 7519 §4.1.4). */
const clockToleranceSeconds = 30;
/** What `typ` may be (RFC 8725 §3.11): a token made for another purpose is no assertion. */
const types = new Set(["jwt", "client-authentication+jwt"]);

/** What a client says it is, unproved. */
export interface Assertion {
  readonly text: string;
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
  readonly clientId: string;
}

/** @throws {Refusal} if it is not a JWT with a subject. */
export function readAssertion(text: string): Assertion {
  try {
    const claims = decodeJwt(text);
    const header = decodeProtectedHeader(text);
    if (typeof claims.sub === "string" && claims.sub !== "")
      return { text, header, claims, clientId: claims.sub };
  } catch {}
  throw refuse("it is not a JWT with a subject");
}

function refuse(words: string): Refusal {
  return wordedRefusal("client_assertion_invalid", words, "client_assertion");
}

/** What judging an assertion's claims needs. */
export type ClaimsContext = Pick<OAuthContext, "now" | "issuer" | "profile">;

/** @throws {Refusal} unless the assertion is for this server, now, and says who it is from. */
export function judgeClaims(
  { now, issuer, profile }: ClaimsContext,
  { header, claims, clientId }: Assertion,
): void {
  const { alg = "none", typ } = header;
  const { algorithms, audience } = profile.assertions;
  if (!algorithms.includes(alg)) throw refuse(`alg must be one of ${algorithms.join(", ")}`);
  if (typ !== undefined && !isOwnType(typ)) throw refuse("typ must be JWT or client-authentication+jwt");
  if (header.b64 === false) throw refuse("a JWT has no unencoded payload (RFC 7797 section 7)");
  if (claims.iss !== clientId) throw refuse("iss and sub must both be the client_id");
  if (audience === "issuer") judgeOnlyAudience(claims.aud, issuer());
  else judgeAudience(claims.aud, issuer());
  judgeTimes(claims, Math.floor(now() / 1000));
  if (typeof claims.jti !== "string" || claims.jti === "") throw refuse("jti is missing");
}

/** RFC 7515 §4.1.9: `application/` may be left out. Nobody has made sure that it is text. */
function isOwnType(typ: unknown): boolean {
  return typeof typ === "string" && types.has(typ.toLowerCase().replace(/^application\//, ""));
}

/** RFC 7523 §3. Another server that the client trusts could pass on an assertion that is for both. */
function judgeAudience(aud: unknown, issuer: string): void {
  const own = new Set([issuer, ...audiencePaths.map((path) => issuer + path)]);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const isOwn = (one: unknown) => typeof one === "string" && own.has(one);
  if (aud === undefined || audiences.length === 0) throw refuse(`aud is missing: send ${issuer}`);
  if (!audiences.some(isOwn)) throw refuse(`aud is not this server: send ${issuer}`);
  if (!audiences.every(isOwn)) throw refuse(`aud names other servers too: send ${issuer} only`);
}

/** FAPI 2.0 §5.3.2.1: an endpoint's address, or a list of one, might be read as another server's by another reader. */
function judgeOnlyAudience(aud: unknown, issuer: string): void {
  if (aud !== issuer) throw refuse(`aud must be the issuer as one string: send ${issuer}`);
}

function judgeTimes(claims: JWTPayload, now: number): void {
  for (const name of ["exp", "nbf", "iat"] as const) {
    const time: unknown = claims[name];
    if (time === undefined && name !== "exp") continue;
    if (typeof time !== "number" || !Number.isFinite(time))
      throw refuse(time === undefined ? "exp is missing" : `${name} must be a number of seconds`);
  }
  const { exp = 0, nbf = now, iat = now } = claims;
  if (exp + clockToleranceSeconds <= now) throw refuse(`it expired ${Math.round(now - exp)} s ago`);
  if (exp > now + longestAssertionSeconds + clockToleranceSeconds)
    throw refuse(`exp is more than ${longestAssertionSeconds} seconds ahead`);
  if (Math.max(nbf, iat) > now + clockToleranceSeconds)
    throw refuse("nbf or iat is in the future: compare the clocks");
}

export type AssertionContext = ClaimsContext & {
  readonly storage: Pick<Storage, "rememberOnce">;
};

/** @throws {Refusal} unless one of the app's keys signed the assertion, and it is seen for the first time. */
export async function checkAssertion(
  { now, storage }: AssertionContext,
  app: App,
  assertion: Assertion,
): Promise<void> {
  // Who does not hold a key of the app learns no more than from a wrong secret, nor from the time that it takes.
  const unproved = (detail: string) => new Refusal("client_assertion_unproved", detail, "client_assertion");
  const candidates = app.jwks === undefined ? [] : keysFor(app.jwks, assertion.header);
  if (candidates.length === 0) {
    await spendAssertionCheck(assertion);
    throw unproved(
      app.jwks === undefined ? "the app has no registered keys" : "no registered key fits its kid and alg",
    );
  }
  if (!(await isSignedByOneOf(candidates, assertion)))
    throw unproved("its signature is not by a registered key");
  // Last, since it is the act that uses the assertion up. It is remembered for as long as it would be accepted.
  const key = `assertion:${hashed(`${app.clientId}|${assertion.claims.jti}`)}`;
  // NumericDate may have a fraction (RFC 7519 §2); a database keeps whole milliseconds.
  const forgettableAt = Math.ceil((Number(assertion.claims.exp) + clockToleranceSeconds) * 1000);
  if (!(await storage.rememberOnce(key, now(), forgettableAt))) throw refuse("it was used before");
}

/** RFC 7515 §4.1.4: `kid` is a hint. Without one, each key of the right kind may be the one. */
function keysFor(jwks: string, { alg = "", kid }: ProtectedHeaderParameters): JWK[] {
  const { keys } = JSON.parse(jwks) as { keys: JWK[] };
  const fitting = keys.filter((key) => algorithmsOf(key).includes(alg));
  return kid === undefined ? fitting : fitting.filter((key) => key.kid === undefined || key.kid === kid);
}

/** Spends what checking an assertion by a registered key costs, where there is none. */
export async function spendAssertionCheck(assertion: Assertion): Promise<void> {
  await isSignedByOneOf(keysFor(decoyKeys, assertion.header), assertion);
}

async function isSignedByOneOf(keys: readonly JWK[], { text, header }: Assertion): Promise<boolean> {
  const algorithms = [header.alg as string];
  for (const key of keys) {
    try {
      await compactVerify(text, await importJWK(key, header.alg), { algorithms });
      return true;
    } catch {}
  }
  return false;
}
