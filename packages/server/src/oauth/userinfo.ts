/**
 * Who a token is for, as sign-in libraries want it (OpenID Connect Core §5.3.2, its answer without its ID token): they
 * look for it in the metadata, and know the claims by name.
 */

import type { UserAccess } from "./tokens/access.js";

export interface UserInfo {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/** Which scopes show the address: OpenID Connect Core §5.4, and those that open it at the API. */
const emailScopes = ["email", "account_access", "basic_account_info"];

/** Returns the account's lasting identifier, and its address where the token has a scope for it. */
export function userInfoOf({ account, scopes }: Pick<UserAccess, "account" | "scopes">): UserInfo {
  if (!emailScopes.some((scope) => scopes.includes(scope))) return { sub: account.id };
  return { sub: account.id, email: account.email, email_verified: account.confirmedAt !== undefined };
}
