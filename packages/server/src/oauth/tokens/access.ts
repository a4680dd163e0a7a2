/** Judging an access token at a protected resource (RFC 6750). */

import type { KeyRing } from "../../crypto/key-ring.js";
import type { Account, App, FamilyView, Storage } from "../../storage/storage.js";
import { Refusal } from "../refusal.js";
import { scopesOfMask } from "../scope.js";
import { endOfFamily, isOpenTo } from "./family.js";
import { type AccessToken, openAccessToken } from "./opaque.js";

export interface Access {
  readonly account: Account;
  readonly app: App;
  readonly scopes: readonly string[];
  readonly familyId: string;
  /** The resource the token is for (RFC 8707), if it was made for one. */
  readonly resource: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface AccessDeps {
  readonly ring: KeyRing;
  readonly storage: Pick<Storage, "findFamily">;
  readonly now: () => number;
}

/** Returns what an opaque access token gives: one MAC and one read. @throws {Refusal} */
export function openAccess(deps: AccessDeps, value: string): Promise<Access> {
  const token = openAccessToken(deps.ring, value);
  if (token !== undefined) return judgeAccess(deps, token);
  return Promise.reject(new Refusal("access_token_malformed", "this server did not make the access token"));
}

/** Returns what a token whose seal is known to be good gives, now. @throws {Refusal} */
export async function judgeAccess(deps: AccessDeps, token: AccessToken): Promise<Access> {
  const expiresAt = token.issuedAt + token.lifetimeSeconds * 1000;
  const now = deps.now();
  if (now >= expiresAt) {
    const ago = Math.round((now - expiresAt) / 1000);
    throw new Refusal("access_token_expired", `the access token expired ${ago} s ago`);
  }
  const view = await deps.storage.findFamily(token.familyId);
  checkAlive(view, token);
  const { family, account, app } = view;
  return {
    account,
    app,
    scopes: scopesOfMask(family.scopes, token.scopeMask),
    familyId: family.id,
    resource: token.resource === 0 ? undefined : family.resources[token.resource - 1],
    issuedAt: token.issuedAt,
    expiresAt,
  };
}

function checkAlive(view: FamilyView | undefined, token: AccessToken): asserts view is FamilyView {
  const revoked = (detail: string) => new Refusal("access_token_revoked", detail);
  if (view === undefined) throw revoked("its token family is gone");
  const { family, account, app } = view;
  const end = endOfFamily(view);
  if (end !== undefined) throw revoked(end);
  if (token.issuedAt < family.accessValidFrom)
    throw new Refusal("access_token_expired", "it was ended early");
  if (account.confirmedAt === undefined)
    throw new Refusal("account_unconfirmed", "the user has not opened the confirmation link yet");
  if (!isOpenTo(app, account.id)) throw revoked("the app is not approved");
}

/** @throws {Refusal} unless the token has at least one of the scopes. */
export function requireScope(access: Access, anyOf: readonly string[]): void {
  if (anyOf.some((scope) => access.scopes.includes(scope))) return;
  const detail = `needs one of ${anyOf.join(", ")}; the token has ${access.scopes.join(" ") || "none"}`;
  throw new Refusal("access_token_scope", detail, anyOf.join(" "));
}
