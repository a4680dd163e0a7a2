/** The grants: what each is called on the wire, which of them a server has, and which an app may be allowed. */

import type { App, ExtraGrantType } from "../storage/port/records.js";
import type { Profile } from "./profile/profile.js";
import { wordedRefusal } from "./refusal.js";

/** Grants beside codes and refresh tokens, by their names on the wire (RFC 6749 §4.4.2, RFC 8628 §3.4). */
const extraGrants: Readonly<Record<ExtraGrantType, string>> = {
  client_credentials: "client_credentials",
  device_code: "urn:ietf:params:oauth:grant-type:device_code",
};

export type GrantType = "authorization_code" | "refresh_token" | ExtraGrantType;

/** The grants of a profile by their names on the wire. */
export function grantsOf({ grantTypes }: Profile): ReadonlyMap<string, GrantType> {
  const extra = grantTypes.map((grant) => [extraGrants[grant], grant] as const);
  return new Map([
    ["authorization_code", "authorization_code"],
    ["refresh_token", "refresh_token"],
    ...extra,
  ]);
}

/** Returns what is wrong with an app's grants, or undefined if nothing is. */
export function faultInGrantTypes(types: App["grantTypes"], isPublic: boolean): string | undefined {
  if (new Set(types).size !== types.length) return "a grant is listed twice";
  // RFC 6749 §4.4: it is the app itself that the tokens are for, and a public app cannot prove to be itself.
  if (isPublic && types.includes("client_credentials")) return "a public app has no client credentials";
  return undefined;
}

/** Whether the app may use a grant that is not everybody's. */
export function isAllowed(app: App, grant: ExtraGrantType): boolean {
  return app.grantTypes.includes(grant) && faultInGrantTypes([grant], app.public) === undefined;
}

/** @throws {Refusal} unless the app may use the grant. */
export function checkAllowed(app: App, grant: ExtraGrantType): void {
  if (isAllowed(app, grant)) return;
  throw wordedRefusal(
    "client_not_allowed",
    `The app may not use the grant ${extraGrants[grant]}`,
    "grant_type",
  );
}
