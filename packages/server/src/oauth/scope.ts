/** Scopes (RFC 6749 §3.3): the known ones in plain words, parsing, and the rule of who is charged. */

import { Refusal } from "./refusal.js";

export type Charged = "app_owner" | "user";

export interface ScopeDescription {
  readonly title: string;
  readonly description: string;
  readonly charged: Charged;
}

/** The scopes of the Dropbox Sign API. The two sets of `charged` exclude each other. */
export const knownScopes: Readonly<Record<string, ScopeDescription>> = {
  basic_account_info: {
    title: "See basic account information",
    description: "Your name and e-mail address.",
    charged: "app_owner",
  },
  request_signature: {
    title: "Send signature requests",
    description: "Send requests for you, and see their status and documents.",
    charged: "app_owner",
  },
  account_access: {
    title: "See and change your account",
    description: "Your name, e-mail address and account settings.",
    charged: "user",
  },
  signature_request_access: {
    title: "Work with your signature requests",
    description: "Send, view and update signature requests, and download their documents.",
    charged: "user",
  },
  template_access: {
    title: "Work with your templates",
    description: "View, create and change templates.",
    charged: "user",
  },
  team_access: {
    title: "Manage your team",
    description: "View and change team settings and members.",
    charged: "user",
  },
  api_app_access: {
    title: "Manage your API apps",
    description: "View, create and change the API apps of your account.",
    charged: "user",
  },
};

/** Returns the plain words for a scope; one that is not of the Dropbox Sign API is shown by its name. */
export function describeScope(scope: string): ScopeDescription {
  const known = Object.hasOwn(knownScopes, scope) ? knownScopes[scope] : undefined;
  return known ?? { title: scope, description: "A permission this app defines.", charged: "user" };
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
  throw new Refusal("parameter_malformed", "must be scope tokens separated by spaces", "scope");
}

/** Returns what is wrong with an app's scopes, or undefined if nothing is. */
export function faultInAppScopes(scopes: readonly string[]): string | undefined {
  if (scopes.length === 0) return "an app needs at least one scope";
  if (scopes.length > mostScopes) return `an app has at most ${mostScopes} scopes`;
  const malformed = scopes.find((scope) => !scopeToken.test(scope));
  if (malformed !== undefined) return `"${malformed}" is not a scope token (RFC 6749 section 3.3)`;
  if (new Set(scopes).size !== scopes.length) return "a scope is listed twice";
  const charged = new Set(
    scopes.flatMap((scope) => (Object.hasOwn(knownScopes, scope) ? (knownScopes[scope]?.charged ?? []) : [])),
  );
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
