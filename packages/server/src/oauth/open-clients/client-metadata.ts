/**
 * Client metadata (RFC 7591 §2) as strangers send it: what is read of it, and what is refused. The same rules hold for a
 * registration and for a metadata document. Members that are not understood are ignored, as §2 says.
 */

import { faultInCallbackUrl, placeOf } from "../authorize/redirect-uri.js";
import { type Refusal, wordedRefusal } from "../refusal.js";
import { parseScope } from "../scope.js";

export interface ClientMetadata {
  readonly name: string;
  /** Sorted, each once: the order in which a client lists them does not make it another client. */
  readonly redirectUris: readonly string[];
  readonly refreshes: boolean;
  /** The scopes it says it needs; undefined where it does not say. */
  readonly scopes: readonly string[] | undefined;
  /** RFC 9126 §6. */
  readonly requirePushedRequests: boolean;
  /** RFC 9449 §5.2. */
  readonly dpopBoundTokens: boolean;
}

export type Members = Readonly<Record<string, unknown>>;

const mostRedirectUris = 10;
/** Longest name and redirect URI, in UTF-16 units. */
const longestName = 100;
const longestRedirectUri = 512;
/** Most items of the other lists. */
const mostItems = 20;
/** Controls, line breaks, and what reorders or hides the text around it. Joiners stay: emoji and scripts need them. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/**
 * @param schemes those without a dot that redirect URIs may have.
 * @throws {Refusal} `client_metadata_invalid` or `client_redirect_uri_invalid`.
 */
export function readClientMetadata(members: Members, schemes: readonly string[]): ClientMetadata {
  const redirectUris = readRedirectUris(members, schemes);
  return {
    redirectUris,
    name: readName(members) ?? placeOf(redirectUris[0] as string),
    refreshes: readGrantTypes(members),
    scopes: readScopes(members),
    requirePushedRequests: flagIn(members, "require_pushed_authorization_requests"),
    dpopBoundTokens: flagIn(members, "dpop_bound_access_tokens"),
  };
}

function readRedirectUris(members: Members, schemes: readonly string[]): string[] {
  const uris = textsIn(members, "redirect_uris", mostRedirectUris);
  if (uris === undefined || uris.length === 0)
    throw invalid("redirect_uris", "is required: list where the user goes back to");
  for (const uri of uris) {
    const fault =
      uri.length > longestRedirectUri
        ? `it has more than ${longestRedirectUri} characters`
        : faultInCallbackUrl(uri, { schemes });
    if (fault !== undefined)
      throw wordedRefusal("client_redirect_uri_invalid", `${excerpt(uri)}: ${fault}`, "redirect_uris");
  }
  return [...new Set(uris)].sort();
}

/** Enough of a value to know it again. */
const excerpt = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}...` : text);

function readName(members: Members): string | undefined {
  const name = textIn(members, "client_name")?.normalize("NFC").trim();
  if (name === undefined || name === "") return undefined;
  if (name.length > longestName || unprintable.test(name))
    throw invalid(
      "client_name",
      `must be one line of at most ${longestName} characters, none of them invisible`,
    );
  return name;
}

/** Returns whether refresh tokens are wanted. RFC 7591 §2: without the member, `authorization_code` is the only grant. */
function readGrantTypes(members: Members): boolean {
  const grants = textsIn(members, "grant_types", mostItems) ?? ["authorization_code"];
  if (!grants.includes("authorization_code")) throw invalid("grant_types", "must include authorization_code");
  const responses = textsIn(members, "response_types", mostItems) ?? ["code"];
  if (!responses.includes("code")) throw invalid("response_types", "must include code");
  return grants.includes("refresh_token");
}

function readScopes(members: Members): string[] | undefined {
  const text = textIn(members, "scope");
  if (text === undefined || text.trim() === "") return undefined;
  const scopes = parseScope(text);
  if (scopes === undefined) throw invalid("scope", "must be scope tokens separated by spaces");
  return scopes.sort();
}

function flagIn(members: Members, name: string): boolean {
  const value = Object.hasOwn(members, name) ? (members[name] ?? false) : false;
  if (typeof value !== "boolean") throw invalid(name, "must be true or false");
  return value;
}

/** A member that is null is as one that is absent. */
export function textIn(members: Members, name: string): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalid(name, "must be a string");
  return value;
}

function textsIn(members: Members, name: string, most: number): readonly string[] | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid(name, "must be a list of strings");
  // Before anything is done with each.
  if (value.length > most) throw invalid(name, `must have at most ${most} items, not ${value.length}`);
  if (!value.every((one) => typeof one === "string")) throw invalid(name, "must be a list of strings");
  return value;
}

export function invalid(name: string, words: string): Refusal {
  return wordedRefusal("client_metadata_invalid", `${name} ${words}`, name);
}
