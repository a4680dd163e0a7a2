/** What is bound to a key (RFC 9449 §5, §10) is good with a proof by that key alone; and who must bind (§5.2). */

import type { App } from "../../storage/port/records.js";
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

/**
 * To be asked before anything is used up: an app whose tokens are all to be bound sends a proof for each (§5.2).
 * @throws {Refusal} `dpop_proof_invalid`.
 */
export function checkBinds(app: App, proof: Proof | undefined): void {
  if (app.dpopBoundTokens && proof === undefined)
    throw wordedRefusal("dpop_proof_invalid", "none was sent, and all tokens of the app are bound to keys");
}
