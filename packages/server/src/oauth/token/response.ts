/** The token response (RFC 6749 §5.1), and what making one needs. */

import type { KeyRing } from "../../crypto/key-ring.js";
import type { App, Family, Storage } from "../../storage/storage.js";
import type { Parameters } from "../parameters.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";
import { scopeMask } from "../scope.js";
import { type AccessToken, sealAccessToken, sealRefreshToken } from "../tokens/opaque.js";

export interface TokenDeps {
  readonly profile: Profile;
  readonly storage: Storage;
  readonly ring: KeyRing;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
  /** The issuer identifier (RFC 8414 §2). */
  readonly issuer: () => string;
  /** Returns a JWT access token (RFC 9068) for an app that wants them. */
  readonly signJwt: (claims: JwtAccessClaims) => Promise<string>;
  readonly audit: Audit;
}

export type Audit = (
  event: string,
  data: { clientId?: string; accountId?: string } & Record<string, string | number | boolean | undefined>,
) => void;

/** What a JWT access token says; times are in seconds since the epoch. */
export interface JwtAccessClaims {
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `jti`: names the family, which makes the JWT revocable at this server; opens nothing by itself. */
  readonly tokenId: string;
}

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly state?: string;
  readonly scope?: string;
}

export interface Issue {
  readonly app: App;
  readonly accountId: string;
  readonly family: Pick<Family, "id" | "generation" | "scopes" | "resources">;
  /** The scopes of this access token: those of the family, or fewer. */
  readonly scopes: readonly string[];
  /** Which of the family's resources the access token is for: what `chooseResource` returned. */
  readonly resource: number;
  readonly state?: string | undefined;
}

/** Returns the tokens of a family, later where they are to be signed. Nothing is stored: they derive from it. */
export function issueTokens(deps: TokenDeps, issue: Issue): TokenResponse | Promise<TokenResponse> {
  const { profile, ring } = deps;
  const { family, scopes, resource } = issue;
  const issuedAt = deps.now();
  const token = {
    familyId: family.id,
    issuedAt,
    lifetimeSeconds: profile.accessTokenSeconds,
    scopeMask: scopeMask(family.scopes, scopes),
    resource,
  };
  const refresh = { familyId: family.id, generation: family.generation };
  const answer = (accessToken: string): TokenResponse => ({
    access_token: accessToken,
    token_type: "Bearer",
    refresh_token: sealRefreshToken(ring, profile.tokenEncoding, refresh),
    expires_in: profile.accessTokenSeconds,
    ...(issue.state !== undefined && { state: issue.state }),
    ...(profile.scopeInTokenResponse && { scope: scopes.join(" ") }),
  });
  if (issue.app.accessTokens === "opaque" || !profile.extensions)
    return answer(sealAccessToken(ring, profile.tokenEncoding, token, deps.randomBytes(3)));
  return signedAccessToken(deps, issue, token).then(answer);
}

/** Returns a JWT (RFC 9068) that says what the token says. */
function signedAccessToken(deps: TokenDeps, issue: Issue, token: AccessToken): Promise<string> {
  const issuedAt = Math.floor(token.issuedAt / 1000);
  return deps.signJwt({
    subject: issue.accountId,
    clientId: issue.app.clientId,
    scopes: issue.scopes,
    audience: token.resource === 0 ? undefined : issue.family.resources[token.resource - 1],
    issuedAt,
    expiresAt: issuedAt + token.lifetimeSeconds,
    tokenId: `${token.familyId}.${token.issuedAt}.${deps.randomBytes(4).toString("hex")}`,
  });
}

/**
 * Returns which resource a token is to be for (RFC 8707 §2.2): the place among those authorized, from 1; 0 is none.
 * To be asked before a code or a refresh token is used up. @throws {Refusal} `resource_unknown`.
 */
export function chooseResource(
  deps: Pick<TokenDeps, "profile">,
  authorized: readonly string[],
  parameters: Parameters,
): number {
  if (!deps.profile.extensions) return 0;
  const asked = parameters.all("resource");
  if (asked.length > 1) throw new Refusal("resource_unknown", "Ask for one resource at a time", "resource");
  if (asked[0] === undefined) return authorized.length === 0 ? 0 : 1;
  const index = authorized.indexOf(asked[0]);
  if (index < 0) throw new Refusal("resource_unknown", "The resource was not authorized", "resource");
  return index + 1;
}
