/** Comparison of secrets in constant time, whatever their lengths. */

import { hash, timingSafeEqual } from "node:crypto";
import { sha256 } from "./mac.js";

/** Returns true if both are equal. Takes the same time wherever they differ. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(secretDigest(a), secretDigest(b));
}

/** Returns what secrets are compared by: `timingSafeEqual` of two digests is `equalSecrets` of their values. */
export function secretDigest(value: string): Buffer {
  return sha256(value);
}

/** Returns the SHA-256 of a high-entropy value, base64url: how a code or a session is stored. */
export function hashed(value: string): string {
  return hash("sha256", value, "base64url");
}
