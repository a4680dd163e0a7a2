/** One form to an OAuth endpoint: the same limits, errors and debug log as every other request. */

import type { Configuration } from "../configuration.js";
import { InvalidResponseError } from "../errors.js";
import { type HttpRequest, type HttpResponse, redactResponse, send } from "../http.js";
import type { CallOptions, OAuthTokenResponse } from "../models.js";
import { parseObject, toTokenResponse } from "../wire.js";

const secretFields = ["client_secret", "device_code"];

/** What a call may set for itself; a form is always sent as one. */
export type GrantCallOptions = Omit<CallOptions, "bodyFormat">;

interface Posted {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

async function post(
  config: Configuration,
  path: string,
  fields: URLSearchParams,
  options: GrantCallOptions | undefined,
): Promise<Posted> {
  const secrets = secretFields.map((name) => fields.get(name)).filter((secret) => secret !== null);
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const url = config.appUrl(path);
  const request = {
    ...({ method: "POST", url, headers, secrets, bringsTokens: true } as const),
    body: fields.toString(),
  };
  return { request, response: await send(config, request, options) };
}

/** The token response to a form. @throws as `OAuthApi`. */
export async function postForToken(
  config: Configuration,
  fields: URLSearchParams,
  options: GrantCallOptions | undefined,
): Promise<OAuthTokenResponse> {
  const { request, response } = await post(config, "/oauth/token", fields, options);
  return toTokenResponse(response, request.secrets);
}

/** The members of an answer, and how one that is not as promised is told. */
export async function postForMembers(
  config: Configuration,
  path: string,
  fields: URLSearchParams,
  options: GrantCallOptions | undefined,
): Promise<{
  readonly members: Readonly<Record<string, unknown>>;
  readonly fault: (words: string) => InvalidResponseError;
}> {
  const { request, response } = await post(config, path, fields, options);
  const fault = (words: string) =>
    new InvalidResponseError(`${path}: ${words}`, redactResponse(response, request));
  const members = parseObject(response.body);
  if (members === undefined) throw fault("the body is not a JSON object");
  return { members, fault };
}
