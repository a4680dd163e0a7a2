/** The client credentials grant (RFC 6749 §4.4): a token for the app itself, which nobody's consent stands behind. */

import type { App } from "../../storage/port/records.js";
import { authenticateClient, type ClientCredentials } from "../client/authentication.js";
import type { OAuthContext } from "../context.js";
import { checkBinds } from "../dpop/binding.js";
import { type Proof, useProof } from "../dpop/proof.js";
import { checkAllowed } from "../grant-types.js";
import type { Profile } from "../profile/profile.js";
import { scopeMask, scopesWithin } from "../scope.js";
import { sealAppToken } from "../tokens/app-token.js";
import { signAppJwt } from "../tokens/jwt.js";
import type { AppTokenRequest } from "./request.js";
import { chooseResource, type TokenResponse } from "./response.js";

/** Returns a token without a refresh token (§4.4.3): the app can ask again. Nothing is stored. @throws {Refusal} */
export async function issueAppToken(
  context: OAuthContext,
  request: AppTokenRequest,
  credentials: ClientCredentials,
  proof?: Proof,
): Promise<TokenResponse> {
  const { profile } = context;
  const app = await authenticateClient(context, credentials);
  checkAllowed(app, "client_credentials");
  checkBinds(app, proof);
  const scopes = scopesWithin(profile, app, request.scopes);
  const lifetimeSeconds = Math.min(profile.appTokenSeconds, profile.accessTokenSeconds);
  const token = {
    issuedAt: context.now(),
    lifetimeSeconds,
    scopeMask: scopeMask(app.scopes, scopes),
    resource: resourceAsked(profile, app, request.resources),
    jkt: proof?.jkt,
  };
  await useProof(context, proof);
  const signed = app.accessTokens === "jwt" && profile.jwtAlgorithms.length > 0;
  return {
    access_token: signed
      ? await signAppJwt(context, app, scopes, token)
      : sealAppToken(context.ring, app, token, context.randomBytes(3)),
    token_type: proof === undefined ? "Bearer" : "DPoP",
    expires_in: lifetimeSeconds,
    ...(profile.scopeInTokenResponse && { scope: scopes.join(" ") }),
  };
}

/** Without a resource the token is for this server's own API: no consent has named one. */
function resourceAsked(profile: Profile, { resources }: App, asked: readonly string[]): number {
  return asked.length === 0 ? 0 : chooseResource(profile, resources, asked);
}
