/** The seed file: YAML to typed objects. Every fault is one message with file, line and key. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { apiKeySyntax, mostApiKeys } from "../accounts/api-keys.js";
import { faultInEmail } from "../accounts/create-account.js";
import { faultInCallbackUrl } from "../oauth/redirect-uri.js";
import { faultInAppScopes } from "../oauth/scope.js";
import { type Profile, profiles } from "../profile.js";

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
  const accounts = root.list("accounts").map((item) => readAccount(item));
  const emails = new Set(accounts.map(({ email }) => email.toLowerCase()));
  const apps = root.list("apps").map((item) => readApp(item, emails));
  return { profile: root.choice("profile", Object.keys(profiles) as Profile["name"][]), accounts, apps };
}

const accountKeys = ["email", "password", "api_keys"];

function readAccount(item: Item): SeedAccount {
  const map = item.map(accountKeys);
  const email = map.text("email");
  const fault = faultInEmail(email);
  if (fault) map.fail("email", fault);
  const apiKeys = map.texts("api_keys");
  if (apiKeys.length > mostApiKeys) map.fail("api_keys", `an account has at most ${mostApiKeys} API keys`);
  if (!apiKeys.every((key) => apiKeySyntax.test(key)))
    map.fail("api_keys", "an API key is 64 hex digits in lower case");
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

function readApp(item: Item, emails: ReadonlySet<string>): SeedApp {
  const map = item.map(appKeys);
  const owner = map.text("owner");
  if (!emails.has(owner.toLowerCase()))
    map.fail("owner", `no account in this file has the e-mail address ${owner}`);
  const isPublic = map.flag("public", false);
  const clientSecret = map.optionalText("client_secret");
  if (isPublic && clientSecret !== undefined) map.fail("client_secret", "a public app has no client_secret");
  if (!isPublic && clientSecret === undefined) map.fail("client_secret", "is missing (or set public: true)");
  const clientId = map.text("client_id");
  if (!/^[\x21-\x7e]{1,100}$/.test(clientId)) map.fail("client_id", "is 1 to 100 printable ASCII characters");
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
    eventCallbackUrl: map.optionalText("event_callback_url"),
  };
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

type Fail = (offset: number | undefined, message: string) => never;
type Item = { map(keys: readonly string[]): MapReader };

class Reader {
  constructor(private readonly fail: Fail) {}

  map(node: unknown, what: string, keys: readonly string[]): MapReader {
    if (!isMap(node))
      return this.fail((node as Node | null)?.range?.[0], `${what} must be a mapping of keys`);
    for (const { key } of node.items) {
      const name = isScalar(key) ? String(key.value) : "?";
      if (!keys.includes(name)) {
        const offset = (key as Node).range?.[0];
        this.fail(offset, `${what} has no key "${name}"; its keys are ${keys.join(", ")}`);
      }
    }
    return new MapReader(this, node, what, this.fail);
  }
}

class MapReader {
  constructor(
    private readonly reader: Reader,
    private readonly node: YAMLMap,
    private readonly what: string,
    private readonly failAt: Fail,
  ) {}

  fail(key: string, message: string): never {
    const value = this.node.get(key, true) as Node | undefined;
    return this.failAt(value?.range?.[0] ?? this.node.range?.[0], `${this.what}: ${key}: ${message}`);
  }

  #value(key: string): unknown {
    const node = this.node.get(key, true);
    return isScalar(node) ? (node.value ?? undefined) : (node ?? undefined);
  }

  optionalText(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value === "") {
      const hint = typeof value === "number" ? "; put it in quotes" : "";
      this.fail(key, `must be text that is not empty${hint}`);
    }
    return value as string;
  }

  text(key: string): string {
    return this.optionalText(key) ?? this.fail(key, "is missing");
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.#value(key) ?? absent;
    return typeof value === "boolean" ? value : this.fail(key, "must be true or false");
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.optionalText(key);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    return this.fail(key, `must be ${choices.join(" or ")}, not ${value}`);
  }

  texts(key: string): string[] {
    const node = this.#value(key);
    if (node === undefined) return [];
    if (!isSeq(node)) return this.fail(key, "must be a list");
    return node.items.map((item) => {
      const value = isScalar(item) ? item.value : undefined;
      return typeof value === "string" && value !== "" ? value : this.fail(key, "must be a list of texts");
    });
  }

  child(key: string, keys: readonly string[]): MapReader {
    const node = this.node.get(key, true);
    if (node === undefined) this.fail(key, "is missing");
    return this.reader.map(node, `${this.what}: ${key}`, keys);
  }

  list(key: string): Item[] {
    const node = this.#value(key);
    if (node === undefined) return [];
    if (!isSeq(node)) return this.fail(key, "must be a list");
    return node.items.map((item, index) => ({
      map: (keys) => this.reader.map(item, `${key}[${index}]`, keys),
    }));
  }
}
