/** OAuth 2.0 as its best current practice wants it (RFC 9700). Its scopes are those of the apps. */

import type { Profile } from "./profile.js";
import { standardTexts } from "./texts.js";

export const standard: Profile = {
  name: "standard",
  codeSeconds: 60,
  mostCodeSeconds: 3600,
  accessTokenSeconds: 3600,
  codeBytes: 32,
  codeEncoding: "base64url",
  tokenEncoding: "prefixed-base64url",
  scopeAtAuthorize: "subset",
  // OpenID Connect Core §5.4 and §11.
  ignoredScopes: ["openid", "profile", "email", "address", "phone", "offline_access"],
  extensionParameters: "refused",
  pkce: "S256",
  pkceRequiredOf: "public",
  clientAuthentication: ["client_secret_post", "client_secret_basic", "private_key_jwt"],
  assertions: { algorithms: ["ES256", "EdDSA", "RS256", "PS256"], audience: "endpoints" },
  nativeApps: true,
  publicApps: true,
  grantType: "required",
  redirectUriAtAuthorize: "optional",
  redirectUriAtToken: "as RFC 6749",
  clientRequiredOnRefresh: true,
  rotation: true,
  oneFamilyPerGrant: false,
  familySeconds: 365 * 86_400,
  familyIdleSeconds: 90 * 86_400,
  rotationGraceSeconds: 60,
  endpoints: ["revoke", "introspect", "metadata", "metadataOfOpenId", "jwks"],
  issuerOnCallback: true,
  resources: true,
  prompts: true,
  jwtAccessTokens: true,
  browserClients: true,
  rememberConsent: true,
  scopeInTokenResponse: true,
  scopes: {},
  apiRealm: "API",
  errors: standardTexts,
};
