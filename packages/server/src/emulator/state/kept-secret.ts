/** The secret of an emulator, made once and kept beside its data, readable by its owner alone. */

import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, fchmodSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** Returns the secret in `file`, made if it is not there. @throws {Error} if the file holds no usable secret. */
export function keptSecret(file: string): string {
  const made = randomBytes(32).toString("base64url");
  try {
    const descriptor = openSync(file, "wx", 0o600);
    fchmodSync(descriptor, 0o600);
    writeSync(descriptor, `${made}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  chmodSync(file, 0o600);
  const kept = readFileSync(file, "utf8").trim();
  if (kept.length >= 32) return kept;
  throw new Error(
    `${file} holds no usable secret. Delete it together with the database beside it to start over.`,
  );
}
