/**
 * The token request (RFC 6749 §4.1.3, §6), read once into what its grant needs. What cannot be read is refused before
 * anything is looked up; the rules take the typed request and never reach into the parameters.
 */

import type { Parameters } from "../parameters.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";
import { readScope } from "../scope.js";

export interface CodeRequest {
  readonly grantType: "authorization_code";
  readonly code: string;
  readonly redirectUri: string | undefined;
  readonly codeVerifier: string | undefined;
  readonly state: string | undefined;
  /** The resources asked for (RFC 8707 §2.2), where the profile knows them. */
  readonly resources: readonly string[];
}

export interface RefreshRequest {
  readonly grantType: "refresh_token";
  readonly refreshToken: string;
  readonly scopes: readonly string[] | undefined;
  readonly resources: readonly string[];
}

export type TokenRequest = CodeRequest | RefreshRequest;

/**
 * Returns the grant a request is for. The Node SDK leaves `grant_type` out: where the profile takes that, the query key
 * `refresh` says which is meant. Elsewhere the query decides nothing of the body. @throws {Refusal}
 */
export function chooseGrantType(
  profile: Profile,
  parameters: Parameters,
  query: string,
): TokenRequest["grantType"] {
  const required = profile.grantType === "required";
  const grantType = required ? parameters.required("grant_type") : parameters.optional("grant_type");
  if (grantType === undefined) {
    return new URLSearchParams(query).has("refresh") ? "refresh_token" : "authorization_code";
  }
  if (grantType === "authorization_code" || grantType === "refresh_token") return grantType;
  throw new Refusal(
    "grant_type_unsupported",
    "grant_type is neither authorization_code nor refresh_token",
    "grant_type",
  );
}

/** @throws {Refusal} `parameter_missing`, `parameter_repeated` or `parameter_malformed`. */
export function readCodeRequest(profile: Profile, parameters: Parameters): CodeRequest {
  return {
    grantType: "authorization_code",
    code: parameters.required("code"),
    redirectUri: parameters.optional("redirect_uri"),
    codeVerifier: profile.pkce === "ignored" ? undefined : parameters.optional("code_verifier"),
    state: parameters.optional("state"),
    resources: profile.resources ? parameters.all("resource") : [],
  };
}

/** @throws {Refusal} `parameter_missing`, `parameter_repeated` or `parameter_malformed`. */
export function readRefreshRequest(profile: Profile, parameters: Parameters): RefreshRequest {
  const refreshToken = parameters.required("refresh_token");
  const scope = parameters.optional("scope");
  return {
    grantType: "refresh_token",
    refreshToken,
    scopes: scope === undefined ? undefined : readScope(scope),
    resources: profile.resources ? parameters.all("resource") : [],
  };
}
