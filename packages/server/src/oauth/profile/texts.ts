/** What a caller is told for each reason, in the terms of the RFCs. A profile may have texts of its own. */

import type { Reason } from "../refusal.js";
import type { PublicError } from "./profile.js";

export const standardTexts: Readonly<Record<Reason, PublicError>> = {
  parameter_missing: { error: "invalid_request", description: "Parameter {parameter} is missing" },
  parameter_repeated: { error: "invalid_request", description: "Parameter {parameter} is repeated" },
  parameter_malformed: { error: "invalid_request", description: "Parameter {parameter}: {words}" },
  body_malformed: { error: "invalid_request", description: "The request body cannot be read: {words}" },
  body_unsupported: { error: "invalid_request", description: "{words}" },
  body_too_large: { error: "invalid_request", description: "{words}" },
  grant_type_unsupported: {
    error: "unsupported_grant_type",
    description: "Supported grant types are {words}",
  },
  response_type_unsupported: {
    error: "unsupported_response_type",
    description: "The only supported response_type is code",
  },
  response_mode_unsupported: {
    error: "invalid_request",
    description: "The only supported response_mode is query",
  },
  request_object_unsupported: {
    error: "request_not_supported",
    description: "The parameter request is not supported",
  },
  request_uri_unsupported: {
    error: "request_uri_not_supported",
    description: "The only supported request_uri is one that the pushed request endpoint gave",
  },
  request_uri_invalid: { error: "invalid_request_uri", description: "The request_uri is not valid" },
  request_uri_expired: { error: "invalid_request_uri", description: "The request_uri has expired" },
  request_uri_used: { error: "invalid_request_uri", description: "The request_uri was used before" },
  pushed_request_required: {
    error: "invalid_request",
    description: "The request must be pushed first (RFC 9126)",
  },
  dpop_proof_invalid: { error: "invalid_dpop_proof", description: "The DPoP proof is not valid: {words}" },
  dpop_nonce_required: {
    error: "use_dpop_nonce",
    description: "The DPoP proof needs the nonce of DPoP-Nonce",
  },
  access_proof_invalid: { error: "invalid_dpop_proof", description: "The DPoP proof is not valid: {words}" },
  access_nonce_required: {
    error: "use_dpop_nonce",
    description: "The DPoP proof needs the nonce of DPoP-Nonce",
  },
  access_token_binding: {
    error: "invalid_token",
    description: "The access token cannot be used like this: {words}",
  },
  code_key_mismatch: {
    error: "invalid_grant",
    description: "The authorization code is bound to another key",
  },
  refresh_token_key_mismatch: {
    error: "invalid_grant",
    description: "The refresh token is bound to another key",
  },
  client_unknown: { error: "invalid_client", description: "Client authentication failed" },
  client_secret_wrong: { error: "invalid_client", description: "Client authentication failed" },
  // The same text as for an unknown client: an answer does not say which client ids exist.
  client_secret_missing: { error: "invalid_client", description: "Client authentication failed" },
  client_authentication_twice: {
    error: "invalid_request",
    description: "More than one way of client authentication was used",
  },
  client_authentication_unsupported: { error: "invalid_client", description: "{words}" },
  client_assertion_invalid: {
    error: "invalid_client",
    description: "The client assertion is not valid: {words}",
  },
  client_assertion_unproved: { error: "invalid_client", description: "Client authentication failed" },
  client_not_allowed: { error: "unauthorized_client", description: "{words}" },
  client_metadata_invalid: { error: "invalid_client_metadata", description: "{words}" },
  client_redirect_uri_invalid: { error: "invalid_redirect_uri", description: "{words}" },
  client_document_unusable: {
    error: "invalid_client",
    description: "The client's metadata document cannot be used: {words}",
  },
  redirect_uri_mismatch: {
    error: "invalid_request",
    description: "redirect_uri is not one of the app's callback URLs",
  },
  redirect_uri_required: {
    error: "invalid_request",
    description: "redirect_uri is required",
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
    description: "code_challenge is required",
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
  scope_exceeds_app: { error: "invalid_scope", description: "The app does not have the scope {words}" },
  scope_exceeds_grant: {
    error: "invalid_scope",
    description: "The scope exceeds what was granted: {words}",
  },
  resource_unknown: {
    error: "invalid_target",
    description: "The app may not ask for a token for this resource",
  },
  resources_several: { error: "invalid_target", description: "Ask for one resource at a time" },
  denied_by_user: { error: "access_denied", description: "The user denied the request" },
  app_not_approved: {
    error: "access_denied",
    description: "The app is not approved: only its owner can authorize it",
  },
  app_disabled: { error: "unauthorized_client", description: "The app is disabled" },
  login_required: { error: "login_required", description: "The user is not logged in" },
  consent_required: { error: "consent_required", description: "The user has not consented" },
  access_token_missing: {
    error: "invalid_token",
    description: "Unauthorized user. No credentials supplied.",
    unnamed: true,
  },
  access_token_malformed: { error: "invalid_token", description: "The access token is not valid" },
  authorization_malformed: {
    error: "invalid_request",
    description: "The Authorization header is not Bearer and one token",
  },
  authorization_scheme_unknown: {
    error: "invalid_token",
    description: "Unauthorized user. Send a Bearer token or an API key",
    unnamed: true,
  },
  access_token_expired: { error: "invalid_token", description: "The access token has expired" },
  access_token_revoked: { error: "invalid_token", description: "The access token was revoked" },
  access_token_scope: {
    error: "insufficient_scope",
    description: "This action is not allowed by the granted scopes",
  },
  access_token_without_user: {
    error: "insufficient_scope",
    description: "The access token is an app's own; this action needs one that a user has given",
  },
  device_pending: { error: "authorization_pending", description: "The user has not answered yet" },
  device_slow_down: { error: "slow_down", description: "Wait 5 seconds longer between requests" },
  device_denied: { error: "access_denied", description: "The user denied the request" },
  device_code_expired: { error: "expired_token", description: "The device code has expired" },
  device_code_unknown: { error: "invalid_grant", description: "The device code is not valid" },
  token_not_revocable: {
    error: "unsupported_token_type",
    description: "An app's own token cannot be revoked by itself: it ends shortly",
  },
  account_unconfirmed: {
    error: "insufficient_scope",
    description: "The account has not been confirmed yet",
  },
  rate_limited: { error: "slow_down", description: "Too many requests." },
  storage_busy: { error: "temporarily_unavailable", description: "The service is busy; try again" },
  unexpected: { error: "server_error", description: "The server met an unexpected fault" },
};
