/** Access tokens of either form at a protected resource (RFC 6750): read by the seal, then judged by their family. */

import type { Account, App, FamilyView } from "../../storage/storage.js";
import type { OAuthContext } from "../context.js";
import { Refusal } from "../refusal.js";
import { scopesOfMask } from "../scope.js";
import type { AccessClaims } from "./claims.js";
import { endOfFamily, isOpenTo } from "./family.js";
import { looksLikeJwt, readAccessJwt } from "./jwt.js";
import { openAccessToken, openRefreshToken } from "./opaque.js";

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

export type AccessContext = Pick<OAuthContext, "ring" | "keys" | "issuer" | "now"> & {
  readonly storage: Pick<OAuthContext["storage"], "findFamily">;
};

/** Returns what an access token gives, now: its seal and one read. @throws {Refusal} */
export async function openAccess(context: AccessContext, token: string): Promise<Access> {
  const read = readAccess(context, token);
  const claims = read instanceof Promise ? await read : read;
  if (claims !== undefined) return judgeAccess(context, claims);
  throw new Refusal("access_token_malformed", "this server did not make the access token");
}

/**
 * Returns the family that a token of any kind belongs to, in whatever state the token, its account or its app is;
 * undefined if this server did not make it.
 */
export async function familyOfToken(context: AccessContext, token: string): Promise<string | undefined> {
  return openRefreshToken(context.ring, token)?.familyId ?? (await readAccess(context, token))?.familyId;
}

/** Returns what an access token says, a JWT's later; undefined if this server did not make it. */
function readAccess(
  context: AccessContext,
  token: string,
): AccessClaims | undefined | Promise<AccessClaims | undefined> {
  if (looksLikeJwt(token)) return readAccessJwt({ keys: context.keys, issuer: context.issuer() }, token);
  const opened = openAccessToken(context.ring, token);
  if (opened === undefined) return undefined;
  const { familyId, issuedAt, lifetimeSeconds, scopeMask, resource } = opened;
  return {
    familyId,
    issuedAt,
    lifetimeSeconds,
    scopesOf: (family) => scopesOfMask(family.scopes, scopeMask),
    resourceOf: (family) => (resource === 0 ? undefined : family.resources[resource - 1]),
  };
}

async function judgeAccess(context: AccessContext, claims: AccessClaims): Promise<Access> {
  const expiresAt = claims.issuedAt + claims.lifetimeSeconds * 1000;
  const now = context.now();
  if (now >= expiresAt) {
    const ago = Math.round((now - expiresAt) / 1000);
    throw new Refusal("access_token_expired", `the access token expired ${ago} s ago`);
  }
  const view = await context.storage.findFamily(claims.familyId);
  checkAlive(view, claims.issuedAt);
  const { family, account, app } = view;
  return {
    account,
    app,
    scopes: claims.scopesOf(family),
    familyId: family.id,
    resource: claims.resourceOf(family),
    issuedAt: claims.issuedAt,
    expiresAt,
  };
}

function checkAlive(view: FamilyView | undefined, issuedAt: number): asserts view is FamilyView {
  const revoked = (detail: string) => new Refusal("access_token_revoked", detail);
  if (view === undefined) throw revoked("its token family is gone");
  const { family, account, app } = view;
  const end = endOfFamily(view);
  if (end !== undefined) throw revoked(end);
  if (issuedAt < family.accessValidFrom) throw new Refusal("access_token_expired", "it was ended early");
  if (account.confirmedAt === undefined)
    throw new Refusal("account_unconfirmed", "the user has not opened the confirmation link yet");
  if (!isOpenTo(app, account.id)) throw revoked("the app is not approved");
}

/** @throws {Refusal} unless the token has at least one of the scopes. */
export function requireScope(access: Access, anyOf: readonly string[]): void {
  if (anyOf.some((scope) => access.scopes.includes(scope))) return;
  if (anyOf.length === 0)
    throw new Refusal("access_token_scope", "this operation needs an API key; no access token will do");
  const detail = `needs one of ${anyOf.join(", ")}; the token has ${access.scopes.join(" ") || "none"}`;
  throw new Refusal("access_token_scope", detail, anyOf.join(" "));
}
