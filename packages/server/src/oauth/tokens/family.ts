/** Whether a token family still lives: one rule for access tokens, refresh tokens and introspection. */

import type { App, Family, FamilyView } from "../../storage/port/records.js";
import type { Profile } from "../profile/profile.js";

/** Returns why no token of the family works any more, or undefined while they may. */
export function endOfFamily({ family, grant, account, app }: FamilyView): string | undefined {
  if (family.revokedAt !== undefined) return "its token family was revoked";
  if (grant.revokedAt !== undefined) return "the user's authorization of the app was revoked";
  if (account.locked) return "the account is locked";
  return app.disabled ? "the app is disabled" : undefined;
}

/** Whether the app may act for the account: until it is approved, for its owner alone. */
export function isOpenTo(app: App, accountId: string | undefined): boolean {
  return app.approved || app.ownerId === accountId;
}

/** Returns why the family's refresh tokens have expired, or undefined while they have not. */
export function expiryOfFamily(profile: Profile, family: Family, now: number): string | undefined {
  const over = (since: number, seconds: number | undefined) =>
    seconds !== undefined && now >= since + seconds * 1000;
  if (over(family.createdAt, profile.familySeconds)) return "its longest life is over";
  return over(family.usedAt, profile.familyIdleSeconds) ? "it was unused for too long" : undefined;
}
