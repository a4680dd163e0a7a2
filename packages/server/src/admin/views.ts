/** What operators are shown, as JSON. No secret is in any of it. */

import type { AuditEvent } from "../storage/port/audit.js";
import type { GrantView } from "../storage/port/operators.js";
import type { Account, App, FamilyView, Session } from "../storage/port/records.js";

const time = (milliseconds: number) => new Date(milliseconds).toISOString();
const timeOrNull = (milliseconds: number | undefined) =>
  milliseconds === undefined ? null : time(milliseconds);

export function accountView(account: Account) {
  return {
    account_id: account.id,
    email: account.email,
    locked: account.locked,
    has_password: account.passwordHash !== undefined,
    created_at: time(account.createdAt),
    confirmed_at: timeOrNull(account.confirmedAt),
    locale: account.locale,
    created_by_client: account.createdByClient ?? null,
  };
}

export function appView(app: App) {
  return {
    client_id: app.clientId,
    name: app.name,
    owner: app.ownerId,
    callback_urls: app.callbackUrls,
    callback_schemes: app.callbackSchemes,
    scopes: app.scopes,
    scope_texts: app.scopeTexts,
    public: app.public,
    approved: app.approved,
    open_client: app.openClient ?? null,
    disabled: app.disabled,
    require_client_credentials_on_refresh: app.requireClientCredentialsOnRefresh,
    refresh_tokens: app.refreshTokens,
    access_tokens: app.accessTokens,
    jwt_algorithm: app.jwtAlgorithm,
    require_pkce: app.requirePkce,
    require_pushed_authorization_requests: app.requirePushedRequests,
    dpop_bound_access_tokens: app.dpopBoundTokens,
    grant_types: app.grantTypes,
    resources: app.resources,
    jwks: app.jwks === undefined ? null : JSON.parse(app.jwks),
    secrets: app.secrets.map(({ createdAt, expiresAt }) => ({
      created_at: time(createdAt),
      expires_at: timeOrNull(expiresAt),
    })),
    created_at: time(app.createdAt),
  };
}

export function grantView({ grant, email, appName }: GrantView) {
  return {
    account_id: grant.accountId,
    email,
    client_id: grant.clientId,
    app: appName,
    scopes: grant.scopes,
    resources: grant.resources,
    created_at: time(grant.createdAt),
  };
}

export function familyView({ family, account, app }: FamilyView) {
  return {
    family: family.id,
    account_id: account.id,
    client_id: app.clientId,
    scopes: family.scopes,
    resources: family.resources,
    generation: family.generation,
    created_at: time(family.createdAt),
    used_at: time(family.usedAt),
    revoked_at: timeOrNull(family.revokedAt),
  };
}

/** The hash finds the session, and opens nothing. */
export function sessionView(session: Session) {
  return {
    session: session.hash,
    authenticated_at: time(session.authenticatedAt),
    expires_at: time(session.expiresAt),
  };
}

export function auditView({ at, event, clientId, accountId, data }: AuditEvent) {
  return { at: time(at), event, client_id: clientId, account_id: accountId, ...data };
}
