/** Issuing an authorization code (RFC 6749 §4.1.2) and the answers that go to the callback. */

import { hashed } from "../../crypto/compare.js";
import type { Account, Storage } from "../../storage/storage.js";
import type { Profile } from "../profile/profile.js";
import { publicError } from "../profile/public-error.js";
import type { Refusal } from "../refusal.js";
import { withParameters } from "./redirect-uri.js";
import type { AuthorizationRequest } from "./request.js";

export interface CodeDeps {
  readonly profile: Profile;
  readonly storage: Storage;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
  /** The issuer identifier (RFC 9207), used where the profile has the extensions. */
  readonly issuer: () => string;
}

export interface IssuedCode {
  readonly code: string;
  readonly callbackUrl: string;
}

/** Records the consent and returns a code with the callback URL that carries it. */
export async function issueCode(
  deps: CodeDeps,
  request: AuthorizationRequest,
  account: Account,
): Promise<IssuedCode> {
  const { profile } = deps;
  const code = deps.randomBytes(profile.codeBytes).toString(profile.codeEncoding);
  const issuedAt = deps.now();
  await deps.storage.issueCode({
    hash: hashed(code),
    accountId: account.id,
    clientId: request.app.clientId,
    scopes: request.scopes,
    resources: request.resources,
    redirectUri: request.redirectUri,
    redirectUriGiven: request.redirectUriGiven,
    state: request.state,
    codeChallenge: request.codeChallenge,
    issuedAt,
    expiresAt: issuedAt + profile.codeSeconds * 1000,
  });
  const callbackUrl = withParameters(request.redirectUri, {
    code,
    state: request.state,
    iss: profile.extensions ? deps.issuer() : undefined,
  });
  return { code, callbackUrl };
}

/** Returns the callback URL of a refusal (RFC 6749 §4.1.2.1). */
export function refusalCallback(
  deps: Pick<CodeDeps, "profile" | "issuer">,
  to: { redirectUri: string; state: string | undefined },
  refusal: Refusal,
): string {
  const { error, description } = publicError(deps.profile, refusal);
  return withParameters(to.redirectUri, {
    error,
    error_description: description,
    state: to.state,
    iss: deps.profile.extensions ? deps.issuer() : undefined,
  });
}
