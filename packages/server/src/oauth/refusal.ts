/**
 * The refusals of the protocol. A rule throws a `Refusal` with a stable reason; which OAuth error and which public
 * text that reason has is data of the profile, and the HTTP status follows from error and reason alone.
 */

/** Error codes of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8707 §2, RFC 9101 §7, RFC 9449 §12.2 and OpenID Connect Core §3.1.2.6. */
export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_token_type"
  | "authorization_pending"
  | "expired_token"
  | "unsupported_response_type"
  | "request_not_supported"
  | "request_uri_not_supported"
  | "invalid_request_uri"
  | "invalid_dpop_proof"
  | "use_dpop_nonce"
  | "invalid_scope"
  | "invalid_target"
  | "invalid_client_metadata"
  | "invalid_redirect_uri"
  | "access_denied"
  | "login_required"
  | "consent_required"
  | "invalid_token"
  | "insufficient_scope"
  | "slow_down"
  | "temporarily_unavailable"
  | "server_error";

/** The HTTP status of each error: one table, never the call site. */
export const statusOf: Readonly<Record<OAuthErrorCode, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_token_type: 400,
  authorization_pending: 400,
  expired_token: 400,
  unsupported_response_type: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  invalid_request_uri: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_client_metadata: 400,
  invalid_redirect_uri: 400,
  access_denied: 403,
  login_required: 400,
  consent_required: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  slow_down: 429,
  temporarily_unavailable: 503,
  server_error: 500,
};

/** Why a request was refused: stable literals for logs, tests and the profile's table of texts. */
export type Reason =
  | "parameter_missing"
  | "parameter_repeated"
  | "parameter_malformed"
  | "body_malformed"
  | "body_unsupported"
  | "body_too_large"
  | "grant_type_unsupported"
  | "response_type_unsupported"
  | "response_mode_unsupported"
  | "request_object_unsupported"
  | "request_uri_unsupported"
  | "request_uri_invalid"
  | "request_uri_expired"
  | "request_uri_used"
  | "pushed_request_required"
  | "dpop_proof_invalid"
  | "dpop_nonce_required"
  | "access_proof_invalid"
  | "access_nonce_required"
  | "access_token_binding"
  | "code_key_mismatch"
  | "refresh_token_key_mismatch"
  | "client_unknown"
  | "client_secret_wrong"
  | "client_secret_missing"
  | "client_authentication_twice"
  | "client_authentication_unsupported"
  | "client_assertion_invalid"
  | "client_assertion_unproved"
  | "client_not_allowed"
  | "client_metadata_invalid"
  | "client_redirect_uri_invalid"
  | "client_document_unusable"
  | "redirect_uri_mismatch"
  | "redirect_uri_required"
  | "code_unknown"
  | "code_expired"
  | "code_used"
  | "code_of_other_client"
  | "code_redirect_uri_mismatch"
  | "code_state_mismatch"
  | "code_verifier_missing"
  | "code_verifier_unexpected"
  | "code_verifier_wrong"
  | "code_challenge_required"
  | "code_challenge_method_unsupported"
  | "grant_revoked"
  | "refresh_token_unknown"
  | "refresh_token_of_other_client"
  | "refresh_token_revoked"
  | "refresh_token_reused"
  | "refresh_token_expired"
  | "scope_unsupported"
  | "scope_exceeds_app"
  | "scope_exceeds_grant"
  | "resource_unknown"
  | "resources_several"
  | "denied_by_user"
  | "app_not_approved"
  | "app_disabled"
  | "login_required"
  | "consent_required"
  | "access_token_missing"
  | "access_token_malformed"
  | "authorization_malformed"
  | "authorization_scheme_unknown"
  | "access_token_expired"
  | "access_token_revoked"
  | "access_token_scope"
  | "access_token_without_user"
  | "token_not_revocable"
  | "device_pending"
  | "device_slow_down"
  | "device_denied"
  | "device_code_expired"
  | "device_code_unknown"
  | "account_unconfirmed"
  | "rate_limited"
  | "storage_busy"
  | "unexpected";

/** Reasons that HTTP has a status for, which is more exact than the error's (RFC 9110 §15.5.14, §15.5.16). */
export const statusOfReason: Readonly<Partial<Record<Reason, number>>> = {
  body_too_large: 413,
  body_unsupported: 415,
  // RFC 9449 §7.1: a protected resource asks for credentials.
  access_proof_invalid: 401,
  access_nonce_required: 401,
  // RFC 8628 §3.5: at the token endpoint these are errors as others.
  device_slow_down: 400,
  device_denied: 400,
};

/** A request refused by a rule of the protocol. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: Reason;
  readonly detail: string;
  readonly parameter: string | undefined;
  readonly worded: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param reason the rule that refused.
   * @param detail what a developer needs to know, for logs and the emulator; never a secret, code or token. The caller
   *   is not told it.
   * @param parameter the request parameter at fault, where there is one.
   * @param more `worded` fills in the public text of a reason that has many forms; `retryAfterSeconds` says when to
   *   ask again, for `rate_limited` and `storage_busy`.
   */
  constructor(
    reason: Reason,
    detail: string,
    parameter?: string,
    more: { readonly worded?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(`${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
    this.parameter = parameter;
    this.worded = more.worded;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** Reasons of many forms: their public text has a place for the words of the rule. */
export type WordedReason =
  | "grant_type_unsupported"
  | "parameter_malformed"
  | "body_malformed"
  | "body_unsupported"
  | "body_too_large"
  | "client_authentication_unsupported"
  | "client_assertion_invalid"
  | "client_assertion_unproved"
  | "client_not_allowed"
  | "dpop_proof_invalid"
  | "access_proof_invalid"
  | "access_token_binding"
  | "client_metadata_invalid"
  | "client_redirect_uri_invalid"
  | "client_document_unusable"
  | "scope_exceeds_app"
  | "scope_exceeds_grant";

/** Returns a refusal whose words are for the caller and for the developer alike. */
export function wordedRefusal(reason: WordedReason, words: string, parameter?: string): Refusal {
  return new Refusal(reason, words, parameter, { worded: words });
}
