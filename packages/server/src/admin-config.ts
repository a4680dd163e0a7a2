/** The part of the configuration that is about operators: the admin listener, its tokens, traces. */

import { readBoundedFile } from "./bounded-file.js";
import { faultInSecret } from "./crypto/key-ring.js";

export interface AdminConfig {
  readonly host: string;
  readonly port: number;
  /** What opens the admin API; without one there is none. */
  readonly token: string | undefined;
  /** What opens the metrics; undefined lets in whoever reaches the listener. */
  readonly metricsToken: string | undefined;
}

export interface AdminValues {
  get(key: AdminKey): string | undefined;
  whole(key: AdminKey, absent: number, least: number, most: number): number;
  fault(key: AdminKey, message: string): void;
  /** Whether a proxy or an encrypted network is said to stand before addresses that are not loopback. */
  readonly behindTls: boolean;
  isLoopback(host: string): boolean;
}

export const adminKeys = [
  "COUNTERSIGN_ADMIN_HOST",
  "COUNTERSIGN_ADMIN_PORT",
  "COUNTERSIGN_ADMIN_TOKEN",
  "COUNTERSIGN_ADMIN_TOKEN_FILE",
  "COUNTERSIGN_METRICS_TOKEN",
  "COUNTERSIGN_METRICS_TOKEN_FILE",
] as const;

type AdminKey = (typeof adminKeys)[number];

/** Returns how operators reach the server, or undefined where no port is set. */
export function readAdminConfig(values: AdminValues): AdminConfig | undefined {
  if (values.get("COUNTERSIGN_ADMIN_PORT") === undefined) {
    refuseWithoutPort(values);
    return undefined;
  }
  const host = values.get("COUNTERSIGN_ADMIN_HOST") ?? "127.0.0.1";
  const port = values.whole("COUNTERSIGN_ADMIN_PORT", 0, 0, 65_535);
  const token = tokenOf(values, "COUNTERSIGN_ADMIN_TOKEN", "COUNTERSIGN_ADMIN_TOKEN_FILE");
  const open = values.get("COUNTERSIGN_METRICS_TOKEN") === "none";
  const metricsToken = open
    ? undefined
    : tokenOf(values, "COUNTERSIGN_METRICS_TOKEN", "COUNTERSIGN_METRICS_TOKEN_FILE");
  if (!values.isLoopback(host)) checkReach(values, host, { open, token, metricsToken });
  return { host, port, token, metricsToken };
}

function refuseWithoutPort(values: AdminValues): void {
  for (const key of adminKeys) {
    if (values.get(key) !== undefined)
      values.fault(key, "is set, but COUNTERSIGN_ADMIN_PORT is not: there is no admin listener without it");
  }
}

function checkReach(
  values: AdminValues,
  host: string,
  {
    open,
    token,
    metricsToken,
  }: { open: boolean; token?: string | undefined; metricsToken?: string | undefined },
): void {
  if (!open && metricsToken === undefined)
    values.fault(
      "COUNTERSIGN_METRICS_TOKEN",
      `is missing: the admin listener at ${host} can be reached from elsewhere. Set a token for whoever reads the metrics, or none if your network keeps others away`,
    );
  if (token !== undefined && !values.behindTls)
    values.fault(
      "COUNTERSIGN_ADMIN_HOST",
      `is ${host}, and the admin listener speaks plain HTTP: put a proxy that terminates TLS before it and set COUNTERSIGN_TLS_PROXY=true, or listen on 127.0.0.1`,
    );
}

function tokenOf(
  values: AdminValues,
  key: "COUNTERSIGN_ADMIN_TOKEN" | "COUNTERSIGN_METRICS_TOKEN",
  fileKey: "COUNTERSIGN_ADMIN_TOKEN_FILE" | "COUNTERSIGN_METRICS_TOKEN_FILE",
): string | undefined {
  const file = values.get(fileKey);
  const given = values.get(key);
  if (file !== undefined && given !== undefined) values.fault(key, `and ${fileKey} cannot be used together`);
  const token = file === undefined ? given : tokenIn(values, fileKey, file);
  const fault = token === undefined ? undefined : faultInSecret(token);
  if (fault !== undefined) values.fault(key, `${fault}: \`countersign key generate\` makes one that will do`);
  return token;
}

/** A token is a line. */
const mostTokenBytes = 65_536;

function tokenIn(values: AdminValues, key: AdminKey, file: string): string | undefined {
  try {
    return readBoundedFile(file, mostTokenBytes).toString("utf8").trim();
  } catch (error) {
    values.fault(key, `cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
