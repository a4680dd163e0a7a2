/** A profile: all in which two servers by the same rules may differ, as data. Rules read the value they need. */

import type { OAuthErrorCode, Reason } from "../refusal.js";

/** What a caller is told for a reason. `{parameter}` and `{words}` are filled in from the refusal. */
export interface PublicError {
  readonly error: OAuthErrorCode;
  readonly description: string;
  /** The API's challenge does not name the error (RFC 6750 §3.1). */
  readonly unnamed?: true;
}

/** A scope in words for the person who is asked to allow it. */
export interface ScopeWords {
  readonly title: string;
  readonly description: string;
  /** Who pays for what the app does with it, where anybody does. */
  readonly charged?: "app_owner" | "user";
}

/** Endpoints that not every server has. */
export type OptionalEndpoint =
  | "revoke"
  | "introspect"
  | "userinfo"
  | "pushRequest"
  | "metadata"
  | "metadataOfOpenId"
  | "jwks";

/** Whether an app may prove who it is with a secret that the server has too. */
export function takesSecrets({ clientAuthentication }: Profile): boolean {
  return clientAuthentication.some((method) => method !== "private_key_jwt");
}

export interface Profile {
  readonly name: "dropbox-sign" | "standard" | "fapi2";
  /** Lifetime of an authorization code, in seconds (RFC 6749 §4.1.2). */
  readonly codeSeconds: number;
  /** The longest that an operator may make it. */
  readonly mostCodeSeconds: number;
  /** `expires_in` of an access token, in seconds. */
  readonly accessTokenSeconds: number;
  /** The same of an app's own, of the client credentials grant, which nothing but its end takes back: at most this. */
  readonly appTokenSeconds: number;
  readonly codeBytes: number;
  readonly codeEncoding: "hex" | "base64url";
  /** `base64-of-hex` gives the live lengths, 140 and 96 characters. */
  readonly tokenEncoding: "base64-of-hex" | "prefixed-base64url";
  /** `scope` at the authorization endpoint: refused, or a subset of the app's scopes (RFC 6749 §3.3). */
  readonly scopeAtAuthorize: "refused" | "subset";
  /**
   * Scopes that clients add by themselves. Where the app does not have them they are ignored (RFC 6749 §3.3): the
   * `scope` of the answer says what was granted.
   */
  readonly ignoredScopes: readonly string[];
  /** Whether an authorization request may, or must, be pushed before a browser is sent with it (RFC 9126). */
  readonly pushedRequests: "none" | "optional" | "required";
  /** Tokens that a key's owner alone can use (RFC 9449): not known, by each request's own choice, or none but such. */
  readonly dpop: "none" | "optional" | "required";
  /** Whether each proof must have a nonce of this server (RFC 9449 §8); one that is sent must be good anyway. */
  readonly dpopNonce: "optional" | "required";
  /** `request`, `response_mode` and a `request_uri` that was not pushed, at the authorization endpoint: not supported. */
  readonly extensionParameters: "ignored" | "refused";
  /** RFC 7636: parameters ignored, or S256 alone. */
  readonly pkce: "ignored" | "S256";
  /** Whose codes must be bound by it, where it is read; of the others, each app's own setting says it. */
  readonly pkceRequiredOf: "public" | "all";
  /** Whether an authorization request may be the body of a POST (OpenID Connect Core §3.1.2.1). */
  readonly authorizeByPost: boolean;
  /** Grants beside codes and refresh tokens, of which an app may be allowed some. */
  readonly grantTypes: readonly ("client_credentials" | "device_code")[];
  /** Which ways of client authentication the token endpoint reads (RFC 6749 §2.3.1, RFC 7523). */
  readonly clientAuthentication: readonly (
    | "client_secret_post"
    | "client_secret_basic"
    | "private_key_jwt"
  )[];
  /** What a client assertion must be: its algorithms, and who it may be for (RFC 7523 §3). */
  readonly assertions: {
    readonly algorithms: readonly string[];
    /** `issuer`: the issuer identifier and nothing else, as one string. `endpoints`: those that read one as well. */
    readonly audience: "issuer" | "endpoints";
  };
  /** Whether an app may have several callback URLs, and loopback ports that vary (RFC 8252 §7.3). */
  readonly nativeApps: boolean;
  /** Whether an app may be public: have neither a secret nor keys (RFC 6749 §2.1). */
  readonly publicApps: boolean;
  /** Whether a token request must name its `grant_type`, or its query may (`?refresh`). */
  readonly grantType: "required" | "or by query";
  /** Whether an authorization request may leave `redirect_uri` out where the app has one callback URL (RFC 6749 §3.1.2.3). */
  readonly redirectUriAtAuthorize: "optional" | "required";
  /** Whether `redirect_uri` of the authorization request must be repeated at the token endpoint (RFC 6749 §4.1.3). */
  readonly redirectUriAtToken: "optional" | "as RFC 6749";
  /** Whether a confidential app must authenticate to refresh (RFC 6749 §6), or by each app's setting. */
  readonly clientRequiredOnRefresh: boolean;
  /** Whether a refresh token may be rotated, by each app's setting. */
  readonly rotation: boolean;
  /** One live token family per user and app: a new exchange ends the one before. */
  readonly oneFamilyPerGrant: boolean;
  /** Longest life of a token family, in seconds; undefined is without end. */
  readonly familySeconds: number | undefined;
  /** A family unused for this long, in seconds, is over; undefined is without end. */
  readonly familyIdleSeconds: number | undefined;
  /** A retry of the last rotation gets the same successor for this long, in seconds. */
  readonly rotationGraceSeconds: number;
  /** Which endpoints it has beside those of the API (RFC 7009, 7662, 9126, 8414, 7517). */
  readonly endpoints: readonly OptionalEndpoint[];
  /** `iss` on the callback (RFC 9207). */
  readonly issuerOnCallback: boolean;
  /** `resource` is read (RFC 8707). */
  readonly resources: boolean;
  /** `prompt`, `max_age` and `login_hint` are read (OpenID Connect Core §3.1.2.1). */
  readonly prompts: boolean;
  /** What may sign JWT access tokens (RFC 9068), by each app's setting; empty where there are none. */
  readonly jwtAlgorithms: readonly ("ES256" | "RS256")[];
  /** Pages of any origin may call the token endpoint: apps that run in a browser. */
  readonly browserClients: boolean;
  /** A consent given before spares the second click. */
  readonly rememberConsent: boolean;
  /** `scope` in the token response (RFC 6749 §5.1). */
  readonly scopeInTokenResponse: boolean;
  /** The scopes that the service itself defines; those of an app beside them are described by its owner. */
  readonly scopes: Readonly<Record<string, ScopeWords>>;
  /** The realm of the API's challenge (RFC 6750 §3). */
  readonly apiRealm: string;
  readonly errors: Readonly<Record<Reason, PublicError>>;
}
