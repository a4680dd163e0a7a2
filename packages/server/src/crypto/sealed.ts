/** Values encrypted by AES-256-GCM under keys of the ring: at rest, so that a stolen database holds none in clear, and in URLs. */

import { createCipheriv, createDecipheriv } from "node:crypto";
import type { KeyPurpose, KeyRing } from "./key-ring.js";

const nonceBytes = 12;
const tagBytes = 16;

/** Returns `plain` encrypted under the key that makes, bound to `context` (a value moved to another row does not open). */
export function seal(
  ring: KeyRing,
  context: string,
  plain: string,
  nonce: Buffer,
  purpose: KeyPurpose = "at-rest",
): string {
  const cipher = createCipheriv("aes-256-gcm", ring.maker(purpose), nonce);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
}

/**
 * Returns the plain value of a sealed one.
 * @throws {Error} when no key of the ring opens it: the secret it was sealed under is no longer configured.
 */
export function unseal(ring: KeyRing, context: string, sealed: string): string {
  const plain = opened(ring, context, sealed, "at-rest");
  if (plain !== undefined) return plain;
  throw new Error(
    `No configured secret opens the stored ${context.split(":")[0]}. Was a secret removed from the list too early?`,
  );
}

/** Returns the plain value of a sealed one that a stranger brings; undefined where no key of the ring opens it. */
export function opened(
  ring: KeyRing,
  context: string,
  sealed: string,
  purpose: KeyPurpose,
): string | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  for (const key of ring.keys(purpose)) {
    const plain = tryKey(key, context, bytes);
    if (plain !== undefined) return plain;
  }
  return undefined;
}

/** Returns the place of the secret that opens a sealed value, 0 for the one that makes; undefined if none does. */
export function sealedUnder(ring: KeyRing, context: string, sealed: string): number | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  const place = ring.keys("at-rest").findIndex((key) => tryKey(key, context, bytes) !== undefined);
  return place < 0 ? undefined : place;
}

function tryKey(key: Buffer, context: string, bytes: Buffer): string | undefined {
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return undefined;
  }
}

/** Length of the random nonce that `seal` takes, in bytes. */
export const sealNonceBytes = nonceBytes;
