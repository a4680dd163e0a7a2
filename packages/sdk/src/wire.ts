/** The wire form of requests and the meaning of response bodies. Knows neither HTTP nor the configuration. */

import {
  ApiError,
  type ApiErrorDetails,
  type ErrorResponseInfo,
  InvalidArgumentError,
  InvalidResponseError,
} from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import { redactMessage } from "./redact.js";

/** One request field: its camelCase name, its name on the wire, and whether the call needs it. */
export type FieldRule = readonly [name: string, wireName: string, required: boolean];

/**
 * The wire form of a request, its fields in the order of the rules.
 *
 * @throws {InvalidArgumentError} naming the first field that is missing or not a string.
 */
export function toWire(request: unknown, rules: readonly FieldRule[]): Record<string, string> {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw new InvalidArgumentError("request", "must be an object");
  }
  const wire: Record<string, string> = {};
  for (const [name, wireName, required] of rules) {
    const value = (request as Record<string, unknown>)[name];
    if (value === undefined || value === null) {
      if (required) throw new InvalidArgumentError(name, "is required");
      continue;
    }
    if (typeof value !== "string") throw new InvalidArgumentError(name, "must be a string");
    if (value === "") throw new InvalidArgumentError(name, "must not be empty");
    wire[wireName] = value;
  }
  return wire;
}

/** The parsed body when it is a JSON object, else undefined. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The token response in a body. Only the access token has to be right: the server has acted, and with rotation the new
 * refresh token exists nowhere but here. What makes no sense beside it is left out (RFC 6749 §5.1 requires none of it).
 * The secrets that were sent are kept out of an error.
 *
 * @throws {ApiError} when the body is an error although the status is not.
 * @throws {InvalidResponseError} naming what is wrong, never its value; `newRefreshToken` has what could be saved from it.
 */
export function toTokenResponse(
  response: ErrorResponseInfo,
  secrets: readonly string[] = [],
): OAuthTokenResponse {
  const wire = parseObject(response.body);
  const accessToken = wire?.access_token;
  if (wire === undefined || typeof accessToken !== "string" || !isToken(accessToken)) {
    throw refuseTokenResponse(response, wire, secrets);
  }
  const result: OAuthTokenResponse = { accessToken, tokenType: filled(wire.token_type) ?? "Bearer" };
  const refreshToken = filled(wire.refresh_token);
  if (refreshToken !== undefined) result.refreshToken = refreshToken;
  const expiresIn = toSeconds(wire.expires_in);
  if (expiresIn !== undefined) result.expiresIn = expiresIn;
  const state = wire.state === null ? null : string(wire.state);
  if (state !== undefined) result.state = state;
  const scope = string(wire.scope);
  if (scope !== undefined) result.scope = scope;
  return result;
}

// Beside the error and not in it, where a logger would find it.
const rescued = /* @__PURE__ */ new WeakMap<object, string>();

/** The refresh token that came with an answer which `toTokenResponse` refused: the one that was sent may be spent. */
export function newRefreshToken(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? rescued.get(error) : undefined;
}

function refuseTokenResponse(
  response: ErrorResponseInfo,
  wire: Record<string, unknown> | undefined,
  secrets: readonly string[],
): Error {
  const { body } = response;
  const safe = redactMessage(response, secrets, true);
  const details = toErrorDetails(safe.body);
  if (details.errorName !== undefined) return new ApiError(details, safe);
  const problem =
    wire === undefined
      ? "the body is not a JSON object"
      : filled(wire.access_token) === undefined
        ? "access_token is missing"
        : // RFC 6749 appendix A.12, less the space: anything else could not be sent in a header.
          "access_token holds characters that no token has";
  const error = new InvalidResponseError(`token response: ${problem}`, safe);
  // Cut short, behind a warning, or a form: the token is whole where its end is.
  const found = /"refresh_token"\s*:\s*("(?:[^"\\]|\\.)+")|(?:^|&)refresh_token=([^&\s]+)(?=&|$)/.exec(body);
  const text = found?.[1] === undefined ? decodeForm(found?.[2]) : parseText(found[1]);
  const refreshToken = wire === undefined ? text : filled(wire.refresh_token);
  if (refreshToken !== undefined) rescued.set(error, refreshToken);
  return error;
}

function parseText(json: string): string | undefined {
  try {
    return string(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function decodeForm(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (new URLSearchParams(`t=${text}`).get("t") ?? undefined);
}

/** The name and words of an error body in either shape; empty when it is neither. */
export function toErrorDetails(body: string): ApiErrorDetails {
  const wire = parseObject(body);
  if (wire === undefined) return {};
  if (isObject(wire.error)) {
    const { error_name, error_msg, error_path } = wire.error;
    return { errorName: string(error_name), errorMsg: string(error_msg), errorPath: string(error_path) };
  }
  return { errorName: string(wire.error), errorMsg: string(wire.error_description) };
}

/** The same JSON value with its keys in camelCase, at every depth. */
export function camelize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelize);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    camelize(inner),
  ]);
  return Object.fromEntries(entries);
}

/** More than 300 years: what says so means something else by it, a point in time for example. */
export const longestLifetimeSeconds = 1e10;

/** A lifetime in seconds, undefined when there is none to make out. Some servers send the number as a string. */
export function toSeconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" && /^\d{1,15}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && seconds >= 1 && seconds <= longestLifetimeSeconds
    ? seconds
    : undefined;
}

/** Whether a text can be sent as a Bearer token. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function filled(value: unknown): string | undefined {
  return string(value) || undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
