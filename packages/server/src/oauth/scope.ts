/** Scopes (RFC 6749 §3.3): in plain words, parsed, and which an app may have. */

import type { App } from "../storage/port/records.js";
import type { Profile, ScopeWords } from "./profile/profile.js";
import { Refusal, wordedRefusal } from "./refusal.js";

/** Returns a scope in plain words: the service's own, or else those of the app's owner, who may have left them out. */
export function describeScope(profile: Profile, app: Pick<App, "scopeTexts">, scope: string): ScopeWords {
  const own = ownWords(profile, scope);
  if (own !== undefined) return own;
  const text = Object.hasOwn(app.scopeTexts, scope) ? app.scopeTexts[scope] : undefined;
  if (text === undefined) return { title: scope, description: "A permission this app defines." };
  return { title: text, description: `The app calls this permission ${scope}.` };
}

/** Longest text for a scope, in UTF-16 units. */
const longestText = 100;

/** Returns what is wrong with an app's texts for its scopes, or undefined if nothing is. */
export function faultInScopeTexts(
  scopes: readonly string[],
  texts: Readonly<Record<string, string>>,
): string | undefined {
  for (const [scope, text] of Object.entries(texts)) {
    if (!scopes.includes(scope)) return `the app does not have the scope ${scope}`;
    if (text.trim() === "" || text.length > longestText || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text))
      return `the text of ${scope} is one line of 1 to ${longestText} characters`;
  }
  return undefined;
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

/** Returns the scopes of a request without those the profile ignores and `own` does not hold (RFC 6749 §3.3). */
export function withoutIgnored(
  { ignoredScopes }: Profile,
  requested: readonly string[],
  own: readonly string[],
): readonly string[] {
  return requested.filter((scope) => own.includes(scope) || !ignoredScopes.includes(scope));
}

/** Returns the scopes that a request means: those it asks for, or all of the app's. @throws {Refusal} `scope_exceeds_app`. */
export function scopesWithin(
  profile: Profile,
  app: App,
  requested: readonly string[] | undefined,
): readonly string[] {
  const scopes = withoutIgnored(profile, requested ?? [], app.scopes);
  // Nothing was asked of this server.
  if (scopes.length === 0) return app.scopes;
  const foreign = scopes.find((scope) => !app.scopes.includes(scope));
  if (foreign !== undefined)
    throw new Refusal("scope_exceeds_app", "a scope is not the app's", "scope", { worded: foreign });
  return scopes;
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
