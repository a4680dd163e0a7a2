/** The rows of the port's objects: both schemas give their columns the same names. The aliases a, p, o and g are theirs. */

import type { Account, App, AuditEvent, ClientSecret, Code, Family, Grant } from "../storage.js";
import {
  type Column,
  type Columns,
  columns,
  flag,
  json,
  list,
  number,
  oneOf,
  optional,
  text,
  words,
} from "./columns.js";

export const accountColumns: Columns<Account> = columns("account", {
  id: text("a.id"),
  email: text("a.email"),
  passwordHash: optional(text("a.password_hash")),
  createdAt: number("a.created_at"),
  confirmedAt: optional(number("a.confirmed_at")),
  locked: flag("a.locked"),
  locale: text("a.locale"),
  callbackUrl: optional(text("a.callback_url")),
  createdByClient: optional(text("a.created_by_client")),
});

export const apiKeyColumns = columns("key", { lookup: text("k.lookup"), sealed: text("k.sealed") });

/** JSON leaves out what is undefined; the port's objects have it. */
const secrets: Column<ClientSecret[]> = {
  sql: "p.secrets",
  read: (value) => {
    const stored: ClientSecret[] = JSON.parse(value as string);
    return stored.map(({ sealed, createdAt, expiresAt }) => ({ sealed, createdAt, expiresAt }));
  },
};

/** `o` is the account that owns the app. */
export const appColumns: Columns<App> = columns("app", {
  clientId: text("p.client_id"),
  name: text("p.name"),
  ownerId: text("o.id"),
  callbackUrls: list("p.callback_urls"),
  scopes: words("p.scopes"),
  secrets,
  public: flag("p.is_public"),
  approved: flag("p.approved"),
  requireClientCredentialsOnRefresh: flag("p.require_client_credentials_on_refresh"),
  refreshTokens: oneOf<App["refreshTokens"]>("p.refresh_tokens"),
  accessTokens: oneOf<App["accessTokens"]>("p.access_tokens"),
  jwks: optional(text("p.jwks")),
  resources: list("p.resources"),
  eventCallbackUrl: optional(text("p.event_callback_url")),
  createdAt: number("p.created_at"),
});

/** A grant but for the two it joins, which are read with it or known before. */
export const grantColumns: Columns<Omit<Grant, "accountId" | "clientId">> = columns("grant", {
  id: { sql: "g.pk", read: String },
  scopes: words("COALESCE(g.widened_scopes, g.scopes)"),
  createdAt: number("g.created_at"),
  revokedAt: optional(number("g.revoked_at")),
});

/** A family but for its id and its grant's, which are read with it. @param revokedAt the SQL of when it ended. */
export const familyColumns = (revokedAt: string): Columns<Omit<Family, "id" | "grantId">> =>
  columns("family", {
    scopes: words("COALESCE(f.scopes, g.scopes)"),
    resources: list("f.resources"),
    generation: number("f.generation"),
    createdAt: number("f.created_at"),
    usedAt: number("f.used_at"),
    revokedAt: optional(number(revokedAt)),
    accessValidFrom: number("f.access_valid_from"),
  });

/** A code but for the hash it is looked up by. @param familyId how the adapter keeps the id of a family. */
export const codeColumns = (familyId: (sql: string) => Column<string>): Columns<Omit<Code, "hash">> =>
  columns("code", {
    grantId: { sql: "c.grant_pk", read: String },
    accountId: text("a.id"),
    clientId: text("p.client_id"),
    scopes: words("c.scopes"),
    resources: list("c.resources"),
    redirectUri: text("c.redirect_uri"),
    redirectUriGiven: flag("c.redirect_uri_given"),
    state: optional(text("c.state")),
    codeChallenge: optional(text("c.code_challenge")),
    issuedAt: number("c.issued_at"),
    expiresAt: number("c.expires_at"),
    consumedAt: optional(number("c.consumed_at")),
    familyId: optional(familyId("c.family_id")),
    grantRevokedAt: optional(number("g.revoked_at")),
  });

export const sessionColumns = columns("session", {
  authenticatedAt: number("s.authenticated_at"),
  expiresAt: number("s.expires_at"),
});

export const auditColumns: Columns<AuditEvent> = columns("audit", {
  at: number("at"),
  event: text("event"),
  clientId: optional(text("client_id")),
  accountId: optional(text("account_id")),
  data: json<AuditEvent["data"]>("data"),
});
