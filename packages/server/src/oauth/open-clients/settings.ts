/** Open clients: apps that nobody has registered here by hand. What the operator lets them be, and which of them are let in. */

import { faultInScheme } from "../authorize/redirect-uri.js";
import type { Profile } from "../profile/profile.js";
import { faultInResources } from "../resource.js";
import { faultInAppScopes, faultInScopeTexts } from "../scope.js";

/** The two ways in: a metadata document that the client_id is the address of, and dynamic registration (RFC 7591). */
export const openClientKinds = ["cimd", "register"] as const;
export type OpenClientKind = (typeof openClientKinds)[number];

export interface OpenClientSettings {
  readonly kinds: readonly OpenClientKind[];
  /** The ceiling: an open client may ask for these scopes, and for no other. */
  readonly scopes: readonly string[];
  /** What the scopes mean, in words for the consent page. */
  readonly scopeTexts: Readonly<Record<string, string>>;
  /** The ceiling for resources (RFC 8707). */
  readonly resources: readonly string[];
  /** Hosts whose documents are read; `*.example.com` is every host below that one. Empty is every public host. */
  readonly hosts: readonly string[];
  /** Schemes without a dot that callback URLs may have, such as `cursor`. */
  readonly schemes: readonly string[];
}

/** Returns everything that is wrong with the settings, each fault with what it is about. */
export function faultsInOpenClients(
  profile: Profile,
  { kinds, scopes, scopeTexts, resources, hosts, schemes }: OpenClientSettings,
): { readonly about: keyof OpenClientSettings; readonly fault: string }[] {
  if (kinds.length === 0) return [];
  // An open client has no secret, and a code that is not bound to it could be exchanged by whoever catches it.
  if (profile.pkce === "ignored" || !profile.publicApps)
    return [{ about: "kinds", fault: `the profile ${profile.name} lets in no app without a secret or keys` }];
  const checks: [keyof OpenClientSettings, string | undefined][] = [
    ["scopes", faultInAppScopes(profile, scopes) ?? faultInScopeTexts(scopes, scopeTexts)],
    ["resources", faultInResources(resources)],
    ["hosts", hosts.map(faultInHostPattern).find((fault) => fault !== undefined)],
    ["schemes", schemes.map(faultInScheme).find((fault) => fault !== undefined)],
  ];
  return checks.flatMap(([about, fault]) => (fault === undefined ? [] : [{ about, fault }]));
}

function faultInHostPattern(pattern: string): string | undefined {
  return /^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/.test(pattern)
    ? undefined
    : `${pattern}: a host is written in lower case, such as client.example.com or *.example.com`;
}

/** Whether the list of hosts lets a host in. */
export function isHostAllowed(hosts: readonly string[], host: string): boolean {
  if (hosts.length === 0) return true;
  return hosts.some((one) => (one.startsWith("*.") ? host.endsWith(one.slice(1)) : host === one));
}
