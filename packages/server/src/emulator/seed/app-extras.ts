/** Settings of an app that most seeds leave out. Absent, an app that is there already keeps what it has. */

import { faultInGrantTypes } from "../../oauth/grant-types.js";
import type { Profile } from "../../oauth/profile/profile.js";
import type { ExtraGrantType } from "../../storage/port/records.js";
import type { MapReader } from "./reader.js";

export interface SeedAppExtras {
  readonly jwtAlgorithm?: "ES256" | "RS256";
  readonly requirePkce?: boolean;
  readonly requirePushedRequests?: boolean;
  readonly dpopBoundTokens?: boolean;
  readonly grantTypes?: readonly ExtraGrantType[];
}

/** Returns what is given of them. */
export function readExtras(profile: Profile, map: MapReader, isPublic: boolean): SeedAppExtras {
  const jwtAlgorithm = map.choice("jwt_algorithm", ["ES256", "RS256"]);
  const types = map.has("grant_types") ? map.texts("grant_types") : undefined;
  const unknown = types?.find((type) => !profile.grantTypes.includes(type as ExtraGrantType));
  const grantTypes = types as readonly ExtraGrantType[] | undefined;
  if (unknown !== undefined)
    map.fail("grant_types", `the ${profile.name} profile has no ${unknown} for apps to be allowed`);
  const fault = grantTypes && faultInGrantTypes(grantTypes, isPublic);
  if (fault !== undefined) map.fail("grant_types", fault);
  return {
    ...(jwtAlgorithm !== undefined && { jwtAlgorithm }),
    ...(map.has("require_pkce") && { requirePkce: map.flag("require_pkce", false) }),
    ...readStrictness(profile, map),
    ...(grantTypes !== undefined && { grantTypes }),
  };
}

function readStrictness(
  profile: Profile,
  map: MapReader,
): Pick<SeedAppExtras, "requirePushedRequests" | "dpopBoundTokens"> {
  const [pushed, bound] = ["require_pushed_authorization_requests", "dpop_bound_access_tokens"] as const;
  const requirePushedRequests = map.has(pushed) ? map.flag(pushed, false) : undefined;
  const dpopBoundTokens = map.has(bound) ? map.flag(bound, false) : undefined;
  if (requirePushedRequests && profile.pushedRequests === "none")
    map.fail(pushed, `the ${profile.name} profile has no pushed requests`);
  if (dpopBoundTokens && profile.dpop === "none")
    map.fail(bound, `the ${profile.name} profile binds no tokens to keys`);
  return {
    ...(requirePushedRequests !== undefined && { requirePushedRequests }),
    ...(dpopBoundTokens !== undefined && { dpopBoundTokens }),
  };
}
