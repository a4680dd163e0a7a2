/** Pushed authorization requests (RFC 9126): what is asked for goes to the server itself, not through the browser. */

import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "../configuration.js";
import { InvalidArgumentError } from "../errors.js";
import { toSeconds, toWire } from "../wire.js";
import { type GrantCallOptions, postForMembers } from "./post.js";

/** How the app proves who it is. */
export interface PushingClient {
  /** Left out only by a public app. */
  clientSecret?: string | undefined;
}

/** Where to send the user instead. */
export interface PushedAuthorization {
  /** The address with `client_id` and `request_uri`, and nothing else. */
  url: string;
  requestUri: string;
  /** Seconds from now for which the address is good, where the server said. */
  expiresIn: number | undefined;
}

/**
 * Pushes an authorization request and returns where to send the user instead. Takes the address that `authorizationUrl`
 * made, or `AuthorizationFlow.begin`: the callback is then handled as ever.
 *
 * @throws {InvalidArgumentError} before anything is sent, when the address is none or has no `client_id`.
 * @throws {ApiError} for a refusal: the request is judged there and then (RFC 9126 §2.3).
 * @throws {InvalidResponseError} for an answer without a `request_uri`.
 * @throws {NetworkError} when no answer arrived, {TimeoutError} when none did in time.
 */
export async function pushAuthorizationRequest(
  url: string | URL,
  client: PushingClient = {},
  config?: Configuration | ConfigurationOptions | string,
  options?: GrantCallOptions,
): Promise<PushedAuthorization> {
  const resolved = resolveConfiguration(config);
  const form = queryOf(url);
  const clientId = form.get("client_id");
  if (!clientId) throw new InvalidArgumentError("url", "must have a client_id");
  const proof = toWire(client, [["clientSecret", "client_secret", false]]);
  for (const [name, value] of Object.entries(proof)) form.set(name, value);
  const { members, fault } = await postForMembers(resolved, "/oauth/par", form, options);
  const { request_uri: requestUri, expires_in: expiresIn } = members;
  if (typeof requestUri !== "string" || requestUri === "") throw fault("request_uri is missing");
  const query = new URLSearchParams({ client_id: clientId, request_uri: requestUri });
  return {
    url: `${resolved.appUrl("/oauth/authorize")}?${query}`,
    requestUri,
    expiresIn: toSeconds(expiresIn),
  };
}

function queryOf(url: string | URL): URLSearchParams {
  try {
    return new URLSearchParams(new URL(url).search);
  } catch {
    throw new InvalidArgumentError("url", "must be an absolute URL");
  }
}
