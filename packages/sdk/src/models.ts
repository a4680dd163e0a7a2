/** The documented models of the OAuth operations, in camelCase. A plain object does as well as an instance. */

/** The fields of OAuth Token Generate: exchanging the code of the callback. */
export class OAuthTokenGenerateRequest {
  /** The client id of the app. */
  clientId!: string;
  /** The client secret of the app. Only a public app, which proves itself by `codeVerifier`, has none. */
  clientSecret?: string | undefined;
  /** The code that the callback received. */
  code!: string;
  /** The state that the callback received and your application has verified. */
  state!: string;
  /** @default "authorization_code" */
  grantType?: string | undefined = "authorization_code";
  /** Needed where the authorization request named one (RFC 6749 §4.1.3); the live service ignores it. */
  redirectUri?: string | undefined;
  /** The PKCE verifier (RFC 7636 §4.5), where the server offers PKCE. */
  codeVerifier?: string | undefined;

  constructor(fields: Partial<OAuthTokenGenerateRequest> = {}) {
    Object.assign(this, fields);
  }
}

/** The fields of OAuth Token Refresh. */
export class OAuthTokenRefreshRequest {
  /** @default "refresh_token" */
  grantType?: string | undefined = "refresh_token";
  /** The refresh token of the last token response. */
  refreshToken!: string;
  /** The client id; required for new apps, a setting of the app for older ones. */
  clientId?: string | undefined;
  /** The client secret; required for new apps, a setting of the app for older ones. */
  clientSecret?: string | undefined;

  constructor(fields: Partial<OAuthTokenRefreshRequest> = {}) {
    Object.assign(this, fields);
  }
}

/** The fields of RFC 7009 token revocation, offered by a Countersign server in its standard profile. */
export interface OAuthTokenRevokeRequest {
  token: string;
  clientId: string;
  clientSecret?: string | undefined;
}

/** The answer to generate and refresh. Holds secrets: do not log it. */
export interface OAuthTokenResponse {
  accessToken: string;
  /** "Bearer" from every known server. */
  tokenType: string;
  refreshToken?: string | undefined;
  /** Seconds from now until the access token expires. */
  expiresIn?: number | undefined;
  /** Repeated by generate, absent or null from refresh. */
  state?: string | null | undefined;
  /** The granted scopes, where the server says them. */
  scope?: string | undefined;
}

/** A result with what HTTP said beside it. */
export interface WithHttpInfo<Data> {
  data: Data;
  statusCode: number;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** What one call can set for itself. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for this call. @default the configuration's timeoutMs */
  timeoutMs?: number | undefined;
  /**
   * How a token request is written. The official SDKs send JSON. A form is answered with RFC 6749's error names, where JSON gets
   * the API's error object, whose names are those of HTTP statuses.
   * @default "json"
   */
  bodyFormat?: "json" | "form" | undefined;
  /** Headers for this call; they override the configuration's. */
  headers?: Record<string, string> | undefined;
}
