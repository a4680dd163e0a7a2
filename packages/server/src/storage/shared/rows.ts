/** How rows become the port's objects. Both schemas give their columns the same names; a, p, o, g, f and c are aliases. */

import type { AuditEvent } from "../port/audit.js";
import {
  type Account,
  type App,
  type ClientSecret,
  type Code,
  type Device,
  type Family,
  type Grant,
  ownApi,
  type Session,
} from "../port/records.js";
import type { Cells } from "./columns.js";

/**
 * What is read without ids that the caller knows, or reads with it: they are filled in. A copy with them, by spread,
 * took as long as the whole read of a family.
 */
export type Unfilled<T> = { -readonly [K in keyof T]: T[K] };

export function accountOf(cells: Cells): Account {
  return {
    id: cells.text("a.id"),
    email: cells.text("a.email"),
    passwordHash: cells.optionalText("a.password_hash"),
    createdAt: cells.number("a.created_at"),
    confirmedAt: cells.optionalNumber("a.confirmed_at"),
    locked: cells.flag("a.locked"),
    locale: cells.text("a.locale"),
    callbackUrl: cells.optionalText("a.callback_url"),
    createdByClient: cells.optionalText("a.created_by_client"),
  };
}

export function apiKeyOf(cells: Cells) {
  return { lookup: cells.text("k.lookup"), sealed: cells.text("k.sealed") };
}

/** `o` is the account that owns the app. */
export function appOf(cells: Cells): App {
  return {
    clientId: cells.text("p.client_id"),
    name: cells.text("p.name"),
    ownerId: cells.text("o.id"),
    callbackUrls: cells.list("p.callback_urls"),
    scopes: cells.words("p.scopes"),
    secrets: cells.value("p.secrets", toSecrets),
    public: cells.flag("p.is_public"),
    approved: cells.flag("p.approved"),
    disabled: cells.flag("p.disabled"),
    requireClientCredentialsOnRefresh: cells.flag("p.require_client_credentials_on_refresh"),
    refreshTokens: cells.text("p.refresh_tokens") as App["refreshTokens"],
    accessTokens: cells.text("p.access_tokens") as App["accessTokens"],
    jwks: cells.optionalText("p.jwks"),
    resources: cells.list("p.resources"),
    eventCallbackUrl: cells.optionalText("p.event_callback_url"),
    scopeTexts: cells.value("p.scope_texts", (json) => JSON.parse(json as string)),
    callbackSchemes: cells.list("p.callback_schemes"),
    requirePkce: cells.flag("p.require_pkce"),
    requirePushedRequests: cells.flag("p.require_pushed_requests"),
    dpopBoundTokens: cells.flag("p.dpop_bound_tokens"),
    jwtAlgorithm: cells.text("p.jwt_algorithm") as App["jwtAlgorithm"],
    grantTypes: cells.list("p.grant_types") as App["grantTypes"][number][],
    tokenGeneration: cells.number("p.token_generation"),
    createdAt: cells.number("p.created_at"),
    openClient: cells.optionalText("p.open_client") as App["openClient"],
  };
}

/** JSON leaves out what is undefined; the port's objects have it. */
export function toSecrets(json: unknown): ClientSecret[] {
  const stored: ClientSecret[] = JSON.parse(json as string);
  return stored.map(({ sealed, createdAt, expiresAt }) => ({ sealed, createdAt, expiresAt }));
}

/**
 * When a grant was revoked: by itself, or with all that its app had then, which are those up to a key. The keys say what
 * was there before, whatever the clocks of the nodes say.
 */
export const grantRevokedAt = "COALESCE(g.revoked_at, CASE WHEN g.pk <= p.ended_through THEN p.ended_at END)";

/** That a grant is live, of `g` and its app `p`. */
export const grantIsLive = "g.revoked_at IS NULL AND g.pk > p.ended_through";

/** A grant; its account and app are filled in. */
export function grantOf(cells: Cells): Unfilled<Grant> {
  return {
    id: cells.value("g.pk", String),
    accountId: "",
    clientId: "",
    scopes: cells.words("COALESCE(g.widened_scopes, g.scopes)"),
    resources: cells.words(`COALESCE(g.resources, '${ownApi}')`),
    createdAt: cells.number("g.created_at"),
    revokedAt: cells.optionalNumber(grantRevokedAt),
  };
}

/** A family; its id and its grant's are filled in. @param revokedAt the SQL of when it ended. */
export function familyOf(cells: Cells, revokedAt: string): Unfilled<Family> {
  return {
    id: "",
    grantId: "",
    scopes: cells.words("COALESCE(f.scopes, g.scopes)"),
    resources: cells.list("f.resources"),
    generation: cells.number("f.generation"),
    createdAt: cells.number("f.created_at"),
    usedAt: cells.number("f.used_at"),
    revokedAt: cells.optionalNumber(revokedAt),
    accessValidFrom: cells.number("f.access_valid_from"),
    dpopJkt: cells.optionalText("f.dpop_jkt"),
  };
}

/** A code; the hash it was looked up by is filled in. @param toId how the adapter keeps the id of a family. */
export function codeOf(cells: Cells, toId: (stored: unknown) => string): Unfilled<Code> {
  return {
    hash: "",
    grantId: cells.value("c.grant_pk", String),
    accountId: cells.text("a.id"),
    clientId: cells.text("p.client_id"),
    scopes: cells.words("c.scopes"),
    resources: cells.list("c.resources"),
    redirectUri: cells.text("c.redirect_uri"),
    redirectUriGiven: cells.flag("c.redirect_uri_given"),
    state: cells.optionalText("c.state"),
    codeChallenge: cells.optionalText("c.code_challenge"),
    dpopJkt: cells.optionalText("c.dpop_jkt"),
    issuedAt: cells.number("c.issued_at"),
    expiresAt: cells.number("c.expires_at"),
    consumedAt: cells.optionalNumber("c.consumed_at"),
    familyId: cells.optional("c.family_id", toId),
    grantRevokedAt: cells.optionalNumber(grantRevokedAt),
    accountLocked: cells.flag("a.locked"),
  };
}

export function deviceOf(cells: Cells): Device {
  return {
    hash: cells.text("d.hash"),
    userKey: cells.text("d.user_key"),
    clientId: cells.text("p.client_id"),
    scopes: cells.words("d.scopes"),
    resources: cells.list("d.resources"),
    expiresAt: cells.number("d.expires_at"),
  };
}

/** A session; its account, and the hash it was looked up by, are filled in. */
export function sessionOf(cells: Cells): Unfilled<Session> {
  return {
    hash: "",
    accountId: "",
    authenticatedAt: cells.number("s.authenticated_at"),
    expiresAt: cells.number("s.expires_at"),
  };
}

export function auditEventOf(cells: Cells): AuditEvent {
  return {
    at: cells.number("at"),
    event: cells.text("event"),
    clientId: cells.optionalText("client_id"),
    accountId: cells.optionalText("account_id"),
    data: cells.value("data", (json) => JSON.parse(json as string)),
  };
}

export function filledGrant(grant: Unfilled<Grant>, accountId: string, clientId: string): Grant {
  grant.accountId = accountId;
  grant.clientId = clientId;
  return grant;
}

export function filledFamily(family: Unfilled<Family>, id: string, grantId: string): Family {
  family.id = id;
  family.grantId = grantId;
  return family;
}

export function filledCode(code: Unfilled<Code>, hash: string): Code {
  code.hash = hash;
  return code;
}

export function filledSession(session: Unfilled<Session>, hash: string, accountId: string): Session {
  session.hash = hash;
  session.accountId = accountId;
  return session;
}
