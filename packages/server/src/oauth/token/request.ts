/**
 * The token request (RFC 6749 §4.1.3, §4.4.2, §6), read once into what its grant needs. What cannot be read is refused before
 * anything is looked up; the rules take the typed request and never reach into the parameters.
 */

import { enumeration } from "../../alternatives.js";
import { type GrantType, grantsOf } from "../grant-types.js";
import type { Parameters } from "../parameters.js";
import type { Profile } from "../profile/profile.js";
import { wordedRefusal } from "../refusal.js";
import { readScope } from "../scope.js";

export interface CodeRequest {
  readonly code: string;
  readonly redirectUri: string | undefined;
  readonly codeVerifier: string | undefined;
  readonly state: string | undefined;
  /** The resources asked for (RFC 8707 §2.2), where the profile knows them. */
  readonly resources: readonly string[];
}

export interface RefreshRequest {
  readonly refreshToken: string;
  readonly scopes: readonly string[] | undefined;
  readonly resources: readonly string[];
}

/** RFC 6749 §4.4.2. */
export interface AppTokenRequest {
  readonly scopes: readonly string[] | undefined;
  readonly resources: readonly string[];
}

/**
 * Returns the grant a request is for. The Node SDK leaves `grant_type` out: where the profile takes that, the query key
 * `refresh` says which is meant. Elsewhere the query decides nothing of the body. @throws {Refusal}
 */
export function chooseGrantType(profile: Profile, parameters: Parameters, query: string): GrantType {
  const required = profile.grantType === "required";
  const named = required ? parameters.required("grant_type") : parameters.optional("grant_type");
  if (named === undefined)
    return new URLSearchParams(query).has("refresh") ? "refresh_token" : "authorization_code";
  const grants = grantsOf(profile);
  const grantType = grants.get(named);
  if (grantType !== undefined) return grantType;
  throw wordedRefusal("grant_type_unsupported", enumeration([...grants.keys()]), "grant_type");
}

/** @throws {Refusal} `parameter_missing`, `parameter_repeated` or `parameter_malformed`. */
export function readCodeRequest(profile: Profile, parameters: Parameters): CodeRequest {
  return {
    code: parameters.required("code"),
    redirectUri: parameters.optional("redirect_uri"),
    codeVerifier: profile.pkce === "ignored" ? undefined : parameters.optional("code_verifier"),
    state: parameters.optional("state"),
    resources: profile.resources ? parameters.all("resource") : [],
  };
}

/** @throws {Refusal} `parameter_missing`, `parameter_repeated` or `parameter_malformed`. */
export function readRefreshRequest(profile: Profile, parameters: Parameters): RefreshRequest {
  return { refreshToken: parameters.required("refresh_token"), ...readAppTokenRequest(profile, parameters) };
}

/** RFC 8628 §3.4. */
export interface DeviceRequest {
  readonly deviceCode: string;
  readonly resources: readonly string[];
}

/** @throws {Refusal} `parameter_missing`, `parameter_repeated` or `parameter_malformed`. */
export function readDeviceRequest(profile: Profile, parameters: Parameters): DeviceRequest {
  return {
    deviceCode: parameters.required("device_code"),
    resources: profile.resources ? parameters.all("resource") : [],
  };
}

/** @throws {Refusal} `parameter_repeated` or `parameter_malformed`. */
export function readAppTokenRequest(profile: Profile, parameters: Parameters): AppTokenRequest {
  const scope = parameters.optional("scope");
  return {
    scopes: scope === undefined ? undefined : readScope(scope),
    resources: profile.resources ? parameters.all("resource") : [],
  };
}
