/** Scopes (RFC 6749 §3.3): in plain words, parsed, and which an app may have. */

import type { Profile, ScopeWords } from "./profile/profile.js";
import { wordedRefusal } from "./refusal.js";

/** Returns a scope in plain words; one that the service does not define is shown by its name. */
export function describeScope(profile: Profile, scope: string): ScopeWords {
  return ownWords(profile, scope) ?? { title: scope, description: "A permission this app defines." };
}

function ownWords({ scopes }: Profile, scope: string): ScopeWords | undefined {
  return Object.hasOwn(scopes, scope) ? scopes[scope] : undefined;
}

/** Most scopes an app may have: an access token holds one bit for each. */
export const mostScopes = 32;

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** Returns the distinct scope tokens of a space-delimited list, or undefined if it is not one. */
export function parseScope(value: string): string[] | undefined {
  const tokens = value.split(" ").filter((token) => token !== "");
  if (tokens.length === 0 || !tokens.every((token) => scopeToken.test(token))) return undefined;
  return [...new Set(tokens)];
}

/** Returns the scope tokens of a request's `scope`. @throws {Refusal} `parameter_malformed`. */
export function readScope(requested: string): string[] {
  const scopes = parseScope(requested);
  if (scopes !== undefined) return scopes;
  throw wordedRefusal("parameter_malformed", "must be scope tokens separated by spaces", "scope");
}

/** Returns what is wrong with an app's scopes, or undefined if nothing is. */
export function faultInAppScopes(profile: Profile, scopes: readonly string[]): string | undefined {
  if (scopes.length === 0) return "an app needs at least one scope";
  if (scopes.length > mostScopes) return `an app has at most ${mostScopes} scopes`;
  const malformed = scopes.find((scope) => !scopeToken.test(scope));
  if (malformed !== undefined) return `"${malformed}" is not a scope token (RFC 6749 section 3.3)`;
  if (new Set(scopes).size !== scopes.length) return "a scope is listed twice";
  const charged = new Set(scopes.flatMap((scope) => ownWords(profile, scope)?.charged ?? []));
  if (charged.size > 1)
    return "scopes that charge the app's owner cannot be mixed with scopes that charge the user";
  return undefined;
}

/** Returns the bits of `chosen` within `all`: how a token carries a narrower scope. */
export function scopeMask(all: readonly string[], chosen: readonly string[]): number {
  let mask = 0;
  for (const [index, scope] of all.entries()) if (chosen.includes(scope)) mask |= 1 << index;
  return mask >>> 0;
}

/** Returns the scopes of `all` that `mask` names. */
export function scopesOfMask(all: readonly string[], mask: number): string[] {
  return all.filter((_, index) => ((mask >>> index) & 1) === 1);
}
