/** Parameters as they may be shown: secrets by their first characters alone. */

import type { Parameters } from "../../oauth/parameters.js";

const secret = [
  "client_secret",
  "code",
  "refresh_token",
  "access_token",
  "token",
  "code_verifier",
  "password",
  "client_assertion",
];
const plain = [
  "response_type",
  "grant_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
  "login_hint",
  "resource",
  "decision",
  "account",
  "account_id",
  "email",
  "email_address",
  "locale",
  "callback_url",
];

const harmless: ReadonlySet<string> = new Set([...plain, "known_account", "token_type_hint", "refresh"]);
const answered: ReadonlySet<string> = new Set([...secret, "api_key", "id_token", "secret_token", "jwt"]);

/** Whether a value of a request may be shown whole: only what is known to be no secret. */
export function isHarmless(name: string): boolean {
  return harmless.has(name);
}

/** Whether a value of an answer, whose names are all our own, is a secret. */
export function isSecret(name: string): boolean {
  return answered.has(name);
}

/** A value of a request as it may be shown. */
export function shownValue(name: string, value: string): string {
  return isHarmless(name) ? value.slice(0, shownCharacters) : shortened(value);
}

/** Longest value shown, in characters. */
const shownCharacters = 200;

/** Returns the known parameters of a request, in a fixed order. */
export function redacted(sources: readonly Parameters[]): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name of [...plain, ...secret]) {
    const source = sources.find((one) => one.has(name));
    if (source === undefined) continue;
    const value = textOf(source, name);
    if (value === undefined) continue;
    shown[name] = secret.includes(name) ? shortened(value) : value.slice(0, shownCharacters);
  }
  return shown;
}

function textOf(source: Parameters, name: string): string | undefined {
  try {
    return source.optional(name);
  } catch {
    return "(not one text)";
  }
}

/** Enough to recognise a value by, not enough to use it. */
export function shortened(value: string): string {
  const count = `${value.length} character${value.length === 1 ? "" : "s"}`;
  return value.length < 12 ? `(${count})` : `${value.slice(0, 4)}… (${count})`;
}
