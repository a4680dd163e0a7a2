/** The refresh token grant (RFC 6749 §6), with the same token returned or rotation (RFC 9700 §4.14.2). */

import type { App, FamilyView } from "../../storage/port/records.js";
import {
  type ClientCredentials,
  checkCredentials,
  judgeUnproved,
  refuseDisabled,
  refuseUnknown,
} from "../client/authentication.js";
import type { OAuthContext } from "../context.js";
import { checkBinds, checkBound } from "../dpop/binding.js";
import { type Proof, useProof } from "../dpop/proof.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";
import { withoutIgnored } from "../scope.js";
import { endOfFamily, expiryOfFamily, isOpenTo } from "../tokens/family.js";
import { openRefreshToken, type RefreshToken } from "../tokens/opaque.js";
import type { RefreshRequest } from "./request.js";
import { chooseResource, issueTokens, type TokenResponse } from "./response.js";

/** Idle expiry is noted at this grain, so that a refresh is not a write each time; in milliseconds. */
const touchGrainMilliseconds = 3_600_000;

/** Answers a refresh token with a new access token. The access token before it lives on until it expires. @throws {Refusal} */
export async function refresh(
  context: OAuthContext,
  request: RefreshRequest,
  credentials: ClientCredentials,
  proof?: Proof,
): Promise<TokenResponse> {
  const token = openRefreshToken(context.ring, request.refreshToken);
  const view = token && (await context.storage.findFamily(token.familyId));
  // Order is security: the client is judged before anything is said of the token.
  await checkClient(context, credentials, view?.app);
  if (token === undefined)
    throw new Refusal("refresh_token_unknown", "this server did not make the refresh token");
  if (view === undefined) throw new Refusal("refresh_token_unknown", "its token family is gone");
  checkFamily(context, view, token);
  checkBound(view.family.dpopJkt, proof, "refresh_token");
  checkBinds(view.app, proof);
  const scopes = narrowScopes(context.profile, view.family.scopes, request.scopes);
  const resource = chooseResource(context.profile, view.family.resources, request.resources);
  await useProof(context, proof);
  // Last, since it is the act that uses the refresh token up.
  const generation = await advance(context, view, token);
  const { app, account, family } = view;
  return issueTokens(context, {
    app,
    accountId: account.id,
    family: { ...family, generation },
    scopes,
    resource,
    jkt: proof?.jkt,
  });
}

async function checkClient(
  context: OAuthContext,
  credentials: ClientCredentials,
  app: App | undefined,
): Promise<void> {
  const { clientId } = credentials;
  if (clientId === undefined) {
    if (credentials.method !== "none")
      throw new Refusal("parameter_missing", "client_id was not sent", "client_id");
    if (context.profile.clientRequiredOnRefresh || app?.requireClientCredentialsOnRefresh || app?.public) {
      throw new Refusal("client_secret_missing", "this app must send its client credentials", "client_id");
    }
    refuseDisabled(app);
    return;
  }
  judgeUnproved(context, credentials);
  const claimed = clientId === app?.clientId ? app : await context.storage.findApp(clientId);
  if (claimed === undefined) return refuseUnknown(credentials);
  const required = context.profile.clientRequiredOnRefresh || claimed.requireClientCredentialsOnRefresh;
  if (required || credentials.method !== "none") {
    await checkCredentials(context, claimed, credentials);
  }
  refuseDisabled(claimed);
  if (app !== undefined && claimed.clientId !== app.clientId) {
    throw new Refusal("refresh_token_of_other_client", "the refresh token was issued to another app");
  }
}

function checkFamily(context: OAuthContext, view: FamilyView, token: RefreshToken): void {
  const { family, account, app } = view;
  const end = endOfFamily(view);
  if (end !== undefined) throw new Refusal("refresh_token_revoked", end);
  if (!isOpenTo(app, account.id)) throw new Refusal("refresh_token_revoked", "the app is not approved");
  if (token.generation > family.generation) {
    throw new Refusal("refresh_token_unknown", "its generation was never issued: was the database restored?");
  }
  const expiry = expiryOfFamily(context.profile, family, context.now());
  if (expiry !== undefined) throw new Refusal("refresh_token_expired", expiry);
}

/** RFC 6749 §6: the scope may be narrower than what was granted, never wider. */
function narrowScopes(
  profile: Profile,
  granted: readonly string[],
  requested: readonly string[] | undefined,
): readonly string[] {
  const asked = withoutIgnored(profile, requested ?? [], granted);
  if (asked.length === 0) return granted;
  const foreign = asked.find((scope) => !granted.includes(scope));
  if (foreign !== undefined)
    throw new Refusal("scope_exceeds_grant", "a scope is more than was granted", "scope", {
      worded: foreign,
    });
  return asked;
}

/** Returns the generation whose refresh token is the answer. */
async function advance(context: OAuthContext, view: FamilyView, token: RefreshToken): Promise<number> {
  const { family, app, account } = view;
  const now = context.now();
  const rotates = context.profile.rotation && (app.refreshTokens === "rotate" || app.public);
  if (!rotates && token.generation === family.generation) {
    const idle = context.profile.familyIdleSeconds !== undefined;
    if (idle && now - family.usedAt >= touchGrainMilliseconds)
      await context.storage.touchFamily(family.id, now);
    return family.generation;
  }
  const act = { familyId: family.id, fromGeneration: token.generation, now };
  const result = await context.storage.rotateFamily({
    ...act,
    graceSeconds: context.profile.rotationGraceSeconds,
  });
  const who = { clientId: app.clientId, accountId: account.id, family: family.id };
  switch (result.outcome) {
    case "rotated":
      return result.generation;
    case "replayed":
      context.audit("refresh_replayed", { ...who, generation: result.generation });
      return result.generation;
    case "reused":
      context.audit("refresh_reused", { ...who, generation: token.generation });
      throw new Refusal(
        "refresh_token_reused",
        `generation ${token.generation} came back; the family is revoked`,
      );
    case "revoked":
      throw new Refusal("refresh_token_revoked", "its token family was revoked");
    case "unknown":
      throw new Refusal("refresh_token_unknown", "its token family is gone");
  }
}
