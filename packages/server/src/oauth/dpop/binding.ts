/** What is bound to a key (RFC 9449 §5, §10) is good with a proof by that key alone. */

import { Refusal, wordedRefusal } from "../refusal.js";
import type { Proof } from "./proof.js";

/**
 * @param what what is bound, for the words of the refusal.
 * @throws {Refusal} unless nothing is bound, or the proof is by the key that it is bound to.
 */
export function checkBound(
  jkt: string | undefined,
  proof: Proof | undefined,
  what: "code" | "refresh_token",
): void {
  if (jkt === undefined || proof?.jkt === jkt) return;
  if (proof === undefined)
    throw wordedRefusal("dpop_proof_invalid", `none was sent, and the ${what} is bound to a key`);
  throw new Refusal(`${what}_key_mismatch`, "the proof is by another key than the one that it is bound to");
}
