/** Rows of the SQLite schema to the objects of the port and back. */
import type { Account, App, AuditEvent, Code, Family, Grant } from "../storage.js";
import { isFamilyId } from "../text.js";
import { optional, toList, toSecrets, toWords } from "../values.js";
import type { SqlRow, SqlValue } from "./driver.js";

/** Returns the id as bytes; what cannot be an id becomes bytes that no family has. */
export const idToBlob = (id: string): Buffer => Buffer.from(isFamilyId(id) ? id : "", "hex");
export const blobToId = (blob: SqlValue | undefined): string =>
  Buffer.from(blob as Uint8Array).toString("hex");

/** The columns of an account, app, grant and family under prefixes, for reads that join them. */
export const accountColumns =
  "a.id a_id, a.email a_email, a.password_hash a_password_hash, a.created_at a_created_at, a.confirmed_at a_confirmed_at, a.locked a_locked, a.locale a_locale, a.callback_url a_callback_url, a.created_by_client a_created_by_client";
export const appColumns =
  "p.client_id p_client_id, p.name p_name, o.id p_owner_id, p.callback_urls p_callback_urls, p.scopes p_scopes, p.secrets p_secrets, p.is_public p_is_public, p.approved p_approved, p.require_client_credentials_on_refresh p_require, p.refresh_tokens p_refresh_tokens, p.access_tokens p_access_tokens, p.jwks p_jwks, p.resources p_resources, p.event_callback_url p_event_callback_url, p.created_at p_created_at";
export const grantColumns =
  "g.pk g_pk, COALESCE(g.widened_scopes, g.scopes) g_scopes, g.created_at g_created_at, g.revoked_at g_revoked_at";
export const familyColumns =
  "f.id f_id, COALESCE(f.scopes, g.scopes) f_scopes, f.resources f_resources, f.generation f_generation, f.created_at f_created_at, f.used_at f_used_at, f.revoked_at f_revoked_at, f.access_valid_from f_access_valid_from";

export function toAccount(row: SqlRow): Account {
  return {
    id: row.a_id as string,
    email: row.a_email as string,
    passwordHash: optional(row.a_password_hash),
    createdAt: row.a_created_at as number,
    confirmedAt: optional(row.a_confirmed_at),
    locked: row.a_locked === 1,
    locale: row.a_locale as string,
    callbackUrl: optional(row.a_callback_url),
    createdByClient: optional(row.a_created_by_client),
  };
}

export function toApp(row: SqlRow): App {
  return {
    clientId: row.p_client_id as string,
    name: row.p_name as string,
    ownerId: row.p_owner_id as string,
    callbackUrls: toList(row.p_callback_urls),
    scopes: toWords(row.p_scopes),
    secrets: toSecrets(row.p_secrets),
    public: row.p_is_public === 1,
    approved: row.p_approved === 1,
    requireClientCredentialsOnRefresh: row.p_require === 1,
    refreshTokens: row.p_refresh_tokens as App["refreshTokens"],
    accessTokens: row.p_access_tokens as App["accessTokens"],
    jwks: optional(row.p_jwks),
    resources: toList(row.p_resources),
    eventCallbackUrl: optional(row.p_event_callback_url),
    createdAt: row.p_created_at as number,
  };
}

export function toGrant(row: SqlRow, accountId: string, clientId: string): Grant {
  return {
    id: String(row.g_pk),
    accountId,
    clientId,
    scopes: toWords(row.g_scopes),
    createdAt: row.g_created_at as number,
    revokedAt: optional(row.g_revoked_at),
  };
}

export function toFamily(row: SqlRow): Family {
  return {
    id: blobToId(row.f_id),
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

export function toCode(row: SqlRow): Code {
  return {
    hash: row.hash as string,
    grantId: String(row.grant_pk),
    accountId: row.account_id as string,
    clientId: row.client_id as string,
    scopes: toWords(row.scopes),
    resources: toList(row.resources),
    redirectUri: row.redirect_uri as string,
    redirectUriGiven: row.redirect_uri_given === 1,
    state: optional(row.state),
    codeChallenge: optional(row.code_challenge),
    issuedAt: row.issued_at as number,
    expiresAt: row.expires_at as number,
    consumedAt: optional(row.consumed_at),
    familyId: row.family_id === null ? undefined : blobToId(row.family_id),
    grantRevokedAt: optional(row.grant_revoked_at),
  };
}

export function toAuditEvent(row: SqlRow): AuditEvent {
  return {
    at: row.at as number,
    event: row.event as string,
    clientId: optional(row.client_id),
    accountId: optional(row.account_id),
    data: JSON.parse(row.data as string),
  };
}
