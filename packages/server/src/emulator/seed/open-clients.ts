/** The part of a seed that lets clients in which it does not name. */

import {
  faultsInOpenClients,
  type OpenClientSettings,
  openClientKinds,
} from "../../oauth/open-clients/settings.js";
import type { Profile } from "../../oauth/profile/profile.js";
import type { MapReader } from "./reader.js";

export interface SeedOpenClients extends OpenClientSettings {
  /** Whether documents are also read from this machine and its network, at any port. */
  readonly privateAddresses: boolean;
}

const keys = ["accept", "scopes", "scope_texts", "resources", "hosts", "schemes", "private_addresses"];

/** Returns undefined where the seed lets in no others. */
export function readOpenClients(profile: Profile, root: MapReader): SeedOpenClients | undefined {
  if (!root.has("open_clients")) return undefined;
  const map = root.child("open_clients", keys);
  const kinds = map.texts("accept");
  const wrong = kinds.find((kind) => !openClientKinds.some((known) => known === kind));
  if (wrong !== undefined || kinds.length === 0) map.fail("accept", "lists cimd, register or both");
  const settings = {
    kinds: openClientKinds.filter((kind) => kinds.includes(kind)),
    scopes: map.texts("scopes"),
    scopeTexts: textsByScope(map),
    resources: map.texts("resources"),
    hosts: map.texts("hosts"),
    schemes: map.texts("schemes"),
    privateAddresses: map.flag("private_addresses", false),
  };
  const places = { kinds: "accept", scopeTexts: "scope_texts" } as const;
  for (const { about, fault } of faultsInOpenClients(profile, settings))
    map.fail(about in places ? places[about as keyof typeof places] : about, fault);
  return settings;
}

function textsByScope(map: MapReader): Record<string, string> {
  const value = map.raw("scope_texts") ?? {};
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isMap && Object.values(value).every((text) => typeof text === "string"))
    return value as Record<string, string>;
  map.fail("scope_texts", "is a mapping of scopes to texts");
  return {};
}
