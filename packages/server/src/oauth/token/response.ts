/** The token response (RFC 6749 §5.1), and what making one needs. */

import type { App, Family } from "../../storage/port/records.js";
import type { OAuthContext } from "../context.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";
import { sameResource } from "../resource.js";
import { scopeMask } from "../scope.js";
import { signAccessJwt } from "../tokens/jwt.js";
import { sealAccessToken, sealRefreshToken } from "../tokens/opaque.js";

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: "Bearer" | "DPoP";
  /** Absent where the app gets none. */
  readonly refresh_token?: string;
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
  /** The thumbprint of the key that the access token is to be bound to (RFC 9449 §5). */
  readonly jkt?: string | undefined;
}

/** What issuing tokens needs. */
export type IssueContext = Pick<OAuthContext, "profile" | "ring" | "keys" | "issuer" | "now" | "randomBytes">;

/** Returns the tokens of a family, later where they are to be signed. Nothing is stored: they derive from it. */
export function issueTokens(context: IssueContext, issue: Issue): TokenResponse | Promise<TokenResponse> {
  const { profile, ring } = context;
  const { app, accountId, family, scopes, resource } = issue;
  const token = {
    familyId: family.id,
    issuedAt: context.now(),
    lifetimeSeconds: profile.accessTokenSeconds,
    scopeMask: scopeMask(family.scopes, scopes),
    resource,
    jkt: issue.jkt,
  };
  const refresh = { familyId: family.id, generation: family.generation };
  const answer = (accessToken: string): TokenResponse => ({
    access_token: accessToken,
    token_type: issue.jkt === undefined ? "Bearer" : "DPoP",
    ...(app.refreshTokens !== "none" && {
      refresh_token: sealRefreshToken(ring, profile.tokenEncoding, refresh),
    }),
    expires_in: profile.accessTokenSeconds,
    ...(issue.state !== undefined && { state: issue.state }),
    ...(profile.scopeInTokenResponse && { scope: scopes.join(" ") }),
  });
  if (app.accessTokens === "jwt" && profile.jwtAlgorithms.length > 0) {
    const { clientId, jwtAlgorithm: algorithm } = app;
    return signAccessJwt(context, { accountId, clientId, scopes, family, algorithm }, token).then(answer);
  }
  return answer(sealAccessToken(ring, profile.tokenEncoding, token, context.randomBytes(3)));
}

/**
 * Returns which resource a token is to be for (RFC 8707 §2.2): the place among those authorized, from 1; 0 is none.
 * To be asked before a code or a refresh token is used up. @throws {Refusal} `resource_unknown`, `resources_several`.
 */
export function chooseResource(
  profile: Profile,
  authorized: readonly string[],
  asked: readonly string[],
): number {
  if (!profile.resources) return 0;
  if (asked.length > 1)
    throw new Refusal("resources_several", `${asked.length} resources were asked for`, "resource");
  if (asked[0] === undefined) return authorized.length === 0 ? 0 : 1;
  const resource = sameResource(authorized, asked[0]);
  if (resource === undefined)
    throw new Refusal("resource_unknown", "the app is not authorized for this resource", "resource");
  return authorized.indexOf(resource) + 1;
}
