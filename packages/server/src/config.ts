/** Configuration of `countersign serve` and the commands beside it: environment and file to one frozen Config. */

import { type AdminConfig, adminKeys, readAdminConfig } from "./admin-config.js";
import { readConfigFile, type Values } from "./config-file.js";
import { ConfigReader } from "./config-reader.js";
import type { RateLimits } from "./limits/rate-limit.js";
import { type ProtocolConfig, protocolKeys, readProtocol } from "./protocol-config.js";
import { type ListedSecrets, readSecrets } from "./secrets-config.js";
import { checkTransport, loopback, readPublicUrl, readTrustProxy } from "./transport-config.js";

export interface Config extends ListedSecrets, ProtocolConfig {
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
  "COUNTERSIGN_TLS_PROXY",
  "COUNTERSIGN_TRUST_PROXY",
  "COUNTERSIGN_AUDIT_DAYS",
  "COUNTERSIGN_DRAIN_SECONDS",
  "COUNTERSIGN_ACCESS_LOG",
  "COUNTERSIGN_LIVE_API_HOST_TOKEN_PATH",
  "COUNTERSIGN_RATE_LIMIT_CLIENT",
  "COUNTERSIGN_RATE_LIMIT_ADDRESS",
  "COUNTERSIGN_RATE_LIMIT_ACCOUNT",
  ...protocolKeys,
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
  const reader = new ConfigReader<Key>({ ...inFile, ...filledIn(environment) }, faults);
  reader.refuseUnknown(inFile, configKeys);
  const publicUrl = readPublicUrl(reader);
  const host = reader.text("COUNTERSIGN_HOST", "127.0.0.1");
  const warnings: string[] = [];
  const config: Config = {
    publicUrl,
    host,
    port: reader.whole("COUNTERSIGN_PORT", 4010, 0, 65_535),
    database: readDatabase(reader),
    poolSize: reader.whole("COUNTERSIGN_POOL_SIZE", 10, 1, 1000),
    statementTimeoutMilliseconds: reader.whole("COUNTERSIGN_STATEMENT_TIMEOUT_MS", 5000, 100, 600_000),
    startupOptions: reader.choice("COUNTERSIGN_POSTGRES_STARTUP_OPTIONS", ["sent", "none"]),
    databaseWaitSeconds: reader.whole("COUNTERSIGN_DATABASE_WAIT_SECONDS", 0, 0, 3600),
    migrates: reader.choice("COUNTERSIGN_MIGRATE", ["true", "false"]) === "true",
    ...readSecrets({
      get: (key) => reader.get(key),
      list: (key) => reader.list(key),
      fault: (key, message) => reader.fault(key, message),
      warn: (text) => void warnings.push(text),
    }),
    ...readProtocol(reader),
    trustProxy: readTrustProxy(reader, publicUrl, warnings),
    drainSeconds: reader.whole("COUNTERSIGN_DRAIN_SECONDS", 0, 0, 600),
    auditDays: reader.whole("COUNTERSIGN_AUDIT_DAYS", 400, 1, 36_500),
    accessLog: reader.choice("COUNTERSIGN_ACCESS_LOG", ["all", "failures"]),
    liveApiHostTokenPath: reader.flag("COUNTERSIGN_LIVE_API_HOST_TOKEN_PATH"),
    rateLimits: {
      client: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_CLIENT", "6000/60"),
      address: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_ADDRESS", "6000/60"),
      account: reader.rateLimit("COUNTERSIGN_RATE_LIMIT_ACCOUNT", "6000/60"),
    },
    admin: readAdmin(reader),
    warnings,
  };
  checkTransport(reader, publicUrl, host);
  if (faults.length > 0) throw new ConfigFault(faults);
  return Object.freeze(config);
}

/** Compose files and charts set a variable that nobody filled in to nothing: that is no value, and takes none away. */
function filledIn(environment: Values): Values {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}

function readDatabase(reader: ConfigReader<Key>): string {
  const text = reader.text("COUNTERSIGN_DATABASE", "countersign.db");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme !== undefined && !/^postgres(ql)?$/.test(scheme)) {
    const message = `must be postgres://… or the path of a SQLite file, not a URL that begins with "${scheme}:"`;
    reader.fault("COUNTERSIGN_DATABASE", message);
  }
  return text;
}

function readAdmin(reader: ConfigReader<Key>): AdminConfig | undefined {
  return readAdminConfig({
    get: (key) => reader.get(key),
    whole: (...range) => reader.whole(...range),
    fault: (key, message) => reader.fault(key, message),
    behindTls: reader.get("COUNTERSIGN_TLS_PROXY") === "true",
    isLoopback: (host) => loopback.has(host),
  });
}
