/** The secrets of the configuration: listed, or in a file that nobody else should read or write. */

import { statSync } from "node:fs";
import { readBoundedFile } from "./bounded-file.js";
import { faultInSecret } from "./crypto/key-ring.js";

type SecretsKey = "COUNTERSIGN_SECRETS" | "COUNTERSIGN_SECRETS_FILE";

/** What is read of a configuration, and where what is wrong with it goes. */
interface SecretsValues {
  get(key: SecretsKey): string | undefined;
  list(key: SecretsKey): string[];
  fault(key: SecretsKey, message: string): void;
  warn(text: string): void;
}

export interface ListedSecrets {
  /** The one that signs first. */
  readonly secrets: readonly string[];
  readonly secretsFile: string | undefined;
}

export function readSecrets(values: SecretsValues): ListedSecrets {
  const secretsFile = values.get("COUNTERSIGN_SECRETS_FILE");
  const listed = values.list("COUNTERSIGN_SECRETS");
  if (secretsFile !== undefined && listed.length > 0)
    values.fault("COUNTERSIGN_SECRETS", "and COUNTERSIGN_SECRETS_FILE cannot be used together");
  const secrets = secretsFile === undefined ? listed : secretsIn(values, secretsFile);
  if (secrets === undefined) return { secrets: [], secretsFile };
  if (secrets.length === 0)
    values.fault(
      "COUNTERSIGN_SECRETS",
      "is missing: run `countersign key generate` for one; of several the first signs",
    );
  for (const [index, secret] of secrets.entries()) {
    const fault = faultInSecret(secret);
    if (fault) values.fault("COUNTERSIGN_SECRETS", `number ${index + 1} ${fault}`);
  }
  return { secrets, secretsFile };
}

function secretsIn(values: SecretsValues, file: string): string[] | undefined {
  try {
    const secrets = readSecretsFile(file);
    const loose = looseSecretsFile(file);
    if (loose) values.warn(`COUNTERSIGN_SECRETS_FILE ${loose}`);
    return secrets;
  } catch (error) {
    values.fault("COUNTERSIGN_SECRETS_FILE", `cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

/** Hundreds of secrets, each tried for every token. */
const mostBytes = 65_536;

/**
 * Returns the secrets of a file, the one that signs first: one a line, `#` begins a comment.
 * @throws {Error} if it cannot be read, everybody may write it, or it is too large to be one.
 */
export function readSecretsFile(file: string): string[] {
  if (accessOf(file) & 0o002) throw new Error(`${file} is writable by everyone: run chmod 600`);
  const lines = readBoundedFile(file, mostBytes).toString("utf8").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** Returns what to say of a secrets file that more may read or write than should, or undefined. */
function looseSecretsFile(file: string): string | undefined {
  const access = accessOf(file);
  if (access & 0o004)
    return `${file} can be read by every user of this machine: run chmod 600 (or 640 and a group)`;
  if (access & 0o020) return `${file} can be written by its group: run chmod 600 or 640`;
  return undefined;
}

/** The permission bits of a file; Windows has others, which say nothing here. */
function accessOf(file: string): number {
  return process.platform === "win32" ? 0 : statSync(file).mode & 0o777;
}
