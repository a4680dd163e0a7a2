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
