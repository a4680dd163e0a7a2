/**
 * The endpoints: what each is called, where it is, and how it tells an error. Routes, metadata, the audiences of client
 * assertions and the emulator's request log all read them here.
 */

import type { GrantType } from "./grant-types.js";

/**
 * Who is answered. `client`: the API's error object for a JSON request, since the official SDKs crash on any other,
 * and RFC 6749's for a form, since generic clients know no other. `api`: the API's error object. `page`: a page,
 * always. `browser`: a page to whoever accepts one. `oauth`: RFC 6749's
 * object, whatever was sent.
 */
export type ErrorShape = "client" | "api" | "page" | "browser" | "oauth";

export interface Endpoint {
  /** The operation id of the OpenAPI description; a name of ours where it has none. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  readonly path: string;
  readonly errors: ErrorShape;
  /** Whether programs in pages of any origin may call it, where the profile serves such. It must read no cookie. */
  readonly crossOrigin?: true;
}

export const endpoints = {
  authorize: { operation: "authorize", method: "GET", path: "/oauth/authorize", errors: "page" },
  decide: { operation: "authorizeDecide", method: "POST", path: "/oauth/authorize", errors: "browser" },
  login: { operation: "authorizeLogin", method: "POST", path: "/oauth/authorize/login", errors: "browser" },
  switchAccount: {
    operation: "authorizeSwitchAccount",
    method: "POST",
    path: "/oauth/authorize/switch",
    errors: "browser",
  },
  token: {
    operation: "oauthTokenGenerate",
    method: "POST",
    path: "/oauth/token",
    errors: "client",
    crossOrigin: true,
  },
  tokenOfApiHost: {
    operation: "oauthTokenGenerate",
    method: "POST",
    path: "/v3/oauth/token",
    errors: "client",
    crossOrigin: true,
  },
  revoke: { operation: "revoke", method: "POST", path: "/oauth/revoke", errors: "client", crossOrigin: true },
  introspect: { operation: "introspect", method: "POST", path: "/oauth/introspect", errors: "client" },
  userinfo: {
    operation: "userinfo",
    method: "GET",
    path: "/oauth/userinfo",
    errors: "oauth",
    crossOrigin: true,
  },
  pushRequest: {
    operation: "pushAuthorizationRequest",
    method: "POST",
    path: "/oauth/par",
    errors: "oauth",
    crossOrigin: true,
  },
  register: {
    operation: "register",
    method: "POST",
    path: "/oauth/register",
    errors: "oauth",
    crossOrigin: true,
  },
  deviceAuthorization: {
    operation: "deviceAuthorization",
    method: "POST",
    path: "/oauth/device_authorization",
    errors: "client",
  },
  devicePage: { operation: "devicePage", method: "GET", path: "/device", errors: "browser" },
  deviceLookUp: { operation: "deviceLookUp", method: "POST", path: "/device", errors: "browser" },
  deviceLogin: { operation: "deviceLogin", method: "POST", path: "/device/login", errors: "browser" },
  deviceSwitchAccount: {
    operation: "deviceSwitchAccount",
    method: "POST",
    path: "/device/switch",
    errors: "browser",
  },
  deviceDecide: { operation: "deviceDecide", method: "POST", path: "/device/decide", errors: "browser" },
  metadata: {
    operation: "metadata",
    method: "GET",
    path: "/.well-known/oauth-authorization-server",
    errors: "api",
    crossOrigin: true,
  },
  // RFC 8414 §5: where clients look that know OpenID Connect Discovery alone.
  metadataOfOpenId: {
    operation: "metadata",
    method: "GET",
    path: "/.well-known/openid-configuration",
    errors: "api",
    crossOrigin: true,
  },
  jwks: {
    operation: "jwks",
    method: "GET",
    path: "/.well-known/jwks.json",
    errors: "api",
    crossOrigin: true,
  },
  account: { operation: "accountGet", method: "GET", path: "/v3/account", errors: "api", crossOrigin: true },
  connectedApps: { operation: "connectedApps", method: "GET", path: "/connected-apps", errors: "browser" },
  connectedAppsLogin: {
    operation: "connectedApps",
    method: "POST",
    path: "/connected-apps/login",
    errors: "browser",
  },
  connectedAppsRevoke: {
    operation: "connectedAppsRevoke",
    method: "POST",
    path: "/connected-apps/revoke",
    errors: "browser",
  },
  connectedAppsLogout: {
    operation: "connectedApps",
    method: "POST",
    path: "/connected-apps/logout",
    errors: "browser",
  },
} as const satisfies Readonly<Record<string, Endpoint>>;

/** The token endpoint's operations: the grant tells them apart. */
export const tokenOperations: Readonly<Record<GrantType, string>> = {
  authorization_code: endpoints.token.operation,
  refresh_token: "oauthTokenRefresh",
  client_credentials: "oauthTokenOfApp",
  device_code: "oauthTokenOfDevice",
};
