/** Grants beside codes and refresh tokens: which an app may be allowed. */

import type { App } from "../storage/storage.js";

/** Returns what is wrong with an app's grants, or undefined if nothing is. */
export function faultInGrantTypes(types: App["grantTypes"], isPublic: boolean): string | undefined {
  if (new Set(types).size !== types.length) return "a grant is listed twice";
  // RFC 6749 §4.4: it is the app itself that the tokens are for, and a public app cannot prove to be itself.
  if (isPublic && types.includes("client_credentials")) return "a public app has no client credentials";
  return undefined;
}
