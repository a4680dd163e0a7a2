import {
  type ApiErrorDetails,
  type ErrorResponseInfo,
  InvalidArgumentError,
  InvalidResponseError,
} from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import { redactText } from "./redact.js";

/** One request field: its camelCase name, its name on the wire, and whether the call needs it. */
export type FieldRule = readonly [name: string, wireName: string, required: boolean];

/**
 * The wire form of a request, its fields in the order of the rules.
 * Throws InvalidArgumentError naming the first field that is missing or not a string.
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

/** The token response in a body. Throws InvalidResponseError naming what is wrong, never its value. */
export function toTokenResponse(response: ErrorResponseInfo): OAuthTokenResponse {
  const wire = parseObject(response.body);
  const refuse = (problem: string) =>
    new InvalidResponseError(`token response: ${problem}`, {
      ...response,
      body: redactText(response.body, []),
    });
  if (wire === undefined) throw refuse("the body is not a JSON object");
  const text = (name: string): string | undefined => {
    const value = wire[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw refuse(`${name} is not a string`);
    return value;
  };
  const accessToken = text("access_token");
  if (accessToken === undefined || accessToken === "") throw refuse("access_token is missing");
  // RFC 6749 appendix A.12, less the space: anything else could not be sent in a header.
  if (!isToken(accessToken)) throw refuse("access_token holds characters that no token has");
  const result: OAuthTokenResponse = { accessToken, tokenType: text("token_type") ?? "Bearer" };
  const refreshToken = text("refresh_token");
  if (refreshToken !== undefined && refreshToken !== "") result.refreshToken = refreshToken;
  const expiresIn = toSeconds(wire.expires_in);
  if (expiresIn === null) throw refuse("expires_in is not a number of seconds");
  if (expiresIn !== undefined) result.expiresIn = expiresIn;
  const state = text("state");
  if (state !== undefined || wire.state === null) result.state = state ?? null;
  const scope = text("scope");
  if (scope !== undefined) result.scope = scope;
  return result;
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

// Seconds, undefined when absent, null when unusable. Some servers send the number as a string.
function toSeconds(value: unknown): number | undefined | null {
  if (value === undefined || value === null) return undefined;
  const seconds = typeof value === "string" && /^\d{1,15}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** Whether a text can be sent as a Bearer token. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
