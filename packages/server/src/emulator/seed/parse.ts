/** The seed file: YAML to typed objects. Every fault is one message with file, line and key. */

import { LineCounter, parseDocument } from "yaml";
import { apiKeySyntax, mostApiKeys } from "../../accounts/api-keys.js";
import { faultInEmail } from "../../accounts/create-account.js";
import { faultInCallbackUrl } from "../../oauth/authorize/redirect-uri.js";
import { type Profile, profiles } from "../../oauth/profile/profile.js";
import { faultInAppScopes } from "../../oauth/scope.js";
import { emailKey } from "../../storage/storage.js";
import { type Item, type MapReader, Reader } from "./yaml-reader.js";

export interface SeedAccount {
  readonly email: string;
  readonly password: string | undefined;
  readonly apiKeys: readonly string[];
}

export interface SeedApp {
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
}

export interface Seed {
  readonly profile: Profile["name"] | undefined;
  readonly accounts: readonly SeedAccount[];
  readonly apps: readonly SeedApp[];
}

/** A fault in a seed file, with the line it is in. */
export class SeedFault extends Error {
  override readonly name = "SeedFault";
}

/** Returns the seed. @throws {SeedFault} at the first fault. */
export function parseSeed(text: string, file: string): Seed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (offset: number | undefined, message: string): never => {
    const line = offset === undefined ? 1 : lines.linePos(offset).line;
    throw new SeedFault(`${file}:${line}: ${message}`);
  };
  const syntax = document.errors[0];
  if (syntax) fail(syntax.pos[0], (syntax.message.split("\n")[0] ?? "").replace(/ at line .*$/, ""));
  const reader = new Reader(fail);
  const root = reader.map(document.contents, "the seed file", ["profile", "accounts", "apps"]);
  const seen: Seen = { emails: new Set(), apiKeys: new Set(), clientIds: new Set() };
  const accounts = root.list("accounts").map((item) => readAccount(item, seen));
  const apps = root.list("apps").map((item) => readApp(item, seen));
  return { profile: root.choice("profile", Object.keys(profiles) as Profile["name"][]), accounts, apps };
}

/** What a file has named so far: the second of two would silently undo the first. */
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

function readAccount(item: Item, seen: Seen): SeedAccount {
  const map = item.map(accountKeys);
  const email = map.text("email");
  const fault = faultInEmail(email);
  if (fault) map.fail("email", fault);
  if (!isNew(seen.emails, emailKey(email))) map.fail("email", "an account above has this e-mail address");
  const apiKeys = map.texts("api_keys");
  if (apiKeys.length > mostApiKeys) map.fail("api_keys", `an account has at most ${mostApiKeys} API keys`);
  if (!apiKeys.every((key) => apiKeySyntax.test(key)))
    map.fail("api_keys", "an API key is 64 hex digits in lower case");
  if (!apiKeys.every((key) => isNew(seen.apiKeys, key)))
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
  "resources",
  "event_callback_url",
];

function readApp(item: Item, seen: Seen): SeedApp {
  const map = item.map(appKeys);
  const owner = map.text("owner");
  if (!seen.emails.has(emailKey(owner)))
    map.fail("owner", `no account in this file has the e-mail address ${owner}`);
  const isPublic = map.flag("public", false);
  const clientSecret = map.optionalText("client_secret");
  if (isPublic && clientSecret !== undefined) map.fail("client_secret", "a public app has no client_secret");
  if (!isPublic && clientSecret === undefined) map.fail("client_secret", "is missing (or set public: true)");
  const clientId = map.text("client_id");
  if (!/^[\x21-\x7e]{1,100}$/.test(clientId)) map.fail("client_id", "is 1 to 100 printable ASCII characters");
  if (!isNew(seen.clientIds, clientId)) map.fail("client_id", "an app above has this client_id");
  return {
    name: map.text("name"),
    owner,
    clientId,
    clientSecret,
    ...readOAuth(map),
    approved: map.flag("approved", true),
    requireClientCredentialsOnRefresh: map.flag("require_client_credentials_on_refresh", false),
    public: isPublic,
    refreshTokens: map.choice("refresh_tokens", ["same", "rotate"]) ?? (isPublic ? "rotate" : "same"),
    accessTokens: map.choice("access_tokens", ["opaque", "jwt"]) ?? "opaque",
    resources: map.texts("resources"),
    eventCallbackUrl: readEventCallbackUrl(map),
  };
}

function readEventCallbackUrl(app: MapReader): string | undefined {
  const url = app.optionalText("event_callback_url");
  const fault = url === undefined ? undefined : faultInCallbackUrl(url);
  if (fault) app.fail("event_callback_url", fault);
  return url;
}

function readOAuth(app: MapReader): Pick<SeedApp, "callbackUrls" | "scopes"> {
  const map = app.child("oauth", ["callback_url", "callback_urls", "scopes"]);
  const one = map.optionalText("callback_url");
  const callbackUrls = [...(one === undefined ? [] : [one]), ...map.texts("callback_urls")];
  if (callbackUrls.length === 0) map.fail("callback_url", "is missing");
  for (const url of callbackUrls) {
    // An emulator calls back to what stands beside it, by whatever name.
    const fault = faultInCallbackUrl(url, "anywhere");
    if (fault) map.fail(one === url ? "callback_url" : "callback_urls", `${url}: ${fault}`);
  }
  const scopes = map.texts("scopes");
  const fault = faultInAppScopes(scopes);
  if (fault) map.fail("scopes", fault);
  return { callbackUrls, scopes };
}
