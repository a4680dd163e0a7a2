/**
 * JWT access tokens (RFC 9068), for resource servers that cannot call back. Here they stay revocable: `jti` names the
 * token's family, and opens nothing by itself.
 */

import type { App, Family } from "../../storage/storage.js";
import { Refusal } from "../refusal.js";
import { parseScope } from "../scope.js";
import type { AccessClaims } from "./claims.js";
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

/** Returns a JWT that says what `token` says. Without a resource its audience is the issuer itself (RFC 9068 §3). */
export function signAccessJwt(
  deps: { keys: SigningKeys; issuer: () => string; randomBytes: (count: number) => Buffer },
  subject: JwtSubject,
  token: AccessToken,
): Promise<string> {
  const issuer = deps.issuer();
  const issuedAt = Math.floor(token.issuedAt / 1000);
  return deps.keys.sign(
    {
      iss: issuer,
      sub: subject.accountId,
      aud: audienceOf(subject.family, token, issuer),
      client_id: subject.clientId,
      scope: subject.scopes.join(" "),
      iat: issuedAt,
      exp: issuedAt + token.lifetimeSeconds,
      jti: `${token.familyId}.${token.issuedAt}.${deps.randomBytes(4).toString("hex")}`,
    },
    subject.algorithm,
  );
}

function audienceOf({ resources }: JwtSubject["family"], { resource }: AccessToken, issuer: string): string {
  const audience = resource === 0 ? issuer : resources[resource - 1];
  if (audience === undefined) throw new Error("the token is for a resource that its family does not have");
  return audience;
}

export function looksLikeJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

/** Returns what a JWT says, or undefined if this server did not sign it. It may be expired or revoked. */
export async function readAccessJwt(
  { keys, issuer }: { keys: SigningKeys; issuer: string },
  token: string,
): Promise<AccessClaims | undefined> {
  const payload = isCanonical(token) ? await keys.open(token, issuer) : undefined;
  const [familyId = "", issuedAt] = String(payload?.jti ?? "").split(".");
  if (payload === undefined || !/^[0-9a-f]{32}$/.test(familyId)) return undefined;
  const chosen = parseScope(String(payload.scope ?? "")) ?? [];
  const audience = String(payload.aud);
  return {
    familyId,
    issuedAt: Number(issuedAt),
    lifetimeSeconds: Number(payload.exp) - Number(payload.iat),
    scopesOf: (family) => family.scopes.filter((scope) => chosen.includes(scope)),
    resourceOf: ({ resources }) => {
      if (resources.includes(audience)) return audience;
      if (audience === issuer) return undefined;
      // Else a token for a resource that is gone would be taken for one of this server's own API.
      throw new Refusal("access_token_malformed", "its audience is not one of its family's resources");
    },
  };
}

/** Spare bits at the end of a part decode to nothing: of the spellings of one token only its own counts. */
function isCanonical(token: string): boolean {
  return token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}
