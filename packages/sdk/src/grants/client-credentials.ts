/** The client credentials grant (RFC 6749 §4.4): a token for the app itself. */

import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "../configuration.js";
import type { OAuthTokenResponse } from "../models.js";
import { toWire } from "../wire.js";
import { type GrantCallOptions, postForToken } from "./post.js";

/** What the app asks for. */
export interface ClientCredentialsRequest {
  clientId: string;
  clientSecret: string;
  /** Scopes separated by spaces. @default all that the app has */
  scope?: string | undefined;
  /** The resource server that the token is for (RFC 8707). @default the server's own API */
  resource?: string | undefined;
}

/**
 * A token of the app itself, without a refresh token: ask again when it has expired.
 *
 * @throws {InvalidArgumentError} before anything is sent, when a field is missing or wrongly typed.
 * @throws {ApiError} for a refusal, `unauthorized_client` where the app may not have the grant.
 * @throws {InvalidResponseError} for an answer that is no token.
 * @throws {NetworkError} when no answer arrived, {TimeoutError} when none did in time.
 */
export async function clientCredentialsToken(
  request: ClientCredentialsRequest,
  config?: Configuration | ConfigurationOptions | string,
  options?: GrantCallOptions,
): Promise<OAuthTokenResponse> {
  const fields = toWire(request, [
    ["clientId", "client_id", true],
    ["clientSecret", "client_secret", true],
    ["scope", "scope", false],
    ["resource", "resource", false],
  ]);
  const form = new URLSearchParams({ grant_type: "client_credentials", ...fields });
  return postForToken(resolveConfiguration(config), form, options);
}
