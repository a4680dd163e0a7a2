/** JWT access tokens (RFC 9068), for resource servers that cannot call back. Here they stay revocable by their family. */

import { Refusal } from "../refusal.js";
import { parseScope, scopeMask } from "../scope.js";
import type { JwtAccessClaims, TokenDeps } from "../token/response.js";
import { type Access, type AccessDeps, judgeAccess, openAccess } from "./access.js";
import type { SigningKeys } from "./signing-keys.js";

/** Returns a JWT access token. Without a resource its audience is the issuer itself (RFC 9068 §3). */
export function signAccessJwt(keys: SigningKeys, issuer: string, claims: JwtAccessClaims): Promise<string> {
  return keys.sign({
    iss: issuer,
    sub: claims.subject,
    aud: claims.audience ?? issuer,
    client_id: claims.clientId,
    scope: claims.scopes.join(" "),
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    jti: claims.tokenId,
  });
}

/** Returns what a JWT access token of this server gives, judged by its family like an opaque one. @throws {Refusal} */
export async function openAccessJwt(
  deps: AccessDeps & { keys: SigningKeys; issuer: string },
  token: string,
): Promise<Access> {
  const payload = await deps.keys.open(token, deps.issuer);
  const [familyId, issuedAt] = String(payload?.jti ?? "").split(".");
  if (payload === undefined || !/^[0-9a-f]{32}$/.test(familyId ?? "")) {
    throw new Refusal("access_token_malformed", "this server did not make the access token");
  }
  const family = (await deps.storage.findFamily(familyId as string))?.family;
  const scopes = parseScope(String(payload.scope ?? "")) ?? [];
  const audience = String(payload.aud);
  const resource = (family?.resources.indexOf(audience) ?? -1) + 1;
  // Else a token for a resource that is gone would be taken for one of this server's own API.
  if (family !== undefined && resource === 0 && audience !== deps.issuer) {
    throw new Refusal("access_token_malformed", "its audience is not one of its family's resources");
  }
  return judgeAccess(deps, {
    familyId: familyId as string,
    issuedAt: Number(issuedAt),
    lifetimeSeconds: Number(payload.exp) - Number(payload.iat),
    scopeMask: scopeMask(family?.scopes ?? [], scopes),
    resource,
  });
}

/** What opening a token of either form needs beside issuing one. */
export interface TokenLookupDeps extends TokenDeps {
  readonly keys: SigningKeys;
}

/** Returns what an access token of either form gives. @throws {Refusal} */
export function openAnyAccess(
  deps: AccessDeps & Pick<TokenLookupDeps, "keys" | "issuer">,
  token: string,
): Promise<Access> {
  if (!looksLikeJwt(token)) return openAccess(deps, token);
  return openAccessJwt({ ...deps, issuer: deps.issuer() }, token);
}

function looksLikeJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}
