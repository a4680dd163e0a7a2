/** What one signer does or meets with, as pure functions: of the request, the signature and the time. */

import { ApiFault } from "../api-fault.js";
import type { Change, EventNote } from "./change.js";
import type { SignatureRequest } from "./request.js";
import { askNext, signerOnTurn, withSigner } from "./turns.js";

/** How long after the last signature the final copy is ready, in milliseconds. The live delay is not known. */
export const downloadableAfterMilliseconds = 1000;

export function viewed(request: SignatureRequest, signatureId: string, now: number): Change {
  signerOnTurn(request, signatureId);
  return {
    request: withSigner(request, signatureId, { lastViewedAt: now }),
    events: [{ type: "signature_request_viewed", signatureId }],
    mails: [],
  };
}

/** @param values what the signer filled in, by the field's `api_id`; fields left out get a sensible value. */
export function signed(
  request: SignatureRequest,
  signatureId: string,
  now: number,
  values: Readonly<Record<string, string | boolean>> = {},
): Change {
  const signer = signerOnTurn(request, signatureId);
  const index = String(request.signers.indexOf(signer));
  const responses = request.formFields
    .filter((field) => field.signer === index || field.signer === signer.role)
    .map((field) => ({
      ...field,
      signatureId,
      value:
        values[field.apiId] ?? (field.type === "checkbox" ? true : field.type === "signature" ? "" : "…"),
    }));
  const first = signer.lastViewedAt === undefined ? { lastViewedAt: now } : {};
  const group = signer.groupId;
  const done = withSigner(request, signatureId, { status: "signed", signedAt: now, ...first });
  // One of a group signs for all of it.
  const signers = done.signers.filter(
    (one) => group === undefined || one.groupId !== group || one.signatureId === signatureId,
  );
  const next = { ...done, signers, responses: [...done.responses, ...responses] };
  const event: EventNote = { type: "signature_request_signed", signatureId };
  const all = next.signers.every(({ status }) => status === "signed");
  if (!all) {
    const asked = askNext(next, now);
    return { ...asked, events: [event] };
  }
  return {
    request: {
      ...next,
      phase: "complete",
      completedAt: now,
      downloadableAt: now + downloadableAfterMilliseconds,
    },
    events: [event, { type: "signature_request_all_signed" }],
    mails: [],
  };
}

/** @throws {ApiFault} when declining is not allowed or no reason is given. */
export function declined(request: SignatureRequest, signatureId: string, reason: string): Change {
  const signer = signerOnTurn(request, signatureId);
  if (!request.allowDecline)
    throw new ApiFault("bad_request", "The request was sent without allow_decline: it cannot be declined");
  if (reason === "") throw new ApiFault("bad_request", "A reason is required to decline", "reason");
  const next = withSigner(request, signatureId, { status: "declined", declineReason: reason });
  return {
    request: { ...next, phase: "declined" },
    events: [{ type: "signature_request_declined", signatureId }],
    mails: request.embedded
      ? []
      : [{ kind: "declined", to: request.senderEmail, name: signer.name, signatureId }],
  };
}

/** @throws {ApiFault} when reassigning is not allowed. */
export function reassigned(
  request: SignatureRequest,
  signatureId: string,
  to: {
    readonly email: string;
    readonly name: string;
    readonly reason: string | undefined;
    readonly newId: string;
  },
  now: number,
): Change {
  const signer = signerOnTurn(request, signatureId);
  if (!request.allowReassign)
    throw new ApiFault("bad_request", "The request was sent without allow_reassign: it cannot be reassigned");
  const next = withSigner(request, signatureId, {
    signatureId: to.newId,
    email: to.email,
    name: to.name,
    reassignedBy: signer.email,
    reassignmentReason: to.reason,
    reassignedFrom: signer.signatureId,
    lastMailedAt: undefined,
    lastViewedAt: undefined,
    lastRemindedAt: undefined,
    bounced: false,
  });
  const asked = askNext(next, now);
  return { ...asked, events: [{ type: "signature_request_reassigned", signatureId: to.newId }] };
}

/** The e-mail to this signer came back. The request stays open. */
export function bounced(request: SignatureRequest, signatureId: string): Change {
  signerOnTurn(request, signatureId);
  return {
    request: withSigner(request, signatureId, { bounced: true }),
    events: [{ type: "signature_request_email_bounce", signatureId }],
    mails: [],
  };
}
