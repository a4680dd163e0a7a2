/**
 * The two profiles, as data. `dropbox-sign` is what the live service was seen to do; `standard` is OAuth 2.0 as its
 * best current practice wants it. Rules read the value they need; nothing else asks which profile it is.
 */

import type { OAuthErrorCode, Reason } from "../refusal.js";

/** How a reason is told to the caller. `{parameter}` and `{detail}` are filled in. */
export interface PublicError {
  readonly error: OAuthErrorCode;
  readonly description: string;
}

export interface Profile {
  readonly name: "dropbox-sign" | "standard";
  /** Lifetime of an authorization code, in seconds (RFC 6749 §4.1.2). */
  readonly codeSeconds: number;
  /** `expires_in` of an access token, in seconds. */
  readonly accessTokenSeconds: number;
  readonly codeBytes: number;
  readonly codeEncoding: "hex" | "base64url";
  /** `base64-of-hex` gives the live lengths, 140 and 96 characters. */
  readonly tokenEncoding: "base64-of-hex" | "prefixed-base64url";
  /** `scope` at the authorization endpoint: refused, or a subset of the app's scopes (RFC 6749 §3.3). */
  readonly scopeAtAuthorize: "refused" | "subset";
  /** RFC 7636: parameters ignored, or S256 alone. */
  readonly pkce: "ignored" | "S256";
  /** Which ways of client authentication the token endpoint reads (RFC 6749 §2.3.1, RFC 7523). */
  readonly clientAuthentication: readonly (
    | "client_secret_post"
    | "client_secret_basic"
    | "private_key_jwt"
  )[];
  /** Whether an app may have several callback URLs, loopback ports that vary (RFC 8252 §7.3) and no secret. */
  readonly nativeApps: boolean;
  /** Whether `redirect_uri` of the authorization request must be repeated at the token endpoint (RFC 6749 §4.1.3). */
  readonly redirectUriAtToken: "optional" | "as RFC 6749";
  /** Whether a confidential app must authenticate to refresh (RFC 6749 §6), or by each app's setting. */
  readonly clientRequiredOnRefresh: boolean;
  /** Whether a refresh token may be rotated, by each app's setting. */
  readonly rotation: boolean;
  /** One live token family per user and app: a new exchange ends the one before. */
  readonly oneFamilyPerGrant: boolean;
  /** Longest life of a token family, in seconds; undefined is without end. */
  readonly familySeconds: number | undefined;
  /** A family unused for this long, in seconds, is over; undefined is without end. */
  readonly familyIdleSeconds: number | undefined;
  /** A retry of the last rotation gets the same successor for this long, in seconds. */
  readonly rotationGraceSeconds: number;
  /** `iss` on the callback (RFC 9207), metadata (8414), revocation (7009), introspection (7662), JWKS. */
  readonly extensions: boolean;
  /** A consent given before spares the second click. */
  readonly rememberConsent: boolean;
  /** `scope` in the token response (RFC 6749 §5.1). */
  readonly scopeInTokenResponse: boolean;
  readonly errors: Readonly<Record<Reason, PublicError>>;
}

const standardErrors: Readonly<Record<Reason, PublicError>> = {
  parameter_missing: { error: "invalid_request", description: "Parameter {parameter} is missing" },
  parameter_repeated: { error: "invalid_request", description: "Parameter {parameter} is repeated" },
  parameter_malformed: { error: "invalid_request", description: "Parameter {parameter}: {detail}" },
  body_malformed: { error: "invalid_request", description: "The request body cannot be read: {detail}" },
  body_unsupported: { error: "invalid_request", description: "{detail}" },
  body_too_large: { error: "invalid_request", description: "{detail}" },
  grant_type_unsupported: {
    error: "unsupported_grant_type",
    description: "Supported grant types are authorization_code and refresh_token",
  },
  response_type_unsupported: {
    error: "unsupported_response_type",
    description: "The only supported response_type is code",
  },
  client_unknown: { error: "invalid_client", description: "Client authentication failed" },
  client_secret_wrong: { error: "invalid_client", description: "Client authentication failed" },
  // The same text as for an unknown client: an answer does not say which client ids exist.
  client_secret_missing: { error: "invalid_client", description: "Client authentication failed" },
  client_authentication_twice: {
    error: "invalid_request",
    description: "More than one way of client authentication was used",
  },
  client_authentication_unsupported: { error: "invalid_client", description: "{detail}" },
  client_assertion_invalid: {
    error: "invalid_client",
    description: "The client assertion is not valid: {detail}",
  },
  client_not_allowed: { error: "unauthorized_client", description: "{detail}" },
  redirect_uri_mismatch: {
    error: "invalid_request",
    description: "redirect_uri is not one of the app's callback URLs",
  },
  redirect_uri_required: {
    error: "invalid_request",
    description: "redirect_uri is required: the app has several callback URLs",
  },
  code_unknown: { error: "invalid_grant", description: "The authorization code is not valid" },
  code_expired: { error: "invalid_grant", description: "The authorization code has expired" },
  code_used: { error: "invalid_grant", description: "The authorization code was used before" },
  code_of_other_client: { error: "invalid_grant", description: "The authorization code is not valid" },
  code_redirect_uri_mismatch: {
    error: "invalid_grant",
    description: "redirect_uri is not the one of the authorization request",
  },
  code_state_mismatch: {
    error: "invalid_grant",
    description: "state is not the one of the authorization request",
  },
  code_verifier_missing: { error: "invalid_grant", description: "code_verifier is missing" },
  code_verifier_unexpected: {
    error: "invalid_grant",
    description: "The code was requested without a code_challenge; code_verifier must not be sent",
  },
  code_verifier_wrong: {
    error: "invalid_grant",
    description: "code_verifier does not match the code_challenge",
  },
  code_challenge_required: {
    error: "invalid_request",
    description: "code_challenge is required for public clients",
  },
  code_challenge_method_unsupported: {
    error: "invalid_request",
    description: "The only supported code_challenge_method is S256",
  },
  grant_revoked: { error: "invalid_grant", description: "The authorization was revoked" },
  refresh_token_unknown: { error: "invalid_grant", description: "The refresh token is not valid" },
  refresh_token_of_other_client: { error: "invalid_grant", description: "The refresh token is not valid" },
  refresh_token_revoked: { error: "invalid_grant", description: "The refresh token was revoked" },
  refresh_token_reused: {
    error: "invalid_grant",
    description: "The refresh token was used before; its tokens are revoked",
  },
  refresh_token_expired: { error: "invalid_grant", description: "The refresh token has expired" },
  scope_unsupported: { error: "invalid_scope", description: "Custom scopes are not supported" },
  scope_exceeds_app: { error: "invalid_scope", description: "The app does not have the scope {detail}" },
  scope_exceeds_grant: {
    error: "invalid_scope",
    description: "The scope exceeds what was granted: {detail}",
  },
  resource_unknown: { error: "invalid_target", description: "{detail}" },
  denied_by_user: { error: "access_denied", description: "The user denied the request" },
  app_not_approved: {
    error: "access_denied",
    description: "The app is not approved: only its owner can authorize it",
  },
  login_required: { error: "login_required", description: "The user is not logged in" },
  consent_required: { error: "consent_required", description: "The user has not consented" },
  token_type_unsupported: { error: "unsupported_token_type", description: "{detail}" },
  access_token_missing: {
    error: "invalid_token",
    description: "Unauthorized user. No credentials supplied.",
  },
  access_token_malformed: { error: "invalid_token", description: "The access token is not valid" },
  access_token_expired: { error: "invalid_token", description: "The access token has expired" },
  access_token_revoked: { error: "invalid_token", description: "The access token was revoked" },
  access_token_scope: {
    error: "insufficient_scope",
    description: "This action is not allowed by the granted scopes",
  },
  account_unconfirmed: {
    error: "insufficient_scope",
    description: "The account has not been confirmed yet",
  },
  rate_limited: { error: "slow_down", description: "Too many requests." },
  storage_busy: { error: "temporarily_unavailable", description: "The service is busy; try again" },
  unexpected: { error: "server_error", description: "The server met an unexpected fault" },
};

const liveCodeText =
  "Either the combo client_id/code is wrong or this request was made more than 1 hour after the inital grant";
const liveCode: PublicError = { error: "invalid_request", description: liveCodeText };
const liveRefresh: PublicError = {
  error: "invalid_grant",
  description: "Invalid grant data (refresh token)",
};

export const dropboxSign: Profile = {
  name: "dropbox-sign",
  codeSeconds: 3600,
  accessTokenSeconds: 86_400,
  codeBytes: 8,
  codeEncoding: "hex",
  tokenEncoding: "base64-of-hex",
  scopeAtAuthorize: "refused",
  pkce: "ignored",
  clientAuthentication: ["client_secret_post"],
  nativeApps: false,
  redirectUriAtToken: "optional",
  clientRequiredOnRefresh: false,
  rotation: false,
  oneFamilyPerGrant: true,
  familySeconds: undefined,
  familyIdleSeconds: undefined,
  rotationGraceSeconds: 0,
  extensions: false,
  rememberConsent: false,
  scopeInTokenResponse: false,
  errors: {
    ...standardErrors,
    client_unknown: liveCode,
    client_secret_missing: { error: "invalid_client", description: "Client authentication is required" },
    code_unknown: liveCode,
    code_expired: liveCode,
    code_used: liveCode,
    code_of_other_client: liveCode,
    code_redirect_uri_mismatch: liveCode,
    grant_revoked: liveCode,
    redirect_uri_mismatch: {
      error: "invalid_request",
      description: "provided redirect URI doesn't match the app's default callback URL",
    },
    refresh_token_unknown: liveRefresh,
    refresh_token_of_other_client: liveRefresh,
    refresh_token_revoked: liveRefresh,
    refresh_token_reused: liveRefresh,
    refresh_token_expired: liveRefresh,
    scope_unsupported: { error: "invalid_scope", description: "Custom scopes are not supported yet" },
  },
};

export const standard: Profile = {
  name: "standard",
  codeSeconds: 60,
  accessTokenSeconds: 3600,
  codeBytes: 32,
  codeEncoding: "base64url",
  tokenEncoding: "prefixed-base64url",
  scopeAtAuthorize: "subset",
  pkce: "S256",
  clientAuthentication: ["client_secret_post", "client_secret_basic", "private_key_jwt"],
  nativeApps: true,
  redirectUriAtToken: "as RFC 6749",
  clientRequiredOnRefresh: true,
  rotation: true,
  oneFamilyPerGrant: false,
  familySeconds: 365 * 86_400,
  familyIdleSeconds: 90 * 86_400,
  rotationGraceSeconds: 60,
  extensions: true,
  rememberConsent: true,
  scopeInTokenResponse: true,
  errors: standardErrors,
};

export const profiles: Readonly<Record<Profile["name"], Profile>> = {
  "dropbox-sign": dropboxSign,
  standard,
};
