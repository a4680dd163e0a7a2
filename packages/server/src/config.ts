/** Configuration of `countersign serve` and the commands beside it: environment and file to one frozen Config. */

import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { faultInSecret } from "./crypto/key-ring.js";
import type { RateLimit, RateLimits } from "./limits/rate-limit.js";
import { type Profile, profiles } from "./oauth/profile/profile.js";

export interface Config {
  readonly publicUrl: string;
  readonly host: string;
  readonly port: number;
  /** `postgres://…`, or the path of a SQLite file. */
  readonly database: string;
  readonly poolSize: number;
  readonly statementTimeoutMilliseconds: number;
  /** Newest first. */
  readonly secrets: readonly string[];
  readonly secretsFile: string | undefined;
  readonly profile: Profile;
  readonly trustProxy: readonly string[];
  /** How long audit events are kept, in days. */
  readonly auditDays: number;
  readonly accessLog: "all" | "failures";
  readonly liveApiHostTokenPath: boolean;
  readonly rateLimits: RateLimits;
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

type Environment = Readonly<Record<string, string | undefined>>;

/** Every key, with what `.env.example` says of it. A key that is not here is refused, so that a typo is seen. */
export const configKeys = [
  "COUNTERSIGN_PUBLIC_URL",
  "COUNTERSIGN_HOST",
  "COUNTERSIGN_PORT",
  "COUNTERSIGN_DATABASE",
  "COUNTERSIGN_POOL_SIZE",
  "COUNTERSIGN_STATEMENT_TIMEOUT_MS",
  "COUNTERSIGN_SECRETS",
  "COUNTERSIGN_SECRETS_FILE",
  "COUNTERSIGN_PROFILE",
  "COUNTERSIGN_ACCESS_TOKEN_SECONDS",
  "COUNTERSIGN_CODE_SECONDS",
  "COUNTERSIGN_REFRESH_SECONDS",
  "COUNTERSIGN_REFRESH_IDLE_SECONDS",
  "COUNTERSIGN_ROTATION_GRACE_SECONDS",
  "COUNTERSIGN_TLS_PROXY",
  "COUNTERSIGN_TRUST_PROXY",
  "COUNTERSIGN_AUDIT_DAYS",
  "COUNTERSIGN_ACCESS_LOG",
  "COUNTERSIGN_LIVE_API_HOST_TOKEN_PATH",
  "COUNTERSIGN_RATE_LIMIT_CLIENT",
  "COUNTERSIGN_RATE_LIMIT_ADDRESS",
  "COUNTERSIGN_RATE_LIMIT_ACCOUNT",
] as const;

type Key = (typeof configKeys)[number];

/**
 * Returns the configuration. The environment wins over the file.
 * @throws {ConfigFault} that lists every fault, not the first.
 */
export function loadConfig(environment: Environment, file?: string): Config {
  const faults: string[] = [];
  const reader = new ConfigReader({ ...readFile(file, faults), ...environment }, faults);
  reader.refuseUnknown();
  const publicUrl = reader.publicUrl();
  const host = reader.text("COUNTERSIGN_HOST", "127.0.0.1");
  const config: Config = {
    publicUrl,
    host,
    port: reader.whole("COUNTERSIGN_PORT", 4010, 0, 65_535),
    database: reader.text("COUNTERSIGN_DATABASE", "countersign.db"),
    poolSize: reader.whole("COUNTERSIGN_POOL_SIZE", 10, 1, 1000),
    statementTimeoutMilliseconds: reader.whole("COUNTERSIGN_STATEMENT_TIMEOUT_MS", 5000, 100, 600_000),
    ...reader.secrets(),
    profile: reader.profile(),
    trustProxy: reader.list("COUNTERSIGN_TRUST_PROXY"),
    auditDays: reader.whole("COUNTERSIGN_AUDIT_DAYS", 400, 1, 36_500),
    accessLog: reader.choice("COUNTERSIGN_ACCESS_LOG", ["all", "failures"]),
    liveApiHostTokenPath: reader.flag("COUNTERSIGN_LIVE_API_HOST_TOKEN_PATH"),
    rateLimits: {
      client: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_CLIENT", "6000/60"),
      address: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_ADDRESS", "6000/60"),
      account: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_ACCOUNT", "6000/60"),
    },
  };
  reader.checkTransport(publicUrl, host);
  if (faults.length > 0) throw new ConfigFault(faults);
  return Object.freeze(config);
}

function readFile(file: string | undefined, faults: string[]): Environment {
  if (file === undefined) return {};
  try {
    return parseEnv(readFileSync(file, "utf8")) as Environment;
  } catch (error) {
    faults.push(`cannot read the configuration file ${file}: ${(error as Error).message}`);
    return {};
  }
}

const loopback = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);

class ConfigReader {
  readonly #values: Environment;
  readonly #faults: string[];

  constructor(values: Environment, faults: string[]) {
    this.#values = values;
    this.#faults = faults;
  }

  #get(key: Key): string | undefined {
    return this.#values[key]?.trim() || undefined;
  }

  #fault(key: Key, message: string): void {
    this.#faults.push(`${key} ${message}`);
  }

  refuseUnknown(): void {
    const known: readonly string[] = configKeys;
    for (const key of Object.keys(this.#values)) {
      if (key.startsWith("COUNTERSIGN_") && !known.includes(key) && !key.startsWith("COUNTERSIGN_TEST_")) {
        this.#faults.push(`${key} is not a key of the configuration`);
      }
    }
  }

  text(key: Key, absent: string): string {
    return this.#get(key) ?? absent;
  }

  list(key: Key): string[] {
    return (this.#get(key) ?? "").split(/[\s,]+/).filter((item) => item !== "");
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
    this.#fault(key, `must be ${choices.join(" or ")}, not "${text}"`);
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
      url.pathname !== "/" ||
      url.search ||
      url.hash ||
      url.username
    ) {
      this.#fault(
        "COUNTERSIGN_PUBLIC_URL",
        `must be an http or https URL without path, query and user, not "${text}"`,
      );
      return "";
    }
    return url.origin;
  }

  secrets(): Pick<Config, "secrets" | "secretsFile"> {
    const secretsFile = this.#get("COUNTERSIGN_SECRETS_FILE");
    const listed = this.list("COUNTERSIGN_SECRETS");
    if (secretsFile !== undefined && listed.length > 0) {
      this.#fault("COUNTERSIGN_SECRETS", "and COUNTERSIGN_SECRETS_FILE exclude each other");
    }
    const secrets = secretsFile === undefined ? listed : this.#secretsIn(secretsFile);
    if (secrets.length === 0) {
      this.#fault(
        "COUNTERSIGN_SECRETS",
        "is missing: run `countersign key generate` for one, newest first in the list",
      );
    }
    for (const [index, secret] of secrets.entries()) {
      const fault = faultInSecret(secret);
      if (fault) this.#fault("COUNTERSIGN_SECRETS", `number ${index + 1} ${fault}`);
    }
    return { secrets, secretsFile };
  }

  #secretsIn(file: string): string[] {
    try {
      return readSecretsFile(file);
    } catch (error) {
      this.#fault("COUNTERSIGN_SECRETS_FILE", `cannot be read: ${(error as Error).message}`);
      return ["unreadable".repeat(4)];
    }
  }

  profile(): Profile {
    const base = profiles[this.choice("COUNTERSIGN_PROFILE", ["standard", "dropbox-sign"])];
    const mostSeconds = 16_777_215;
    const family = this.#get("COUNTERSIGN_REFRESH_SECONDS");
    const idle = this.#get("COUNTERSIGN_REFRESH_IDLE_SECONDS");
    return {
      ...base,
      accessTokenSeconds: this.whole(
        "COUNTERSIGN_ACCESS_TOKEN_SECONDS",
        base.accessTokenSeconds,
        1,
        mostSeconds,
      ),
      codeSeconds: this.whole("COUNTERSIGN_CODE_SECONDS", base.codeSeconds, 1, 3600),
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

/** Returns the secrets of a file, newest first: one a line, `#` begins a comment. */
export function readSecretsFile(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
