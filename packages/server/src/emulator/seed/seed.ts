/** What a seed is, and how plain values become one: the same rules for a file and for an object of a test. */

import { apiKeySyntax, mostApiKeys } from "../../accounts/api-keys.js";
import { faultInEmail } from "../../accounts/create-account.js";
import { faultInCallbackUrl, faultInScheme } from "../../oauth/authorize/redirect-uri.js";
import { faultInKeySet } from "../../oauth/client/keys.js";
import { type Profile, takesSecrets } from "../../oauth/profile/profile.js";
import { profiles } from "../../oauth/profile/profiles.js";
import { faultInResources } from "../../oauth/resource.js";
import { faultInAppScopes, faultInScopeTexts } from "../../oauth/scope.js";
import { type ExtraGrantType, emailKey } from "../../storage/port/records.js";
import { faultInEventUrl } from "../outbox/event-url.js";
import { readExtras, type SeedAppExtras } from "./app-extras.js";
import {
  readSeedDraft,
  readSeedRequest,
  readSeedTemplate,
  type SeedDraft,
  type SeedRequest,
  type SeedTemplate,
  seedDraftKeys,
  seedRequestKeys,
  seedTemplateKeys,
} from "./documents.js";
import { readOpenClients, type SeedOpenClients } from "./open-clients.js";
import { MapReader, type SeedProblem } from "./reader.js";

export interface SeedAccount {
  readonly email: string;
  readonly password: string | undefined;
  readonly apiKeys: readonly string[];
}

export interface SeedApp extends SeedAppExtras {
  readonly name: string;
  readonly owner: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  readonly approved: boolean;
  readonly requireClientCredentialsOnRefresh: boolean;
  readonly public: boolean;
  readonly refreshTokens: "same" | "rotate";
  readonly accessTokens: "opaque" | "jwt";
  readonly resources: readonly string[];
  readonly eventCallbackUrl: string | undefined;
  readonly scopeTexts?: Readonly<Record<string, string>>;
  readonly callbackSchemes?: readonly string[];
  /** The public keys of private_key_jwt, as JSON. */
  readonly jwks: string | undefined;
}

export interface Seed {
  readonly profile: Profile["name"] | undefined;
  readonly accounts: readonly SeedAccount[];
  readonly apps: readonly SeedApp[];
  /** Clients that are let in without being named here. */
  readonly openClients?: SeedOpenClients | undefined;
  readonly templates?: readonly SeedTemplate[];
  readonly signatureRequests?: readonly SeedRequest[];
  readonly unclaimedDrafts?: readonly SeedDraft[];
}

/** Every fault of a seed, one a line. */
export class SeedFault extends Error {
  override readonly name = "SeedFault";

  /** @param source what it was read from. */
  constructor(source: string, faults: readonly string[]) {
    const [only = ""] = faults;
    super(faults.length === 1 ? only : [`${source} has ${faults.length} faults:`, ...faults].join("\n  "));
  }
}

/** Returns the seed of an object. @throws {SeedFault} that names every fault by its path. */
export function readSeed(value: unknown): Seed {
  const { seed, problems } = interpretSeed(value);
  if (problems.length === 0) return seed;
  throw new SeedFault(
    "the seed",
    problems.map(({ message }) => message),
  );
}

const documentKeys = ["templates", "signature_requests", "unclaimed_drafts"];
const seedKeys = ["profile", "accounts", "apps", "open_clients", ...documentKeys];

/** Returns what can be read, and everything that cannot. */
export function interpretSeed(value: unknown): { seed: Seed; problems: readonly SeedProblem[] } {
  const problems: SeedProblem[] = [];
  const root = new MapReader(value, [], seedKeys, problems);
  const seen: Seen = { emails: new Set(), apiKeys: new Set(), clientIds: new Set() };
  const accounts = root.maps("accounts", accountKeys).map((map) => readAccount(map, seen));
  const profile = root.choice("profile", Object.keys(profiles) as Profile["name"][]);
  const rules = profiles[profile ?? "dropbox-sign"];
  const apps = root.maps("apps", appKeys).map((map) => readApp(rules, map, seen));
  const openClients = readOpenClients(rules, root);
  const known = { ...seen, ids: new Set<string>() };
  const templates = root
    .maps("templates", seedTemplateKeys)
    .map((map, index) => readSeedTemplate(map, index, known));
  const signatureRequests = root
    .maps("signature_requests", seedRequestKeys)
    .map((map, index) => readSeedRequest(map, index, known));
  const unclaimedDrafts = root
    .maps("unclaimed_drafts", seedDraftKeys)
    .map((map, index) => readSeedDraft(map, index, known));
  const documents = {
    ...(unclaimedDrafts.length > 0 && { unclaimedDrafts }),
    ...(templates.length > 0 && { templates }),
    ...(signatureRequests.length > 0 && { signatureRequests }),
  };
  return { seed: { profile, accounts, apps, openClients, ...documents }, problems };
}

/** What a seed has named so far: the second of two would silently undo the first. */
interface Seen {
  readonly emails: Set<string>;
  readonly apiKeys: Set<string>;
  readonly clientIds: Set<string>;
}

function isNew(seen: Set<string>, value: string): boolean {
  const before = seen.size;
  return seen.add(value).size > before;
}

const accountKeys = ["email", "password", "api_keys"];

function readAccount(map: MapReader, seen: Seen): SeedAccount {
  const email = map.text("email");
  const fault = email && faultInEmail(email);
  if (fault) map.fail("email", fault);
  else if (email && !isNew(seen.emails, emailKey(email)))
    map.fail("email", "an account above has this email address");
  const apiKeys = map.texts("api_keys");
  if (apiKeys.length > mostApiKeys) map.fail("api_keys", `an account has at most ${mostApiKeys} API keys`);
  else if (!apiKeys.every((key) => apiKeySyntax.test(key)))
    map.fail("api_keys", "an API key is 64 hex digits in lower case");
  else if (!apiKeys.every((key) => isNew(seen.apiKeys, key)))
    map.fail("api_keys", "the same API key is given twice");
  return { email, password: map.optionalText("password"), apiKeys };
}

const appKeys = [
  "name",
  "owner",
  "client_id",
  "client_secret",
  "oauth",
  "approved",
  "require_client_credentials_on_refresh",
  "public",
  "refresh_tokens",
  "access_tokens",
  "jwt_algorithm",
  "require_pkce",
  "require_pushed_authorization_requests",
  "dpop_bound_access_tokens",
  "grant_types",
  "resources",
  "event_callback_url",
  "jwks",
];

function readApp(profile: Profile, map: MapReader, seen: Seen): SeedApp {
  const owner = map.text("owner");
  if (owner && !seen.emails.has(emailKey(owner)))
    map.fail("owner", `no account in this file has the email address ${owner}`);
  const clientId = map.text("client_id");
  if (clientId && !/^[\x21-\x7e]{1,100}$/.test(clientId))
    map.fail("client_id", "is 1 to 100 printable ASCII characters");
  else if (clientId && !isNew(seen.clientIds, clientId))
    map.fail("client_id", "an app above has this client_id");
  const isPublic = map.flag("public", false);
  const extras = readExtras(profile, map, isPublic);
  return {
    name: map.text("name"),
    owner,
    clientId,
    ...readAuthentication(profile, map, isPublic),
    ...readOAuth(profile, map, extras.grantTypes),
    approved: map.flag("approved", true),
    requireClientCredentialsOnRefresh: map.flag("require_client_credentials_on_refresh", false),
    public: isPublic,
    refreshTokens: map.choice("refresh_tokens", ["same", "rotate"]) ?? (isPublic ? "rotate" : "same"),
    accessTokens: map.choice("access_tokens", ["opaque", "jwt"]) ?? "opaque",
    ...extras,
    resources: readResources(map),
    eventCallbackUrl: readEventCallbackUrl(map),
  };
}

/** An app has a secret, or keys, or neither: never two ways to say who it is. */
function readAuthentication(
  profile: Profile,
  map: MapReader,
  isPublic: boolean,
): Pick<SeedApp, "clientSecret" | "jwks"> {
  const clientSecret = map.optionalText("client_secret");
  const keys = map.raw("jwks");
  const fault = keys === undefined ? undefined : faultInKeySet(keys, profile);
  if (fault) map.fail("jwks", fault);
  if (isPublic && map.has("client_secret")) map.fail("client_secret", "a public app has no client_secret");
  if (isPublic && keys !== undefined) map.fail("jwks", "a public app has no keys");
  if (keys !== undefined && map.has("client_secret"))
    map.fail("client_secret", "an app with jwks authenticates with its keys only");
  if (!takesSecrets(profile)) requireKeys(profile, map, isPublic);
  else if (!isPublic && keys === undefined && !map.has("client_secret"))
    map.fail("client_secret", "is missing (or set public: true)");
  return { clientSecret, jwks: keys === undefined || fault ? undefined : JSON.stringify(keys) };
}

function requireKeys(profile: Profile, map: MapReader, isPublic: boolean): void {
  const words = `the ${profile.name} profile's apps prove who they are with keys: give jwks`;
  if (isPublic) map.fail("public", words);
  else if (map.has("client_secret")) map.fail("client_secret", words);
  else if (!map.has("jwks")) map.fail("jwks", "is missing");
}

function readResources(app: MapReader): string[] {
  const resources = app.texts("resources");
  const fault = faultInResources(resources);
  if (fault) app.fail("resources", fault);
  return resources;
}

function readEventCallbackUrl(app: MapReader): string | undefined {
  const url = app.optionalText("event_callback_url");
  const fault = url === undefined ? undefined : faultInEventUrl(url);
  if (fault) app.fail("event_callback_url", fault);
  return url;
}

type SeedOAuth = Pick<SeedApp, "callbackUrls" | "callbackSchemes" | "scopes" | "scopeTexts">;

function readOAuth(profile: Profile, app: MapReader, extraGrants: readonly ExtraGrantType[] = []): SeedOAuth {
  const keys = ["callback_url", "callback_urls", "allow_schemes", "scopes", "scope_texts"];
  const map = app.child("oauth", keys);
  if (!app.has("oauth")) return { callbackUrls: [], scopes: [] };
  const callbackSchemes = readSchemes(map);
  const one = map.optionalText("callback_url");
  const callbackUrls = [...(one === undefined ? [] : [one]), ...map.texts("callback_urls")];
  // A grant beside the code leads to no callback.
  const lacksOne = callbackUrls.length === 0 && extraGrants.length === 0 && !map.has("callback_url");
  if (lacksOne && map.has("callback_urls")) map.fail("callback_urls", "an app needs a callback URL");
  else if (lacksOne) map.fail("callback_url", "is missing");
  for (const url of callbackUrls) {
    // An emulator calls back to what runs beside it, under whatever name.
    const fault = faultInCallbackUrl(url, { plainHttp: "anywhere", schemes: callbackSchemes });
    if (fault) map.fail(one === url ? "callback_url" : "callback_urls", `${url}: ${fault}`);
  }
  const scopes = map.texts("scopes");
  const fault = faultInAppScopes(profile, scopes);
  if (fault) map.fail("scopes", fault);
  return { callbackUrls, callbackSchemes, scopes, scopeTexts: readScopeTexts(map, scopes) };
}

function readSchemes(oauth: MapReader): string[] {
  const schemes = oauth.texts("allow_schemes");
  for (const scheme of schemes) {
    const fault = faultInScheme(scheme);
    if (fault) oauth.fail("allow_schemes", fault);
  }
  return schemes;
}

/** The owner's words for the app's own scopes. */
function readScopeTexts(oauth: MapReader, scopes: readonly string[]): Record<string, string> {
  if (!oauth.has("scope_texts")) return {};
  const map = oauth.child("scope_texts", scopes);
  const texts = Object.fromEntries(
    scopes.filter((scope) => map.has(scope)).map((scope) => [scope, map.text(scope)]),
  );
  const fault = faultInScopeTexts(scopes, texts);
  if (fault) oauth.fail("scope_texts", fault);
  return texts;
}
