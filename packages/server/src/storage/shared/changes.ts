/** What both adapters know of the columns that callers fill: which may change, and the values of a new app in order. */

import { type App, ownApi } from "../port/records.js";

/** The column of each property that may change. */
type Columns = Readonly<Record<string, { readonly name: string; readonly required?: boolean }>>;

export const accountChangeColumns: Columns = {
  email: { name: "email", required: true },
  emailKey: { name: "email_key", required: true },
  passwordHash: { name: "password_hash" },
  confirmedAt: { name: "confirmed_at" },
  locked: { name: "locked", required: true },
  locale: { name: "locale", required: true },
  callbackUrl: { name: "callback_url" },
  createdByClient: { name: "created_by_client" },
};

export const appChangeColumns: Columns = {
  name: { name: "name", required: true },
  callbackUrls: { name: "callback_urls", required: true },
  scopes: { name: "scopes", required: true },
  secrets: { name: "secrets", required: true },
  public: { name: "is_public", required: true },
  approved: { name: "approved", required: true },
  disabled: { name: "disabled", required: true },
  requireClientCredentialsOnRefresh: { name: "require_client_credentials_on_refresh", required: true },
  refreshTokens: { name: "refresh_tokens", required: true },
  accessTokens: { name: "access_tokens", required: true },
  jwks: { name: "jwks" },
  resources: { name: "resources", required: true },
  eventCallbackUrl: { name: "event_callback_url" },
  scopeTexts: { name: "scope_texts", required: true },
  callbackSchemes: { name: "callback_schemes", required: true },
  requirePkce: { name: "require_pkce", required: true },
  requirePushedRequests: { name: "require_pushed_requests", required: true },
  dpopBoundTokens: { name: "dpop_bound_tokens", required: true },
  jwtAlgorithm: { name: "jwt_algorithm", required: true },
  grantTypes: { name: "grant_types", required: true },
};

/**
 * Returns the SET list and values of an update, whose columns are named here, never by a caller. A property that is
 * there and undefined clears a column that may be empty, and leaves one that may not.
 * @param placeholder how the adapter's SQL names its n-th value, from 0.
 * @param toSql how the adapter stores a value.
 */
export function assignments<T>(
  columns: Columns,
  changes: Readonly<Record<string, unknown>>,
  placeholder: (index: number) => string,
  toSql: (value: unknown) => T,
): { set: string; values: T[] } {
  const named = Object.entries(changes).flatMap(([key, value]) => {
    const column = columns[key];
    return column && !(column.required && value === undefined) ? [{ name: column.name, value }] : [];
  });
  return {
    set: named.map(({ name }, index) => `${name} = ${placeholder(index)}`).join(", "),
    values: named.map(({ value }) => toSql(value)),
  };
}

/** Returns the values of a new app in the order in which both adapters insert them. */
export function appValues(app: App): unknown[] {
  return [
    app.clientId,
    app.ownerId,
    app.name,
    app.callbackUrls,
    app.scopes.join(" "),
    app.secrets,
    app.public,
    app.approved,
    app.requireClientCredentialsOnRefresh,
    app.refreshTokens,
    app.accessTokens,
    app.jwks,
    app.resources,
    app.eventCallbackUrl,
    app.scopeTexts,
    app.callbackSchemes,
    app.createdAt,
    app.disabled,
    app.requirePkce,
    app.jwtAlgorithm,
    app.grantTypes,
    app.tokenGeneration,
    app.openClient,
    app.requirePushedRequests,
    app.dpopBoundTokens,
  ];
}

/** Returns the resources of a consent as a grant keeps them: words, since a resource holds no space. */
export function consentedResources(resources: readonly string[]): string {
  return resources.length === 0 ? ownApi : resources.join(" ");
}
