/** Token introspection (RFC 7662): an app may ask about its own tokens, a resource server about those made for it. */

import type { App } from "../storage/port/records.js";
import { authenticateClient, type ClientCredentials } from "./client/authentication.js";
import type { OAuthContext } from "./context.js";
import type { Parameters } from "./parameters.js";
import { Refusal, wordedRefusal } from "./refusal.js";
import { type Access, openAccess } from "./tokens/access.js";
import { endOfFamily, expiryOfFamily, isOpenTo } from "./tokens/family.js";
import { openRefreshToken } from "./tokens/opaque.js";

export interface Introspection {
  readonly active: boolean;
  readonly scope?: string;
  readonly client_id?: string;
  readonly username?: string;
  readonly token_type?: "Bearer" | "DPoP";
  readonly cnf?: { readonly jkt: string };
  readonly exp?: number;
  readonly iat?: number;
  readonly sub?: string;
  readonly aud?: string;
  readonly iss?: string;
}

const inactive: Introspection = { active: false };

/** Returns what the token is, or `active: false` for anything the caller may not know of (§2.2, §4). @throws {Refusal} */
export async function introspect(
  context: OAuthContext,
  parameters: Parameters,
  credentials: ClientCredentials,
): Promise<Introspection> {
  // RFC 7662 §2.1: whoever asks must be known; nobody is told anything but that.
  if (credentials.clientId === undefined)
    throw new Refusal("client_secret_missing", "no client credentials were sent", "client_id");
  const caller = await authenticateClient(context, credentials);
  if (caller.public)
    throw wordedRefusal("client_not_allowed", "A public client cannot introspect: it proves nothing");
  const token = parameters.required("token");
  try {
    const access = await openAccess(context, token);
    return mayAsk(caller, access) ? describeAccess(context, access) : inactive;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  return introspectRefreshToken(context, caller, token);
}

function mayAsk(caller: App, access: Access): boolean {
  if (caller.clientId === access.app.clientId) return true;
  return access.resource !== undefined && caller.resources.includes(access.resource);
}

function describeAccess(context: OAuthContext, access: Access): Introspection {
  return {
    active: true,
    scope: access.scopes.join(" "),
    client_id: access.app.clientId,
    // An app's own token is nobody's: who reads `sub` must not take the app for a person.
    ...(access.account && { username: access.account.email, sub: access.account.id }),
    // RFC 9449 §6.2.
    ...(access.jkt === undefined
      ? { token_type: "Bearer" as const }
      : { token_type: "DPoP" as const, cnf: { jkt: access.jkt } }),
    iat: Math.floor(access.issuedAt / 1000),
    exp: Math.floor(access.expiresAt / 1000),
    aud: access.resource ?? context.issuer(),
    iss: context.issuer(),
  };
}

async function introspectRefreshToken(
  context: OAuthContext,
  caller: App,
  token: string,
): Promise<Introspection> {
  const opened = openRefreshToken(context.ring, token);
  const view = opened && (await context.storage.findFamily(opened.familyId));
  if (view === undefined || view.app.clientId !== caller.clientId) return inactive;
  const { family, account, app } = view;
  const alive =
    endOfFamily(view) === undefined &&
    isOpenTo(app, account.id) &&
    opened?.generation === family.generation &&
    expiryOfFamily(context.profile, family, context.now()) === undefined;
  if (!alive) return inactive;
  const { familySeconds } = context.profile;
  return {
    active: true,
    scope: family.scopes.join(" "),
    client_id: app.clientId,
    username: account.email,
    sub: account.id,
    iss: context.issuer(),
    iat: Math.floor(family.createdAt / 1000),
    ...(familySeconds !== undefined && { exp: Math.floor(family.createdAt / 1000) + familySeconds }),
  };
}
