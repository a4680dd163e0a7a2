/** What a request to make or change an app asks for. An empty text clears what may be absent. */

import { faultInCallbackUrl } from "../../../oauth/authorize/redirect-uri.js";
import type { Profile } from "../../../oauth/profile/profile.js";
import { faultInAppScopes } from "../../../oauth/scope.js";
import { faultInEventUrl } from "../../outbox/event-url.js";
import type { Input } from "../input.js";
import type { AppSettings } from "./settings.js";

export interface AppOAuth {
  readonly callbackUrl: string;
  readonly scopes: readonly string[];
}

/** Undefined leaves a thing as it is, null clears it. */
export interface WantedApp {
  readonly name: string | undefined;
  readonly eventCallbackUrl: string | null | undefined;
  readonly oauth: AppOAuth | null | undefined;
  readonly domains: readonly string[] | undefined;
  readonly whiteLabeling: AppSettings["whiteLabeling"] | null;
  readonly canInsertEverywhere: boolean | undefined;
}

const longestName = 255;
/** Limit of the vendor's description. */
const mostDomains = 10;

/**
 * @param before the OAuth settings that a change of one of their two halves leaves the other of.
 * @throws {ApiFault} at the first parameter that is wrong.
 */
export function readApp(profile: Profile, input: Input, before?: AppOAuth): WantedApp {
  return {
    name: input.optionalText("name", { max: longestName }),
    eventCallbackUrl: readEventCallback(input),
    oauth: readOAuth(profile, input, before),
    domains: readDomains(input),
    whiteLabeling: readWhiteLabeling(input),
    canInsertEverywhere: input.optionalObject("options")?.optionalFlag("can_insert_everywhere"),
  };
}

function readEventCallback(input: Input): string | null | undefined {
  if (input.isCleared("callback_url")) return null;
  const url = input.optionalText("callback_url");
  const fault = url === undefined ? undefined : faultInEventUrl(url);
  if (fault !== undefined) throw input.fault("callback_url", `cannot be called: ${fault}`);
  return url;
}

function readOAuth(profile: Profile, input: Input, before: AppOAuth | undefined): WantedApp["oauth"] {
  if (input.isCleared("oauth")) return null;
  const oauth = input.optionalObject("oauth");
  if (oauth === undefined) return undefined;
  const given = oauth.texts("scopes");
  const scopes = given.filter((scope) => scope !== "");
  // The description lists an empty text among the scopes: it clears them.
  if (oauth.isCleared("callback_url") && scopes.length === 0) return null;
  const callbackUrl = oauth.optionalText("callback_url") ?? before?.callbackUrl;
  const wanted = given.length > 0 ? scopes : (before?.scopes ?? []);
  if (callbackUrl === undefined) throw oauth.missing("callback_url");
  if (wanted.length === 0) throw oauth.missing("scopes");
  const urlFault = faultInCallbackUrl(callbackUrl);
  if (urlFault !== undefined) throw oauth.fault("callback_url", `cannot be called back: ${urlFault}`);
  checkScopes(profile, oauth, wanted);
  return { callbackUrl, scopes: wanted };
}

function checkScopes(profile: Profile, oauth: Input, scopes: readonly string[]): void {
  const known = Object.keys(profile.scopes);
  const unknown = known.length === 0 ? -1 : scopes.findIndex((scope) => !known.includes(scope));
  if (unknown >= 0) {
    throw oauth.fault(`scopes[${unknown}]`, `is not a scope; the scopes are ${known.join(", ")}`);
  }
  const fault = faultInAppScopes(profile, scopes);
  if (fault !== undefined) throw oauth.fault("scopes", `cannot be granted together: ${fault}`);
}

const domainSyntax = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

function readDomains(input: Input): string[] | undefined {
  const domains = input.texts("domains").filter((domain) => domain !== "");
  if (domains.length === 0) return undefined;
  if (domains.length > mostDomains)
    throw input.fault("domains", `has ${domains.length} members; at most ${mostDomains} are allowed`);
  const wrong = domains.find((domain) => !domainSyntax.test(domain));
  if (wrong !== undefined) throw input.fault("domains", `cannot be used: ${wrong} is not a valid domain`);
  return domains.map((domain) => domain.toLowerCase());
}

const colors = [
  "header_background_color",
  "link_color",
  "page_background_color",
  "primary_button_color",
  "primary_button_color_hover",
  "primary_button_text_color",
  "primary_button_text_color_hover",
  "secondary_button_color",
  "secondary_button_color_hover",
  "secondary_button_text_color",
  "secondary_button_text_color_hover",
  "text_color1",
  "text_color2",
] as const;

function readWhiteLabeling(input: Input): WantedApp["whiteLabeling"] {
  if (input.isCleared("white_labeling_options")) return null;
  const options = input.optionalObject("white_labeling_options");
  if (options === undefined) return undefined;
  if (options.flag("reset_to_default")) return null;
  const chosen = colors.flatMap((name) => {
    const color = options.optionalText(name);
    if (color === undefined) return [];
    if (!/^#[0-9a-f]{6}$/i.test(color)) throw options.fault(name, "must be a color such as #00b3e6");
    return [[name, color] as const];
  });
  const terms = options.optionalChoice("legal_version", ["terms1", "terms2"]);
  return { ...Object.fromEntries(chosen), ...(terms !== undefined && { legal_version: terms }) };
}
