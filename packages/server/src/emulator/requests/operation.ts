/** What a request is called: the operation ids of the OpenAPI description, and our own where it has none. */

import type { FastifyRequest } from "fastify";
import { pathOf } from "../../http/target.js";

const named: Readonly<Record<string, string>> = {
  "GET /oauth/authorize": "authorize",
  "POST /oauth/authorize": "authorizeDecide",
  "POST /oauth/authorize/login": "authorizeLogin",
  "POST /oauth/authorize/switch": "authorizeSwitchAccount",
  "POST /_emulator/authorize": "authorizeHeadless",
  "POST /oauth/revoke": "revoke",
  "POST /oauth/introspect": "introspect",
  "GET /v3/account": "accountGet",
  "PUT /v3/account": "accountUpdate",
  "POST /v3/account/create": "accountCreate",
  "POST /v3/account/verify": "accountVerify",
  "GET /account/confirm": "accountConfirmPage",
  "POST /account/confirm": "accountConfirm",
  "GET /.well-known/oauth-authorization-server": "metadata",
  "GET /.well-known/jwks.json": "jwks",
  "POST /connected-apps/revoke": "connectedAppsRevoke",
};

/** Every operation that a filter can name. */
export const operations: readonly string[] = [
  ...Object.values(named),
  "oauthTokenGenerate",
  "oauthTokenRefresh",
  "connectedApps",
  "unknown",
];

/** Every operation that a fault can name. The controls of a test do not fail by its own faults. */
export const faultable: readonly string[] = operations.filter((name) => name !== "authorizeHeadless");

/** Returns the path of the route that was found, or the path as it was sent: the first may be sent in many ways. */
export function routePath(request: FastifyRequest): string {
  return request.routeOptions.url ?? pathOf(request);
}

/** @param grantType as sent; where it is absent, the query key `refresh` says which is meant. */
export function operationOf(method: string, path: string, query: string, grantType?: string): string {
  if (method === "POST" && /^(\/v3)?\/oauth\/token$/.test(path)) {
    const refresh =
      grantType === undefined ? new URLSearchParams(query).has("refresh") : grantType === "refresh_token";
    return refresh ? "oauthTokenRefresh" : "oauthTokenGenerate";
  }
  const name = named[`${method} ${path}`];
  if (name !== undefined) return name;
  return path.startsWith("/connected-apps") ? "connectedApps" : "unknown";
}

/** Whether requests to this path belong in the log: the emulator's own pages and assets do not. */
export function isLogged(path: string): boolean {
  if (path === "/_emulator/authorize") return true;
  return !/^\/(_emulator|assets|playground)(\/|$)|^\/(health|ready|favicon\.ico)?$/.test(path);
}
