/** Nonces for DPoP proofs (RFC 9449 §8): a MAC of the minute, so that every node knows them and none is stored. */

import type { OAuthContext } from "../context.js";

type NonceContext = Pick<OAuthContext, "ring" | "now">;

const windowMilliseconds = 60_000;
const nonceBytes = 16;

/** Returns the nonce of this minute. */
export function dpopNonce({ ring, now }: NonceContext): string {
  return ring.mac("dpop-nonce", String(windowOf(now()))).toString("base64url", 0, nonceBytes);
}

/** Whether a nonce is of this minute or of the one beside it: the one before, or that of a node whose clock is ahead. */
export function isOwnNonce({ ring, now }: NonceContext, nonce: unknown): boolean {
  const bytes = Buffer.from(typeof nonce === "string" ? nonce : "", "base64url");
  if (bytes.length !== nonceBytes) return false;
  const current = windowOf(now());
  return [current, current - 1, current + 1].some((one) => ring.verifyMac("dpop-nonce", String(one), bytes));
}

const windowOf = (now: number): number => Math.floor(now / windowMilliseconds);
