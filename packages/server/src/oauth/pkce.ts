/** PKCE (RFC 7636), S256 alone: `plain` is refused (RFC 9700 §2.1.1). */

import { equalSecrets, hashed } from "../crypto/compare.js";
import type { App } from "../storage/port/records.js";
import type { Parameters } from "./parameters.js";
import type { Profile } from "./profile/profile.js";
import { Refusal, wordedRefusal } from "./refusal.js";

const challengeSyntax = /^[A-Za-z0-9_-]{43}$/;
const verifierSyntax = /^[A-Za-z0-9._~-]{43,128}$/;

/** Returns the code challenge of an authorization request, if the profile reads one. @throws {Refusal} */
export function readChallenge(profile: Profile, app: App, parameters: Parameters): string | undefined {
  if (profile.pkce === "ignored") return undefined;
  const challenge = parameters.optional("code_challenge");
  const method = parameters.optional("code_challenge_method");
  if (challenge === undefined) {
    if (app.public || app.requirePkce || profile.pkceRequiredOf === "all")
      throw new Refusal("code_challenge_required", whyRequired(profile, app), "code_challenge");
    if (method !== undefined) {
      throw new Refusal(
        "parameter_missing",
        "code_challenge_method came without code_challenge",
        "code_challenge",
      );
    }
    return undefined;
  }
  if (method !== "S256") {
    throw new Refusal(
      "code_challenge_method_unsupported",
      `code_challenge_method was ${method === undefined ? "absent, which means plain" : "not S256"}`,
      "code_challenge_method",
    );
  }
  if (!challengeSyntax.test(challenge)) {
    throw wordedRefusal(
      "parameter_malformed",
      "must be 43 characters of base64url for S256",
      "code_challenge",
    );
  }
  return challenge;
}

function whyRequired({ pkceRequiredOf }: Profile, app: App): string {
  if (pkceRequiredOf === "all") return "every app must use PKCE here";
  return app.public ? "a public app must use PKCE" : "this app is set to require PKCE";
}

/** Checks the verifier of a token request against the code's challenge (RFC 7636 §4.6). @throws {Refusal} */
export function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined) {
    // RFC 9700 §2.1.1: a verifier for a code without a challenge is the sign of a downgrade.
    if (verifier !== undefined)
      throw new Refusal("code_verifier_unexpected", "the code has no code_challenge");
    return;
  }
  if (verifier === undefined) throw new Refusal("code_verifier_missing", "the code has a code_challenge");
  if (!verifierSyntax.test(verifier)) {
    throw new Refusal("code_verifier_wrong", "code_verifier is not 43 to 128 unreserved characters");
  }
  if (!equalSecrets(hashed(verifier), challenge)) {
    throw new Refusal("code_verifier_wrong", "SHA-256 of code_verifier is not the code_challenge");
  }
}
