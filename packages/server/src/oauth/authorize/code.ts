/** Issuing an authorization code (RFC 6749 §4.1.2) and the answers that go to the callback. */

import { hashed } from "../../crypto/compare.js";
import type { Account } from "../../storage/port/records.js";
import type { OAuthContext } from "../context.js";
import { publicError } from "../profile/public-error.js";
import type { Refusal } from "../refusal.js";
import { withParameters } from "./redirect-uri.js";
import type { AuthorizationRequest } from "./request.js";

/** What issuing a code needs. */
export type CodeContext = Pick<OAuthContext, "profile" | "storage" | "now" | "randomBytes" | "issuer">;

export interface IssuedCode {
  readonly code: string;
  readonly callbackUrl: string;
}

/** Records the consent and returns a code with the callback URL that carries it. */
export async function issueCode(
  context: CodeContext,
  request: AuthorizationRequest,
  account: Account,
): Promise<IssuedCode> {
  const { profile } = context;
  const code = context.randomBytes(profile.codeBytes).toString(profile.codeEncoding);
  const issuedAt = context.now();
  await context.storage.issueCode({
    hash: hashed(code),
    accountId: account.id,
    clientId: request.app.clientId,
    scopes: request.scopes,
    resources: request.resources,
    redirectUri: request.redirectUri,
    redirectUriGiven: request.redirectUriGiven,
    state: request.state,
    codeChallenge: request.codeChallenge,
    dpopJkt: request.dpopJkt,
    issuedAt,
    expiresAt: issuedAt + profile.codeSeconds * 1000,
  });
  const callbackUrl = withParameters(request.redirectUri, {
    code,
    state: request.state,
    // RFC 9207 §2: in a success as in a refusal.
    iss: profile.issuerOnCallback ? context.issuer() : undefined,
  });
  return { code, callbackUrl };
}

/** Returns the callback URL of a refusal (RFC 6749 §4.1.2.1). */
export function refusalCallback(
  context: Pick<CodeContext, "profile" | "issuer">,
  to: { redirectUri: string; state: string | undefined },
  refusal: Refusal,
): string {
  const { error, description } = publicError(context.profile, refusal);
  return withParameters(to.redirectUri, {
    error,
    error_description: description,
    state: to.state,
    iss: context.profile.issuerOnCallback ? context.issuer() : undefined,
  });
}
