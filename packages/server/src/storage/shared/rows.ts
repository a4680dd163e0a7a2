/** Rows to the objects of the port. Both schemas give their columns the same names, in the reads of this file. */

import type { Account, App, AuditEvent, Code, Family, Grant } from "../storage.js";
import { optional, toList, toSecrets, toWords } from "./values.js";

export type Row = Readonly<Record<string, unknown>>;

/** The columns of an account, app, grant and family under prefixes, for reads that join them. */
export const accountColumns =
  "a.id a_id, a.email a_email, a.password_hash a_password_hash, a.created_at a_created_at, a.confirmed_at a_confirmed_at, a.locked a_locked, a.locale a_locale, a.callback_url a_callback_url, a.created_by_client a_created_by_client";
export const appColumns =
  "p.client_id p_client_id, p.name p_name, o.id p_owner_id, p.callback_urls p_callback_urls, p.scopes p_scopes, p.secrets p_secrets, p.is_public p_is_public, p.approved p_approved, p.require_client_credentials_on_refresh p_require, p.refresh_tokens p_refresh_tokens, p.access_tokens p_access_tokens, p.jwks p_jwks, p.resources p_resources, p.event_callback_url p_event_callback_url, p.created_at p_created_at";
export const grantColumns =
  "g.pk g_pk, COALESCE(g.widened_scopes, g.scopes) g_scopes, g.created_at g_created_at, g.revoked_at g_revoked_at";

export function toAccount(row: Row): Account {
  return {
    id: row.a_id as string,
    email: row.a_email as string,
    passwordHash: optional(row.a_password_hash),
    createdAt: row.a_created_at as number,
    confirmedAt: optional(row.a_confirmed_at),
    locked: Boolean(row.a_locked),
    locale: row.a_locale as string,
    callbackUrl: optional(row.a_callback_url),
    createdByClient: optional(row.a_created_by_client),
  };
}

export function toApp(row: Row): App {
  return {
    clientId: row.p_client_id as string,
    name: row.p_name as string,
    ownerId: row.p_owner_id as string,
    callbackUrls: toList(row.p_callback_urls),
    scopes: toWords(row.p_scopes),
    secrets: toSecrets(row.p_secrets),
    public: Boolean(row.p_is_public),
    approved: Boolean(row.p_approved),
    requireClientCredentialsOnRefresh: Boolean(row.p_require),
    refreshTokens: row.p_refresh_tokens as App["refreshTokens"],
    accessTokens: row.p_access_tokens as App["accessTokens"],
    jwks: optional(row.p_jwks),
    resources: toList(row.p_resources),
    eventCallbackUrl: optional(row.p_event_callback_url),
    createdAt: row.p_created_at as number,
  };
}

export function toGrant(row: Row, accountId: string, clientId: string): Grant {
  return {
    id: String(row.g_pk),
    accountId,
    clientId,
    scopes: toWords(row.g_scopes),
    createdAt: row.g_created_at as number,
    revokedAt: optional(row.g_revoked_at),
  };
}

export function toFamily(row: Row, id: string): Family {
  return {
    id,
    grantId: String(row.g_pk),
    scopes: toWords(row.f_scopes),
    resources: toList(row.f_resources),
    generation: row.f_generation as number,
    createdAt: row.f_created_at as number,
    usedAt: row.f_used_at as number,
    revokedAt: optional(row.f_revoked_at),
    accessValidFrom: row.f_access_valid_from as number,
  };
}

export function toCode(row: Row, familyId: string | undefined): Code {
  return {
    hash: row.hash as string,
    grantId: String(row.grant_pk),
    accountId: row.account_id as string,
    clientId: row.client_id as string,
    scopes: toWords(row.scopes),
    resources: toList(row.resources),
    redirectUri: row.redirect_uri as string,
    redirectUriGiven: Boolean(row.redirect_uri_given),
    state: optional(row.state),
    codeChallenge: optional(row.code_challenge),
    issuedAt: row.issued_at as number,
    expiresAt: row.expires_at as number,
    consumedAt: optional(row.consumed_at),
    familyId,
    grantRevokedAt: optional(row.grant_revoked_at),
  };
}

export function toAuditEvent(row: Row): AuditEvent {
  return {
    at: row.at as number,
    event: row.event as string,
    clientId: optional(row.client_id),
    accountId: optional(row.account_id),
    data: JSON.parse(row.data as string),
  };
}
