/** The refresh token grant (RFC 6749 §6), with the same token returned or rotation (RFC 9700 §4.14.2). */

import type { App, FamilyView } from "../../storage/storage.js";
import { type ClientCredentials, checkCredentials } from "../client/authentication.js";
import type { Parameters } from "../parameters.js";
import { Refusal } from "../refusal.js";
import { readScope } from "../scope.js";
import { endOfFamily, expiryOfFamily, isOpenTo } from "../tokens/family.js";
import { openRefreshToken, type RefreshToken } from "../tokens/opaque.js";
import { chooseResource, issueTokens, type TokenDeps, type TokenResponse } from "./response.js";

/** Idle expiry is noted at this grain, so that a refresh is not a write each time; in milliseconds. */
const touchGrainMilliseconds = 3_600_000;

/** Answers a refresh token with a new access token. The access token before it lives on until it expires. @throws {Refusal} */
export async function refresh(
  deps: TokenDeps,
  parameters: Parameters,
  credentials: ClientCredentials,
): Promise<TokenResponse> {
  const token = openRefreshToken(deps.ring, parameters.required("refresh_token"));
  const view = token && (await deps.storage.findFamily(token.familyId));
  // Order is security: the client is judged before anything is said of the token.
  await checkClient(deps, credentials, view?.app);
  if (token === undefined)
    throw new Refusal("refresh_token_unknown", "this server did not make the refresh token");
  if (view === undefined) throw new Refusal("refresh_token_unknown", "its token family is gone");
  checkFamily(deps, view, token);
  const scopes = narrowScopes(view.family.scopes, parameters.optional("scope"));
  const resource = chooseResource(deps, view.family.resources, parameters);
  // Last, since it is the act that uses the refresh token up.
  const generation = await advance(deps, view, token);
  const { app, account, family } = view;
  return issueTokens(deps, {
    app,
    accountId: account.id,
    family: { ...family, generation },
    scopes,
    resource,
  });
}

async function checkClient(
  deps: TokenDeps,
  credentials: ClientCredentials,
  app: App | undefined,
): Promise<void> {
  const { clientId } = credentials;
  if (clientId === undefined) {
    if (credentials.method !== "none")
      throw new Refusal("parameter_missing", "client_id was not sent", "client_id");
    if (deps.profile.clientRequiredOnRefresh || app?.requireClientCredentialsOnRefresh || app?.public) {
      throw new Refusal("client_secret_missing", "this app must send its client credentials", "client_id");
    }
    return;
  }
  const claimed = clientId === app?.clientId ? app : await deps.storage.findApp(clientId);
  if (claimed === undefined) throw new Refusal("client_unknown", "no app has this client_id", "client_id");
  const required = deps.profile.clientRequiredOnRefresh || claimed.requireClientCredentialsOnRefresh;
  if (required || credentials.method !== "none") {
    await checkCredentials(deps, claimed, credentials);
  }
  if (app !== undefined && claimed.clientId !== app.clientId) {
    throw new Refusal("refresh_token_of_other_client", "the refresh token was issued to another app");
  }
}

function checkFamily(deps: TokenDeps, view: FamilyView, token: RefreshToken): void {
  const { family, account, app } = view;
  const end = endOfFamily(view);
  if (end !== undefined) throw new Refusal("refresh_token_revoked", end);
  if (!isOpenTo(app, account.id)) throw new Refusal("refresh_token_revoked", "the app is not approved");
  if (token.generation > family.generation) {
    throw new Refusal("refresh_token_unknown", "its generation was never issued: was the database restored?");
  }
  const expiry = expiryOfFamily(deps.profile, family, deps.now());
  if (expiry !== undefined) throw new Refusal("refresh_token_expired", expiry);
}

/** RFC 6749 §6: the scope may be narrower than what was granted, never wider. */
function narrowScopes(granted: readonly string[], requested: string | undefined): readonly string[] {
  if (requested === undefined) return granted;
  const scopes = readScope(requested);
  const foreign = scopes.find((scope) => !granted.includes(scope));
  if (foreign !== undefined) throw new Refusal("scope_exceeds_grant", foreign, "scope");
  return scopes;
}

/** Returns the generation whose refresh token is the answer. */
async function advance(deps: TokenDeps, view: FamilyView, token: RefreshToken): Promise<number> {
  const { family, app, account } = view;
  const now = deps.now();
  const rotates = deps.profile.rotation && (app.refreshTokens === "rotate" || app.public);
  if (!rotates && token.generation === family.generation) {
    const idle = deps.profile.familyIdleSeconds !== undefined;
    if (idle && now - family.usedAt >= touchGrainMilliseconds) await deps.storage.touchFamily(family.id, now);
    return family.generation;
  }
  const act = { familyId: family.id, fromGeneration: token.generation, now };
  const result = await deps.storage.rotateFamily({ ...act, graceSeconds: deps.profile.rotationGraceSeconds });
  const who = { clientId: app.clientId, accountId: account.id, family: family.id };
  switch (result.outcome) {
    case "rotated":
      return result.generation;
    case "replayed":
      deps.audit("refresh_replayed", { ...who, generation: result.generation });
      return result.generation;
    case "reused":
      deps.audit("refresh_reused", { ...who, generation: token.generation });
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
