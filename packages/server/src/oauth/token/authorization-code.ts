/** The authorization code grant (RFC 6749 §4.1.3): every check, then one atomic act, then the answer. */

import { equalSecrets, hashed } from "../../crypto/compare.js";
import type { ConsumeCodeOutcome } from "../../storage/port/acts.js";
import type { App, Code } from "../../storage/port/records.js";
import { authenticateClient, type ClientCredentials } from "../client/authentication.js";
import type { OAuthContext } from "../context.js";
import { checkBinds, checkBound } from "../dpop/binding.js";
import { type Proof, useProof } from "../dpop/proof.js";
import { checkVerifier } from "../pkce.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";
import { isOpenTo } from "../tokens/family.js";
import { newFamilyId } from "../tokens/opaque.js";
import type { CodeRequest } from "./request.js";
import { chooseResource, issueTokens, type TokenResponse } from "./response.js";

/** Exchanges a code for tokens. Of any number of concurrent exchanges of one code, exactly one succeeds. @throws {Refusal} */
export async function exchangeCode(
  context: OAuthContext,
  request: CodeRequest,
  credentials: ClientCredentials,
  proof?: Proof,
): Promise<TokenResponse> {
  // The order is security: nothing is said of a code before the client has proved who it is,
  // and nothing is consumed before everything is checked. Both are read at once; where the client is wrong, what was
  // read of the code is not looked at.
  const [app, code] = await Promise.all([
    authenticateClient(context, credentials),
    context.storage.findCode(hashed(request.code)),
  ]);
  checkCode(context, app, code, request);
  checkBound(code.dpopJkt, proof, "code");
  // Sent at both endpoints, it was compared: it is told back.
  const state = request.state === undefined ? undefined : code.state;
  return spendCode(context, { app, code, resources: request.resources, state, proof });
}

interface Spend {
  readonly app: App;
  readonly code: Code;
  readonly resources: readonly string[];
  readonly state?: string | undefined;
  readonly proof: Proof | undefined;
}

/** Uses a code up and returns its tokens. Everything else about it has been checked. @throws {Refusal} */
export async function spendCode(
  context: OAuthContext,
  { app, code, resources, state, proof }: Spend,
): Promise<TokenResponse> {
  checkBinds(app, proof);
  const resource = chooseResource(context.profile, code.resources, resources);
  await useProof(context, proof);
  const familyId = newFamilyId(context.now(), context.randomBytes);
  const outcome = await context.storage.consumeCode({
    hash: code.hash,
    familyId,
    now: context.now(),
    endEarlierFamilies: context.profile.oneFamilyPerGrant,
    // RFC 9449 §5: those of other apps are bound to their credentials already.
    dpopJkt: app.public ? proof?.jkt : undefined,
  });
  refuseUnlessConsumed(context, app, code, outcome);
  context.audit("code_exchanged", { clientId: app.clientId, accountId: code.accountId, family: familyId });
  const family = { id: familyId, generation: 0, scopes: code.scopes, resources: code.resources };
  const { accountId, scopes } = code;
  return issueTokens(context, { app, accountId, family, scopes, resource, state, jkt: proof?.jkt });
}

function checkCode(
  { profile, now }: OAuthContext,
  app: App,
  code: Code | undefined,
  request: CodeRequest,
): asserts code is Code {
  if (code === undefined) throw new Refusal("code_unknown", "no such code was issued, or it is long gone");
  if (code.clientId !== app.clientId) {
    throw new Refusal("code_of_other_client", "the code was issued to another app");
  }
  checkRedirectUri(profile, code, request.redirectUri);
  if (profile.pkce !== "ignored") checkVerifier(code.codeChallenge, request.codeVerifier);
  if (request.state !== undefined && !equalSecrets(request.state, code.state ?? "")) {
    throw new Refusal("code_state_mismatch", "state differs from the authorization request", "state");
  }
  // A used code is left to the atomic act, which revokes what its first use made.
  if (code.consumedAt !== undefined) return;
  // As at refresh: what could not be used then is not made now.
  if (code.accountLocked) throw new Refusal("code_unknown", "the account is locked");
  if (!isOpenTo(app, code.accountId)) throw new Refusal("code_unknown", "the app is not approved");
  // Judged by the act as well; here for the log.
  if (code.expiresAt <= now()) {
    throw new Refusal("code_expired", `the code expired ${secondsBetween(code.expiresAt, now())} s ago`);
  }
}

/** RFC 6749 §4.1.3: required and identical if the authorization request named it; if sent, it must be right anyway. */
function checkRedirectUri(profile: Profile, code: Code, sent: string | undefined): void {
  const required = profile.redirectUriAtToken === "as RFC 6749" && code.redirectUriGiven;
  if (sent === undefined && !required) return;
  if (sent !== code.redirectUri) {
    const detail = sent === undefined ? "redirect_uri was not repeated" : "redirect_uri differs";
    throw new Refusal(
      "code_redirect_uri_mismatch",
      `${detail} from the authorization request`,
      "redirect_uri",
    );
  }
}

function refuseUnlessConsumed(
  { audit }: OAuthContext,
  app: App,
  code: Code,
  outcome: ConsumeCodeOutcome,
): void {
  switch (outcome.outcome) {
    case "consumed":
      return;
    case "used_before": {
      const { clientId } = app;
      audit("code_reused", { clientId, accountId: code.accountId, family: outcome.familyId });
      throw new Refusal("code_used", "the code was used before; the tokens of its first use are now revoked");
    }
    case "expired":
      throw new Refusal("code_expired", "the code has just expired");
    case "revoked":
      throw new Refusal("grant_revoked", "the user's authorization was revoked after the code was issued");
    case "unknown":
      throw new Refusal("code_unknown", "the code is gone");
  }
}

function secondsBetween(earlier: number, later: number): number {
  return Math.round((later - earlier) / 1000);
}
