/**
 * JWT access tokens (RFC 9068), for resource servers that cannot call back. Here they stay revocable: `jti` names the
 * token's family, and opens nothing by itself.
 */

import type { App, Family } from "../../storage/port/records.js";
import { Refusal } from "../refusal.js";
import { parseScope } from "../scope.js";
import type { AppToken } from "./app-token.js";
import type { AccessClaims, AppClaims } from "./claims.js";
import type { AccessToken } from "./opaque.js";
import type { SigningKeys } from "./signing-keys.js";

/** What a JWT says beside what an opaque token says. */
export interface JwtSubject {
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly family: Pick<Family, "resources">;
  readonly algorithm: App["jwtAlgorithm"];
}

interface JwtDeps {
  readonly keys: SigningKeys;
  readonly issuer: () => string;
  readonly randomBytes: (count: number) => Buffer;
}

/** Returns a JWT that says what `token` says. Without a resource its audience is the issuer itself (RFC 9068 §3). */
export function signAccessJwt(deps: JwtDeps, subject: JwtSubject, token: AccessToken): Promise<string> {
  const { accountId: sub, clientId, scopes, family, algorithm } = subject;
  const id = token.familyId;
  return sign(deps, { id, sub, clientId, scopes, resources: family.resources, algorithm }, token);
}

/** Returns the same of an app's own token: its subject is the app (RFC 9068 §2.2), and `jti` says so. */
export function signAppJwt(
  deps: JwtDeps,
  { clientId, tokenGeneration, resources, jwtAlgorithm: algorithm }: App,
  scopes: readonly string[],
  token: AppToken,
): Promise<string> {
  const id = `app-${tokenGeneration}`;
  return sign(deps, { id, sub: clientId, clientId, scopes, resources, algorithm }, token);
}

interface JwtContents {
  /** What `jti` begins with: by it the token is found again. */
  readonly id: string;
  readonly sub: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** What `resource` of the token is a place in. */
  readonly resources: readonly string[];
  readonly algorithm: App["jwtAlgorithm"];
}

function sign(
  { keys, randomBytes, ...deps }: JwtDeps,
  { id, sub, clientId, scopes, resources, algorithm }: JwtContents,
  token: Pick<AccessToken, "issuedAt" | "lifetimeSeconds" | "resource"> & Partial<Pick<AccessToken, "jkt">>,
): Promise<string> {
  const issuer = deps.issuer();
  const issuedAt = Math.floor(token.issuedAt / 1000);
  const payload = {
    iss: issuer,
    sub,
    aud: audienceOf(resources, token, issuer),
    client_id: clientId,
    scope: scopes.join(" "),
    ...(token.jkt !== undefined && { cnf: { jkt: token.jkt } }),
    iat: issuedAt,
    exp: issuedAt + token.lifetimeSeconds,
    jti: `${id}.${token.issuedAt}.${randomBytes(4).toString("hex")}`,
  };
  return keys.sign(payload, algorithm);
}

function audienceOf(
  resources: readonly string[],
  { resource }: Pick<AccessToken, "resource">,
  issuer: string,
): string {
  const audience = resource === 0 ? issuer : resources[resource - 1];
  if (audience === undefined) throw new Error("the token is for a resource that its family does not have");
  return audience;
}

export function looksLikeJwt(token: string): boolean {
  return token.includes(".") && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

/** Returns what a JWT says, or undefined if this server did not sign it. It may be expired or revoked. */
export async function readAccessJwt(
  { keys, issuer }: { keys: SigningKeys; issuer: string },
  token: string,
): Promise<AccessClaims | AppClaims | undefined> {
  const payload = isCanonical(token) ? await keys.open(token, issuer) : undefined;
  const [id = "", issuedAt] = String(payload?.jti ?? "").split(".");
  if (payload === undefined) return undefined;
  const chosen = parseScope(String(payload.scope ?? "")) ?? [];
  const audience = String(payload.aud);
  const claims = {
    issuedAt: Number(issuedAt),
    lifetimeSeconds: Number(payload.exp) - Number(payload.iat),
    jkt: boundKeyOf(payload.cnf),
    scopesOf: ({ scopes }: Lists) => scopes.filter((scope) => chosen.includes(scope)),
    resourceOf: ({ resources }: Lists) => {
      if (resources.includes(audience)) return audience;
      if (audience === issuer) return undefined;
      // Else a token for a resource that is gone would be taken for one of this server's own API.
      throw new Refusal("access_token_malformed", "its audience is not one of its family's resources");
    },
  };
  if (/^[0-9a-f]{32}$/.test(id)) return { ...claims, familyId: id };
  const generation = /^app-(\d+)$/.exec(id)?.[1];
  if (generation === undefined) return undefined;
  return { ...claims, clientId: String(payload.client_id), generation: Number(generation) };
}

type Lists = Pick<Family | App, "scopes" | "resources">;

/** RFC 7800 §3.1, RFC 9449 §6.1. */
function boundKeyOf(cnf: unknown): string | undefined {
  return (cnf as { readonly jkt?: string } | undefined)?.jkt;
}

/** Spare bits at the end of a part decode to nothing: of the spellings of one token only its own counts. */
function isCanonical(token: string): boolean {
  return token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}
