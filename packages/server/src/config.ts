/** Configuration of `countersign serve` and the commands beside it: environment and file to one frozen Config. */

import { type AdminConfig, adminKeys, readAdminConfig } from "./admin-config.js";
import { readConfigFile, type Values } from "./config-file.js";
import { faultInNetwork } from "./limits/address.js";
import type { RateLimit, RateLimits } from "./limits/rate-limit.js";
import { loopbackNames } from "./oauth/loopback.js";
import type { OpenClientSettings } from "./oauth/open-clients/settings.js";
import type { Profile } from "./oauth/profile/profile.js";
import { profiles } from "./oauth/profile/profiles.js";
import { openClientKeys, readOpenClients } from "./open-clients-config.js";
import { type ListedSecrets, readSecrets } from "./secrets-config.js";

const or = new Intl.ListFormat("en-GB", { type: "disjunction" });

export interface Config extends ListedSecrets {
  readonly publicUrl: string;
  readonly host: string;
  readonly port: number;
  /** `postgres://…`, or the path of a SQLite file. */
  readonly database: string;
  readonly poolSize: number;
  readonly statementTimeoutMilliseconds: number;
  /** Whether settings are sent to PostgreSQL at the start of a connection: some poolers refuse them. */
  readonly startupOptions: "sent" | "none";
  /** How long a start waits for a database that does not answer yet, in seconds. */
  readonly databaseWaitSeconds: number;
  /** Whether `serve` brings an older schema to that of its build; else it refuses to start. */
  readonly migrates: boolean;
  readonly profile: Profile;
  /** Which clients are let in that nobody registered here; undefined is none. */
  readonly openClients: OpenClientSettings | undefined;
  readonly trustProxy: readonly string[];
  /** How long audit events are kept, in days. */
  readonly auditDays: number;
  /** How long /ready says "draining" before the server stops listening, in seconds. */
  readonly drainSeconds: number;
  readonly accessLog: "all" | "failures";
  readonly liveApiHostTokenPath: boolean;
  readonly rateLimits: RateLimits;
  /** How operators reach the server; undefined where they do not. */
  readonly admin: AdminConfig | undefined;
  /** What may be meant and is more likely forgotten: to be logged at every start. */
  readonly warnings: readonly string[];
}

/** Every fault of the configuration, in one message. */
export class ConfigFault extends Error {
  override readonly name = "ConfigFault";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** Every key, with what `.env.example` says of it. A key that is not here is refused, so that a typo is seen. */
export const configKeys = [
  "COUNTERSIGN_PUBLIC_URL",
  "COUNTERSIGN_HOST",
  "COUNTERSIGN_PORT",
  "COUNTERSIGN_DATABASE",
  "COUNTERSIGN_POOL_SIZE",
  "COUNTERSIGN_STATEMENT_TIMEOUT_MS",
  "COUNTERSIGN_POSTGRES_STARTUP_OPTIONS",
  "COUNTERSIGN_DATABASE_WAIT_SECONDS",
  "COUNTERSIGN_MIGRATE",
  "COUNTERSIGN_SECRETS",
  "COUNTERSIGN_SECRETS_FILE",
  "COUNTERSIGN_PROFILE",
  "COUNTERSIGN_REQUIRE_PKCE",
  "COUNTERSIGN_ACCESS_TOKEN_SECONDS",
  "COUNTERSIGN_CODE_SECONDS",
  "COUNTERSIGN_REFRESH_SECONDS",
  "COUNTERSIGN_REFRESH_IDLE_SECONDS",
  "COUNTERSIGN_ROTATION_GRACE_SECONDS",
  "COUNTERSIGN_TLS_PROXY",
  "COUNTERSIGN_TRUST_PROXY",
  "COUNTERSIGN_AUDIT_DAYS",
  "COUNTERSIGN_DRAIN_SECONDS",
  "COUNTERSIGN_ACCESS_LOG",
  "COUNTERSIGN_LIVE_API_HOST_TOKEN_PATH",
  "COUNTERSIGN_RATE_LIMIT_CLIENT",
  "COUNTERSIGN_RATE_LIMIT_ADDRESS",
  "COUNTERSIGN_RATE_LIMIT_ACCOUNT",
  ...openClientKeys,
  ...adminKeys,
] as const;

type Key = (typeof configKeys)[number];

/**
 * Returns the configuration. The environment wins over the file.
 * @throws {ConfigFault} that lists every fault, not the first.
 */
export function loadConfig(environment: Values, file?: string): Config {
  const faults: string[] = [];
  const inFile = file === undefined ? {} : readConfigFile(file, faults);
  const reader = new ConfigReader({ ...inFile, ...filledIn(environment) }, faults);
  reader.refuseUnknown(inFile);
  const publicUrl = reader.publicUrl();
  const host = reader.text("COUNTERSIGN_HOST", "127.0.0.1");
  const warnings: string[] = [];
  const config: Config = {
    publicUrl,
    host,
    port: reader.whole("COUNTERSIGN_PORT", 4010, 0, 65_535),
    database: reader.database(),
    poolSize: reader.whole("COUNTERSIGN_POOL_SIZE", 10, 1, 1000),
    statementTimeoutMilliseconds: reader.whole("COUNTERSIGN_STATEMENT_TIMEOUT_MS", 5000, 100, 600_000),
    startupOptions: reader.choice("COUNTERSIGN_POSTGRES_STARTUP_OPTIONS", ["sent", "none"]),
    databaseWaitSeconds: reader.whole("COUNTERSIGN_DATABASE_WAIT_SECONDS", 0, 0, 3600),
    migrates: reader.choice("COUNTERSIGN_MIGRATE", ["true", "false"]) === "true",
    ...reader.secrets(warnings),
    ...reader.protocol(),
    trustProxy: reader.trustProxy(publicUrl, warnings),
    drainSeconds: reader.whole("COUNTERSIGN_DRAIN_SECONDS", 0, 0, 600),
    auditDays: reader.whole("COUNTERSIGN_AUDIT_DAYS", 400, 1, 36_500),
    accessLog: reader.choice("COUNTERSIGN_ACCESS_LOG", ["all", "failures"]),
    liveApiHostTokenPath: reader.flag("COUNTERSIGN_LIVE_API_HOST_TOKEN_PATH"),
    rateLimits: {
      client: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_CLIENT", "6000/60"),
      address: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_ADDRESS", "6000/60"),
      account: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_ACCOUNT", "6000/60"),
    },
    admin: reader.admin(),
    warnings,
  };
  reader.checkTransport(publicUrl, host);
  if (faults.length > 0) throw new ConfigFault(faults);
  return Object.freeze(config);
}

/** Compose files and charts set a variable that nobody filled in to nothing: that is no value, and takes none away. */
function filledIn(environment: Values): Values {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}

const noTrustedProxy =
  "COUNTERSIGN_TRUST_PROXY is empty, though a proxy must terminate TLS for the https public URL: all visitors have the proxy's address, share one limit, and a stranger's wrong guesses keep everybody from signing in. Set it to the proxy's address or network, or to none if the proxy passes connections on without X-Forwarded-For";

/** As an address to listen on, `::1` has no brackets. */
const loopback: ReadonlySet<string> = new Set([...loopbackNames, "::1"]);

class ConfigReader {
  readonly #values: Values;
  readonly #faults: string[];

  constructor(values: Values, faults: string[]) {
    this.#values = values;
    this.#faults = faults;
  }

  #get(key: Key): string | undefined {
    return this.#values[key]?.trim() || undefined;
  }

  #fault(key: Key, message: string): void {
    this.#faults.push(`${key} ${message}`);
  }

  /** The environment is shared with other programs; the file is ours, and every key in it must be one that we know. */
  refuseUnknown(inFile: Values): void {
    const known: readonly string[] = configKeys;
    for (const key of Object.keys(this.#values)) {
      const ours = key.startsWith("COUNTERSIGN_") && !key.startsWith("COUNTERSIGN_TEST_");
      if ((ours || Object.hasOwn(inFile, key)) && !known.includes(key))
        this.#faults.push(`${key} is not a key of the configuration`);
    }
  }

  text(key: Key, absent: string): string {
    return this.#get(key) ?? absent;
  }

  admin(): AdminConfig | undefined {
    return readAdminConfig({
      get: (key) => this.#get(key),
      whole: (...range) => this.whole(...range),
      fault: (key, message) => this.#fault(key, message),
      behindTls: this.#get("COUNTERSIGN_TLS_PROXY") === "true",
      isLoopback: (host) => loopback.has(host),
    });
  }

  list(key: Key): string[] {
    return (this.#get(key) ?? "").split(/[\s,]+/).filter((item) => item !== "");
  }

  /** `none` says on purpose what an absent value may have forgotten. */
  trustProxy(publicUrl: string, warnings: string[]): string[] {
    const items = this.list("COUNTERSIGN_TRUST_PROXY");
    if (items.length === 0 && publicUrl.startsWith("https:")) warnings.push(noTrustedProxy);
    if (items.length === 1 && items[0] === "none") return [];
    for (const item of items) {
      const fault = faultInNetwork(item);
      if (fault !== undefined) this.#fault("COUNTERSIGN_TRUST_PROXY", `lists what is no address: ${fault}`);
    }
    return items;
  }

  database(): string {
    const text = this.text("COUNTERSIGN_DATABASE", "countersign.db");
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
    if (scheme !== undefined && !/^postgres(ql)?$/.test(scheme)) {
      const message = `must be postgres://… or the path of a SQLite file, not a URL that begins with "${scheme}:"`;
      this.#fault("COUNTERSIGN_DATABASE", message);
    }
    return text;
  }

  whole(key: Key, absent: number, least: number, most: number): number {
    const text = this.#get(key);
    if (text === undefined) return absent;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    this.#fault(key, `must be a whole number from ${least} to ${most}, not "${text}"`);
    return absent;
  }

  flag(key: Key): boolean {
    const text = this.#get(key) ?? "false";
    if (text !== "true" && text !== "false") this.#fault(key, `must be true or false, not "${text}"`);
    return text === "true";
  }

  choice<T extends string>(key: Key, choices: readonly [T, ...T[]]): T {
    const text = this.#get(key) ?? choices[0];
    if (choices.includes(text as T)) return text as T;
    this.#fault(key, `must be ${or.format(choices)}, not "${text}"`);
    return choices[0];
  }

  rateLimit(key: Key, absent: string): RateLimit | undefined {
    const text = this.#get(key) ?? absent;
    if (text === "off") return undefined;
    const match = /^([1-9]\d{0,8})\/([1-9]\d{0,5})$/.exec(text);
    if (match === null) {
      this.#fault(key, `must be REQUESTS/SECONDS, such as 6000/60, or off; not "${text}"`);
      return undefined;
    }
    return { capacity: Number(match[1]), periodSeconds: Number(match[2]) };
  }

  publicUrl(): string {
    const text = this.#get("COUNTERSIGN_PUBLIC_URL");
    if (text === undefined) {
      this.#fault(
        "COUNTERSIGN_PUBLIC_URL",
        "is missing: the address users and apps reach this server by, such as https://sign.example.com",
      );
      return "";
    }
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (
      url === undefined ||
      !/^https?:$/.test(url.protocol) ||
      !/^(\/[A-Za-z0-9._~-]+)*\/?$/.test(url.pathname) ||
      url.search ||
      url.hash ||
      url.username ||
      url.password
    ) {
      this.#fault(
        "COUNTERSIGN_PUBLIC_URL",
        `must be an http or https URL without query and user, whose path, if it has one, is plain words such as /auth; not "${text}"`,
      );
      return "";
    }
    return `${url.origin}${url.pathname}`.replace(/\/$/, "");
  }

  secrets(warnings: string[]): ListedSecrets {
    return readSecrets({
      get: (key) => this.#get(key),
      list: (key) => this.list(key),
      fault: (key, message) => this.#fault(key, message),
      warn: (text) => void warnings.push(text),
    });
  }

  profile(): Profile {
    const base = profiles[this.choice("COUNTERSIGN_PROFILE", ["standard", "dropbox-sign", "fapi2"])];
    const mostSeconds = 16_777_215;
    const family = this.#get("COUNTERSIGN_REFRESH_SECONDS");
    const idle = this.#get("COUNTERSIGN_REFRESH_IDLE_SECONDS");
    return {
      ...base,
      pkceRequiredOf: this.pkceRequiredOf(base),
      accessTokenSeconds: this.whole(
        "COUNTERSIGN_ACCESS_TOKEN_SECONDS",
        base.accessTokenSeconds,
        1,
        mostSeconds,
      ),
      codeSeconds: this.whole("COUNTERSIGN_CODE_SECONDS", base.codeSeconds, 1, base.mostCodeSeconds),
      rotationGraceSeconds: this.whole(
        "COUNTERSIGN_ROTATION_GRACE_SECONDS",
        base.rotationGraceSeconds,
        0,
        3600,
      ),
      familySeconds:
        family === undefined ? base.familySeconds : this.whole("COUNTERSIGN_REFRESH_SECONDS", 0, 60, 1e9),
      familyIdleSeconds:
        idle === undefined
          ? base.familyIdleSeconds
          : this.whole("COUNTERSIGN_REFRESH_IDLE_SECONDS", 0, 7200, 1e9),
    };
  }

  protocol(): Pick<Config, "profile" | "openClients"> {
    const profile = this.profile();
    const openClients = readOpenClients(
      {
        get: (key) => this.#get(key),
        list: (key) => this.list(key),
        fault: (key, message) => this.#fault(key, message),
      },
      profile,
    );
    return { profile, openClients };
  }

  pkceRequiredOf(base: Profile): Profile["pkceRequiredOf"] {
    const required = this.flag("COUNTERSIGN_REQUIRE_PKCE");
    if (required && base.pkce === "ignored")
      this.#fault("COUNTERSIGN_REQUIRE_PKCE", `cannot be true: the ${base.name} profile does not read PKCE`);
    return required ? "all" : base.pkceRequiredOf;
  }

  /** A password or a token must not cross a network in clear. */
  checkTransport(publicUrl: string, host: string): void {
    if (publicUrl === "") return;
    const url = new URL(publicUrl);
    if (url.protocol === "http:" && !loopback.has(url.hostname)) {
      this.#fault("COUNTERSIGN_PUBLIC_URL", `is http for the public host ${url.hostname}: use https`);
    }
    if (!loopback.has(host) && !this.flag("COUNTERSIGN_TLS_PROXY")) {
      this.#fault(
        "COUNTERSIGN_HOST",
        `is ${host}, and this server speaks plain HTTP: put a proxy that terminates TLS before it and set COUNTERSIGN_TLS_PROXY=true, or listen on 127.0.0.1`,
      );
    }
  }
}
