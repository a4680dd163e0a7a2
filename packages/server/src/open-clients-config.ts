/** The part of the configuration that is about open clients: which are let in, and what they may ask for. */

import {
  faultsInOpenClients,
  type OpenClientKind,
  type OpenClientSettings,
  openClientKinds,
} from "./oauth/open-clients/settings.js";
import type { Profile } from "./oauth/profile/profile.js";

export const openClientKeys = [
  "COUNTERSIGN_OPEN_CLIENTS",
  "COUNTERSIGN_OPEN_CLIENT_SCOPES",
  "COUNTERSIGN_OPEN_CLIENT_RESOURCES",
  "COUNTERSIGN_OPEN_CLIENT_HOSTS",
  "COUNTERSIGN_OPEN_CLIENT_SCHEMES",
] as const;

type OpenClientKey = (typeof openClientKeys)[number];

export interface OpenClientValues {
  get(key: OpenClientKey): string | undefined;
  list(key: OpenClientKey): string[];
  fault(key: OpenClientKey, message: string): void;
}

const keyOf: Readonly<Record<keyof OpenClientSettings, OpenClientKey>> = {
  kinds: "COUNTERSIGN_OPEN_CLIENTS",
  scopes: "COUNTERSIGN_OPEN_CLIENT_SCOPES",
  scopeTexts: "COUNTERSIGN_OPEN_CLIENT_SCOPES",
  resources: "COUNTERSIGN_OPEN_CLIENT_RESOURCES",
  hosts: "COUNTERSIGN_OPEN_CLIENT_HOSTS",
  schemes: "COUNTERSIGN_OPEN_CLIENT_SCHEMES",
};

/** Returns the settings, or undefined where no open client is let in. */
export function readOpenClients(values: OpenClientValues, profile: Profile): OpenClientSettings | undefined {
  const kinds = values.list("COUNTERSIGN_OPEN_CLIENTS");
  const wrong = kinds.find((kind) => !openClientKinds.includes(kind as OpenClientKind));
  if (wrong !== undefined)
    values.fault("COUNTERSIGN_OPEN_CLIENTS", `must be cimd, register or both, not "${wrong}"`);
  const settings: OpenClientSettings = {
    kinds: kinds as OpenClientKind[],
    ...readScopes(values.get("COUNTERSIGN_OPEN_CLIENT_SCOPES") ?? ""),
    resources: values.list("COUNTERSIGN_OPEN_CLIENT_RESOURCES"),
    hosts: values.list("COUNTERSIGN_OPEN_CLIENT_HOSTS"),
    schemes: values.list("COUNTERSIGN_OPEN_CLIENT_SCHEMES"),
  };
  const unused = openClientKeys.find((key) => values.get(key) !== undefined);
  if (kinds.length === 0 && unused !== undefined)
    values.fault(unused, "has no effect: set COUNTERSIGN_OPEN_CLIENTS as well, or leave this out");
  for (const { about, fault } of faultsInOpenClients(profile, settings))
    values.fault(keyOf[about], `is not usable: ${fault}`);
  return kinds.length === 0 ? undefined : settings;
}

/** Reads `notes.read=Read your notes; notes.write=Change your notes`; the words may be left out. */
function readScopes(text: string): Pick<OpenClientSettings, "scopes" | "scopeTexts"> {
  const items = text
    .split(";")
    .flatMap((item) => (item.includes("=") ? [item.trim()] : item.split(/[\s,]+/)));
  const pairs = items
    .filter((item) => item !== "")
    .map((item): [string, string | undefined] => {
      const [scope = "", ...words] = item.split("=");
      return [scope.trim(), words.length === 0 ? undefined : words.join("=").trim()];
    });
  const described = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { scopes: pairs.map(([scope]) => scope), scopeTexts: Object.fromEntries(described) };
}
