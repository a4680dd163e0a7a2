/** Comparison of secrets in constant time, whatever their lengths. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Returns true if both are equal. Takes the same time wherever they differ. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}

/** Returns the SHA-256 of a high-entropy value, base64url: how a code or a session is stored. */
export function hashed(value: string): string {
  return createHash("sha256").update(value).digest("base64url");
}
