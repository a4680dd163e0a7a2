/** The documented OAuth operations, one request each. */
import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "./configuration.js";
import { type HttpResponse, send } from "./http.js";
import type {
  CallOptions,
  OAuthTokenGenerateRequest,
  OAuthTokenRefreshRequest,
  OAuthTokenResponse,
  OAuthTokenRevokeRequest,
  WithHttpInfo,
} from "./models.js";
import { type FieldRule, toTokenResponse, toWire } from "./wire.js";

// The order is that of the official SDKs, so that the bodies are the same byte for byte.
const generateFields: readonly FieldRule[] = [
  ["clientId", "client_id", true],
  ["clientSecret", "client_secret", true],
  ["code", "code", true],
  ["grantType", "grant_type", false],
  ["state", "state", true],
  ["redirectUri", "redirect_uri", false],
  ["codeVerifier", "code_verifier", false],
];
// A public app has no secret: the verifier stands in for it (RFC 7636).
const generateFieldsOfPublicApp = generateFields.map(
  ([name, wireName, required]): FieldRule => [name, wireName, required && name !== "clientSecret"],
);
const refreshFields: readonly FieldRule[] = [
  ["grantType", "grant_type", false],
  ["refreshToken", "refresh_token", true],
  ["clientId", "client_id", false],
  ["clientSecret", "client_secret", false],
];
const revokeFields: readonly FieldRule[] = [
  ["token", "token", true],
  ["clientId", "client_id", true],
  ["clientSecret", "client_secret", false],
];

/**
 * The documented OAuth operations. Each call sends exactly one request.
 *
 * Every method:
 * @throws {InvalidArgumentError} before anything is sent, when a field is missing or wrongly typed.
 * @throws {ApiError} for a refusal.
 * @throws {InvalidResponseError} for an answer that is no token.
 * @throws {NetworkError} when no answer arrived, {TimeoutError} when none did in time.
 */
export class OAuthApi {
  readonly #config: Configuration;

  /** Uses the shared configuration unless given its own; a string is its `baseUrl`. */
  constructor(config?: Configuration | ConfigurationOptions | string) {
    this.#config = resolveConfiguration(config);
  }

  /** The token response for the code of a callback: `POST /oauth/token`. */
  async oauthTokenGenerate(
    request: OAuthTokenGenerateRequest,
    options?: CallOptions,
  ): Promise<OAuthTokenResponse> {
    return (await this.oauthTokenGenerateWithHttpInfo(request, options)).data;
  }

  /** As `oauthTokenGenerate`, with the status code and headers. */
  async oauthTokenGenerateWithHttpInfo(
    request: OAuthTokenGenerateRequest,
    options?: CallOptions,
  ): Promise<WithHttpInfo<OAuthTokenResponse>> {
    const rules = request?.codeVerifier === undefined ? generateFields : generateFieldsOfPublicApp;
    return this.#token("/oauth/token", withGrantType(request, "authorization_code"), rules, options);
  }

  /** The next token response for a refresh token: `POST /oauth/token?refresh`. */
  async oauthTokenRefresh(
    request: OAuthTokenRefreshRequest,
    options?: CallOptions,
  ): Promise<OAuthTokenResponse> {
    return (await this.oauthTokenRefreshWithHttpInfo(request, options)).data;
  }

  /** As `oauthTokenRefresh`, with the status code and headers. */
  async oauthTokenRefreshWithHttpInfo(
    request: OAuthTokenRefreshRequest,
    options?: CallOptions,
  ): Promise<WithHttpInfo<OAuthTokenResponse>> {
    return this.#token(
      "/oauth/token?refresh",
      withGrantType(request, "refresh_token"),
      refreshFields,
      options,
    );
  }

  /**
   * Resolves when the token and its whole grant are revoked: `POST /oauth/revoke` (RFC 7009).
   * A Countersign server offers it in its standard profile; the live service is not known to.
   */
  async oauthTokenRevoke(request: OAuthTokenRevokeRequest, options?: CallOptions): Promise<void> {
    const fields = toWire(request, revokeFields);
    await this.#post("/oauth/revoke", fields, { ...options, bodyFormat: "form" });
  }

  async #token(
    path: string,
    request: object,
    rules: readonly FieldRule[],
    options?: CallOptions,
  ): Promise<WithHttpInfo<OAuthTokenResponse>> {
    const fields = toWire(request, rules);
    const response = await this.#post(path, fields, options);
    const data = toTokenResponse(response, secretsOf(fields));
    return { data, statusCode: response.statusCode, headers: response.headers };
  }

  #post(path: string, fields: Record<string, string>, options?: CallOptions): Promise<HttpResponse> {
    const secrets = secretsOf(fields);
    const isForm = options?.bodyFormat === "form";
    const body = isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields);
    const contentType = isForm ? "application/x-www-form-urlencoded" : "application/json";
    const headers = { "content-type": contentType, accept: "application/json" };
    const url = this.#config.appUrl(path);
    const request = { method: "POST", url, headers, body, secrets, bringsTokens: true } as const;
    return send(this.#config, request, options);
  }
}

function secretsOf(fields: Record<string, string>): string[] {
  const { client_secret, code, code_verifier, refresh_token, token } = fields;
  return [client_secret, code, code_verifier, refresh_token, token].filter((secret) => secret !== undefined);
}

function withGrantType<Request extends { grantType?: string | undefined }>(
  request: Request,
  grantType: string,
): Request {
  const isObject = typeof request === "object" && request !== null;
  return isObject && !Array.isArray(request)
    ? { ...request, grantType: request.grantType ?? grantType }
    : request;
}
