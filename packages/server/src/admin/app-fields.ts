/** The fields of an app as operators write them: checked whole, the first fault named. */

import { faultInCallbackUrl, faultInScheme } from "../oauth/authorize/redirect-uri.js";
import { faultInKeySet } from "../oauth/client/keys.js";
import { faultInGrantTypes } from "../oauth/grant-types.js";
import { type Profile, takesSecrets } from "../oauth/profile/profile.js";
import { faultInResources } from "../oauth/resource.js";
import { faultInAppScopes, faultInScopeTexts } from "../oauth/scope.js";
import type { App, ExtraGrantType } from "../storage/port/records.js";
import { choiceIn, defined, flagIn, listIn, mappingIn, refuse, textIn } from "./fields.js";

/** Keys that may change later. */
export const changeableKeys = [
  "name",
  "owner",
  "callback_urls",
  "callback_schemes",
  "scopes",
  "scope_texts",
  "approved",
  "disabled",
  "require_client_credentials_on_refresh",
  "refresh_tokens",
  "access_tokens",
  "jwt_algorithm",
  "require_pkce",
  "require_pushed_authorization_requests",
  "dpop_bound_access_tokens",
  "grant_types",
  "resources",
  "jwks",
] as const;

/** Keys of a new app; the last two are for one that comes from elsewhere. */
export const newAppKeys = [...changeableKeys, "public", "client_id", "client_secret"] as const;

/** Settings of an app without its owner, who must be looked up. Absent is unchanged; `jwks` null takes the keys away. */
export type AppFields = Partial<
  Pick<
    App,
    | "name"
    | "callbackUrls"
    | "callbackSchemes"
    | "scopes"
    | "scopeTexts"
    | "approved"
    | "disabled"
    | "requireClientCredentialsOnRefresh"
    | "refreshTokens"
    | "accessTokens"
    | "jwtAlgorithm"
    | "requirePkce"
    | "requirePushedRequests"
    | "dpopBoundTokens"
    | "grantTypes"
    | "resources"
  >
> & { readonly jwks?: string | null };

/**
 * Returns the fields that are given.
 * @param before the app that they change, if there is one.
 * @throws {AdminFault} that names the key at fault.
 */
export function readAppFields(
  profile: Profile,
  given: Readonly<Record<string, unknown>>,
  before:
    | Pick<App, "callbackUrls" | "callbackSchemes" | "scopes" | "scopeTexts" | "grantTypes" | "public">
    | undefined,
): AppFields {
  const fields: AppFields = defined({
    name: textIn(given, "name", 200),
    callbackUrls: listIn(given, "callback_urls"),
    callbackSchemes: listIn(given, "callback_schemes"),
    scopes: listIn(given, "scopes"),
    scopeTexts: mappingIn(given, "scope_texts"),
    approved: flagIn(given, "approved"),
    disabled: flagIn(given, "disabled"),
    requireClientCredentialsOnRefresh: flagIn(given, "require_client_credentials_on_refresh"),
    refreshTokens: choiceIn(given, "refresh_tokens", ["same", "rotate"]),
    accessTokens: choiceIn(given, "access_tokens", ["opaque", "jwt"]),
    jwtAlgorithm: choiceIn(given, "jwt_algorithm", ["ES256", "RS256"]),
    requirePkce: flagIn(given, "require_pkce"),
    requirePushedRequests: flagIn(given, "require_pushed_authorization_requests"),
    dpopBoundTokens: flagIn(given, "dpop_bound_access_tokens"),
    grantTypes: grantTypesIn(profile, given),
    resources: listIn(given, "resources"),
    jwks: keysIn(profile, given),
  });
  check(
    profile,
    {
      callbackUrls: [],
      callbackSchemes: [],
      scopes: [],
      scopeTexts: {},
      grantTypes: [],
      ...before,
      ...fields,
    },
    fields,
  );
  if (!profile.rotation && !takesSecrets(profile) && fields.refreshTokens === "rotate")
    refuse("refresh_tokens", `the ${profile.name} profile does not rotate them`);
  if (fields.jwtAlgorithm !== undefined && !profile.jwtAlgorithms.includes(fields.jwtAlgorithm))
    refuse("jwt_algorithm", `the ${profile.name} profile signs no access tokens by ${fields.jwtAlgorithm}`);
  if (fields.requirePushedRequests && profile.pushedRequests === "none")
    refuse("require_pushed_authorization_requests", `the ${profile.name} profile has no pushed requests`);
  if (fields.dpopBoundTokens && profile.dpop === "none")
    refuse("dpop_bound_access_tokens", `the ${profile.name} profile binds no tokens to keys`);
  if (before?.public && fields.refreshTokens === "same")
    refuse("refresh_tokens", "a public app's are rotated");
  if (before?.public && fields.grantTypes !== undefined)
    refuse("grant_types", faultInGrantTypes(fields.grantTypes, true));
  if (before?.public && fields.jwks != null) refuse("jwks", "a public app has no keys");
  return fields;
}

type Together = Pick<App, "callbackUrls" | "callbackSchemes" | "scopes" | "scopeTexts" | "grantTypes">;

/** What is only right or wrong together is judged as it will be. */
function check(profile: Profile, will: Together, fields: AppFields): void {
  for (const scheme of fields.callbackSchemes ?? []) refuse("callback_schemes", faultInScheme(scheme));
  if (fields.callbackUrls !== undefined || fields.callbackSchemes !== undefined) checkCallbacks(will);
  if (fields.scopes !== undefined) refuse("scopes", faultInAppScopes(profile, will.scopes));
  if (fields.scopes !== undefined || fields.scopeTexts !== undefined)
    refuse("scope_texts", faultInScopeTexts(will.scopes, will.scopeTexts));
  if (fields.resources !== undefined) refuse("resources", faultInResources(fields.resources));
}

function checkCallbacks({ callbackUrls, callbackSchemes, grantTypes }: Together): void {
  // Whoever gets tokens without a browser needs none.
  if (callbackUrls.length === 0 && grantTypes.length === 0)
    refuse("callback_urls", "an app needs at least one");
  for (const url of callbackUrls) {
    const fault = faultInCallbackUrl(url, { schemes: callbackSchemes });
    if (fault !== undefined) refuse("callback_urls", `${url}: ${fault}`);
  }
}

function grantTypesIn(
  profile: Profile,
  given: Readonly<Record<string, unknown>>,
): App["grantTypes"] | undefined {
  const types = listIn(given, "grant_types");
  const unknown = types?.find((type) => !profile.grantTypes.includes(type as ExtraGrantType));
  if (unknown !== undefined) {
    const known = profile.grantTypes.join(" and ") || "none";
    refuse(
      "grant_types",
      `${unknown}: the ${profile.name} profile has ${known} beside codes and refresh tokens`,
    );
  }
  return types as App["grantTypes"] | undefined;
}

function keysIn(profile: Profile, given: Readonly<Record<string, unknown>>): string | null | undefined {
  const { jwks } = given;
  if (jwks === undefined) return undefined;
  if (jwks === null && !takesSecrets(profile))
    refuse("jwks", `the ${profile.name} profile takes no client secret in their place`);
  if (jwks === null) return null;
  if (!profile.clientAuthentication.includes("private_key_jwt"))
    refuse("jwks", `the ${profile.name} profile does not read client assertions`);
  refuse("jwks", faultInKeySet(jwks, profile));
  return JSON.stringify(jwks);
}
