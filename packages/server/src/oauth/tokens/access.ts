/** Access tokens of either form at a protected resource (RFC 6750): read by the seal, then judged by their family. */

import type { Account, App, Family, FamilyView } from "../../storage/port/records.js";
import type { OAuthContext } from "../context.js";
import { isAllowed } from "../grant-types.js";
import { Refusal } from "../refusal.js";
import { scopesOfMask } from "../scope.js";
import { openAppToken } from "./app-token.js";
import type { AccessClaims, AppClaims } from "./claims.js";
import { endOfFamily, isOpenTo } from "./family.js";
import { looksLikeJwt, readAccessJwt } from "./jwt.js";
import { openAccessToken, openRefreshToken } from "./opaque.js";

interface AnyAccess {
  readonly app: App;
  readonly scopes: readonly string[];
  /** The resource the token is for (RFC 8707), if it was made for one. */
  readonly resource: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The thumbprint of the key that the token is bound to (RFC 9449 §6); undefined for a Bearer token. */
  readonly jkt: string | undefined;
}

/** What a person has given an app. */
export interface UserAccess extends AnyAccess {
  readonly account: Account;
  readonly familyId: string;
}

/** What an app has by itself, of the client credentials grant. */
export interface AppAccess extends AnyAccess {
  readonly account: undefined;
  readonly familyId: undefined;
}

export type Access = UserAccess | AppAccess;

export type AccessContext = Pick<OAuthContext, "ring" | "keys" | "issuer" | "now"> & {
  readonly storage: Pick<OAuthContext["storage"], "findFamily" | "findApp">;
};

/** Returns what an access token gives, now: its seal and one read. @throws {Refusal} */
export async function openAccess(context: AccessContext, token: string): Promise<Access> {
  const read = readAccess(context, token);
  const claims = read instanceof Promise ? await read : read;
  if (claims === undefined)
    throw new Refusal("access_token_malformed", "this server did not make the access token");
  const expiresAt = endOf(claims, context.now());
  return "familyId" in claims
    ? judgeAccess(context, claims, expiresAt)
    : judgeAppAccess(context, claims, expiresAt);
}

/**
 * Returns what a token of any kind hangs on, the family or the app that it is of itself, in whatever state the token, its
 * account or its app is; undefined if this server did not make it.
 */
export async function originOfToken(
  context: AccessContext,
  token: string,
): Promise<{ readonly familyId: string } | Pick<AppClaims, "clientId"> | undefined> {
  return openRefreshToken(context.ring, token) ?? (await readAccess(context, token));
}

type AnyClaims = AccessClaims | AppClaims;

/** Returns what an access token says, a JWT's later; undefined if this server did not make it. */
function readAccess(
  context: AccessContext,
  token: string,
): AnyClaims | undefined | Promise<AnyClaims | undefined> {
  if (looksLikeJwt(token)) return readAccessJwt({ keys: context.keys, issuer: context.issuer() }, token);
  const opened = openAccessToken(context.ring, token);
  if (opened === undefined) return openAppToken(context.ring, token);
  const { familyId, issuedAt, lifetimeSeconds, scopeMask, resource, jkt } = opened;
  return {
    familyId,
    issuedAt,
    lifetimeSeconds,
    jkt,
    scopesOf: (family: Family) => scopesOfMask(family.scopes, scopeMask),
    resourceOf: (family: Family) => (resource === 0 ? undefined : family.resources[resource - 1]),
  };
}

/** Returns when the token ends, in milliseconds since the epoch. @throws {Refusal} if it has. */
function endOf({ issuedAt, lifetimeSeconds }: AnyClaims, now: number): number {
  const expiresAt = issuedAt + lifetimeSeconds * 1000;
  if (now < expiresAt) return expiresAt;
  const ago = Math.round((now - expiresAt) / 1000);
  throw new Refusal("access_token_expired", `the access token expired ${ago} s ago`);
}

async function judgeAccess(
  context: AccessContext,
  claims: AccessClaims,
  expiresAt: number,
): Promise<UserAccess> {
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
    jkt: claims.jkt,
  };
}

/** An app's own token counts while the app may have one, and nobody has revoked all of its own. */
async function judgeAppAccess(
  { storage }: AccessContext,
  claims: AppClaims,
  expiresAt: number,
): Promise<AppAccess> {
  const app = await storage.findApp(claims.clientId);
  const end = endOfAppToken(app, claims);
  if (app === undefined || end !== undefined) throw new Refusal("access_token_revoked", end ?? "");
  return {
    account: undefined,
    app,
    scopes: claims.scopesOf(app),
    familyId: undefined,
    resource: claims.resourceOf(app),
    issuedAt: claims.issuedAt,
    expiresAt,
    jkt: claims.jkt,
  };
}

function endOfAppToken(app: App | undefined, { generation, issuedAt }: AppClaims): string | undefined {
  // One that was made anew under the same client_id is another app.
  if (app === undefined || issuedAt < app.createdAt) return "its app is gone";
  if (app.disabled) return "the app is disabled";
  if (!isAllowed(app, "client_credentials")) return "the app may not have tokens of its own any more";
  return generation === app.tokenGeneration ? undefined : "all of the app's tokens were revoked";
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
