/** The audit log: the names of its events, and how they are asked for. */

import type { PageQuery } from "./paging.js";

/** The names of the events in the audit log: whoever asks for one by another name has misspelt it. */
export const auditEventNames = [
  "account_created",
  "account_deleted",
  "account_locked",
  "account_password_set",
  "account_revoked",
  "account_unlocked",
  "admin_authentication_failed",
  "api_key_created",
  "api_key_revoked",
  "app_changed",
  "app_created",
  "app_deleted",
  "app_revoked",
  "client_authentication_failed",
  "client_secret_rotated",
  "client_secrets_expired",
  "code_exchanged",
  "code_reused",
  "consent_denied",
  "consent_given",
  "everything_revoked",
  "family_revoked",
  "grant_revoked",
  "login",
  "login_failed",
  "refresh_replayed",
  "refresh_reused",
  "sessions_ended",
  "token_revoked",
] as const;

export type AuditEventName = (typeof auditEventNames)[number];

/** A security event. `data` holds no secret, code or token. */
export interface AuditEvent {
  readonly at: number;
  readonly event: string;
  readonly clientId: string | undefined;
  readonly accountId: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean | undefined>>;
}

export interface AuditQuery {
  readonly event?: string;
  readonly clientId?: string;
  readonly accountId?: string;
  readonly since?: number;
  /** Most events returned, newest first. */
  readonly limit: number;
}

export interface AuditPageQuery extends Omit<AuditQuery, "limit">, PageQuery {
  /** Events before this. */
  readonly until?: number | undefined;
  /** Who did it, for what operators did: `data.actor`. */
  readonly actor?: string | undefined;
}
