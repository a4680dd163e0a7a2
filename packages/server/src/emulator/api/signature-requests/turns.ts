/** Whose turn it is to sign, and who is asked next. */

import { ApiFault } from "../api-fault.js";
import { type Change, mailTo } from "./change.js";
import type { SignatureRequest, Signer } from "./request.js";

/** Signers whose turn it is: those of the lowest order that has not signed. */
export function onTurn(request: SignatureRequest): readonly Signer[] {
  if (request.phase !== "open") return [];
  const waiting = request.signers.filter(({ status }) => status === "awaiting_signature");
  const lowest = Math.min(...waiting.map(({ order }) => order ?? 0));
  return waiting.filter(({ order }) => (order ?? 0) === lowest);
}

/** @throws {ApiFault} unless this signer may act now. */
export function signerOnTurn(request: SignatureRequest, signatureId: string): Signer {
  const signer = request.signers.find((one) => one.signatureId === signatureId);
  if (signer === undefined) throw new ApiFault("bad_request", "Signature not found");
  if (request.phase === "expired")
    throw new ApiFault("signature_request_expired", "The signature request has expired");
  if (request.phase === "canceled") throw new ApiFault("deleted", "The signature request was canceled");
  if (!onTurn(request).includes(signer))
    throw new ApiFault("bad_request", "This request cannot be signed yet");
  return signer;
}

/** Mails those on turn who have not been mailed. Embedded requests send no e-mail. */
export function askNext(request: SignatureRequest, now: number): Change {
  const asked = request.embedded
    ? []
    : onTurn(request).filter(({ lastMailedAt }) => lastMailedAt === undefined);
  const ids = new Set(asked.map(({ signatureId }) => signatureId));
  const signers = request.signers.map((one) =>
    ids.has(one.signatureId) ? { ...one, lastMailedAt: now } : one,
  );
  return { request: { ...request, signers }, events: [], mails: asked.map((one) => mailTo(one, "sign")) };
}

export function withSigner(request: SignatureRequest, id: string, change: Partial<Signer>): SignatureRequest {
  const signers = request.signers.map((one) => (one.signatureId === id ? { ...one, ...change } : one));
  return { ...request, signers };
}
