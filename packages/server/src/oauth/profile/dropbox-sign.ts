/** What the live service was seen to do: its lifetimes, its texts, its scopes and who pays for them. */

import type { Profile, PublicError, ScopeWords } from "./profile.js";
import { standardTexts } from "./texts.js";

/** The scopes of the Dropbox Sign API. The two sets of `charged` exclude each other. */
const scopes: Readonly<Record<string, ScopeWords>> = {
  basic_account_info: {
    title: "See basic account information",
    description: "Your name and email address.",
    charged: "app_owner",
  },
  request_signature: {
    title: "Send signature requests",
    description: "Send requests for you, and see their status and documents.",
    charged: "app_owner",
  },
  account_access: {
    title: "See and change your account",
    description: "Your name, email address and account settings.",
    charged: "user",
  },
  signature_request_access: {
    title: "Work with your signature requests",
    description: "Send, view and update signature requests, and download their documents.",
    charged: "user",
  },
  template_access: {
    title: "Work with your templates",
    description: "View, create and change templates.",
    charged: "user",
  },
  team_access: {
    title: "Manage your team",
    description: "View and change team settings and members.",
    charged: "user",
  },
  api_app_access: {
    title: "Manage your API apps",
    description: "View, create and change the API apps of your account.",
    charged: "user",
  },
};

const liveCodeText =
  "Either the combo client_id/code is wrong or this request was made more than 1 hour after the inital grant";
const liveCode: PublicError = { error: "invalid_request", description: liveCodeText };
const liveRefresh: PublicError = {
  error: "invalid_grant",
  description: "Invalid grant data (refresh token)",
};

export const dropboxSign: Profile = {
  name: "dropbox-sign",
  codeSeconds: 3600,
  mostCodeSeconds: 3600,
  accessTokenSeconds: 86_400,
  appTokenSeconds: 600,
  codeBytes: 8,
  codeEncoding: "hex",
  tokenEncoding: "base64-of-hex",
  scopeAtAuthorize: "refused",
  ignoredScopes: [],
  pushedRequests: "none",
  dpop: "none",
  dpopNonce: "optional",
  extensionParameters: "ignored",
  pkce: "ignored",
  pkceRequiredOf: "public",
  authorizeByPost: false,
  grantTypes: [],
  clientAuthentication: ["client_secret_post"],
  assertions: { algorithms: ["ES256", "EdDSA", "RS256", "PS256"], audience: "endpoints" },
  nativeApps: false,
  publicApps: true,
  grantType: "or by query",
  redirectUriAtAuthorize: "optional",
  redirectUriAtToken: "optional",
  clientRequiredOnRefresh: false,
  rotation: false,
  oneFamilyPerGrant: true,
  familySeconds: undefined,
  familyIdleSeconds: undefined,
  rotationGraceSeconds: 0,
  endpoints: [],
  issuerOnCallback: false,
  resources: false,
  prompts: false,
  jwtAlgorithms: [],
  browserClients: false,
  rememberConsent: false,
  scopeInTokenResponse: false,
  scopes,
  apiRealm: "Dropbox Sign API",
  errors: {
    ...standardTexts,
    client_unknown: liveCode,
    client_secret_missing: { error: "invalid_client", description: "Client authentication is required" },
    code_unknown: liveCode,
    code_expired: liveCode,
    code_used: liveCode,
    code_of_other_client: liveCode,
    code_redirect_uri_mismatch: liveCode,
    grant_revoked: liveCode,
    redirect_uri_mismatch: {
      error: "invalid_request",
      description: "provided redirect URI doesn't match the app's default callback URL",
    },
    refresh_token_unknown: liveRefresh,
    refresh_token_of_other_client: liveRefresh,
    refresh_token_revoked: liveRefresh,
    refresh_token_reused: liveRefresh,
    refresh_token_expired: liveRefresh,
    authorization_malformed: standardTexts.access_token_malformed,
    authorization_scheme_unknown: standardTexts.access_token_malformed,
    scope_unsupported: { error: "invalid_scope", description: "Custom scopes are not supported yet" },
  },
};
