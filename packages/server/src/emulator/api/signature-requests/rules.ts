/**
 * The life of a signature request as a whole, as pure functions: each takes a request and the time and returns what
 * becomes of it. What signers do is in signer-rules.ts. Nothing here knows HTTP, the store or the clock.
 */

import { ApiFault } from "../api-fault.js";
import { type Change, mailTo, unchanged } from "./change.js";
import type { SignatureRequest } from "./request.js";
import { askNext, onTurn, withSigner } from "./turns.js";

/** How long a reminder has to wait after the last e-mail to that signer. */
export const remindAfterMilliseconds = 3_600_000;

/** The files are ready: the first signers are asked. */
export function prepared(request: SignatureRequest, now: number): Change {
  if (request.phase !== "preparing") return unchanged(request);
  const open = { ...request, phase: "open" as const, held: false, onHold: false };
  const asked = askNext(open, now);
  return {
    ...asked,
    events: [{ type: "signature_request_sent" }, { type: "signature_request_prepared" }],
  };
}

/** Lets a request go that was made to wait. @throws {ApiFault} unless it is on hold. */
export function released(request: SignatureRequest, now: number): Change {
  if (request.phase === "preparing" && request.onHold) return prepared(request, now);
  throw new ApiFault("bad_request", "The signature request is not on hold");
}

/** The final copy is ready. */
export function finished(request: SignatureRequest): Change {
  if (request.phase !== "complete" || request.downloadable) return unchanged(request);
  const people = request.embedded
    ? []
    : [
        ...request.signers.map(({ email, name }) => ({ to: email, name })),
        ...request.ccEmails.map((email) => ({ to: email, name: email })),
        { to: request.senderEmail, name: request.senderEmail },
      ];
  return {
    request: { ...request, downloadable: true },
    events: [{ type: "signature_request_downloadable" }],
    mails: people.map((one) => ({ ...one, kind: "completed" as const })),
  };
}

export function expired(request: SignatureRequest): Change {
  if (request.phase !== "open" && request.phase !== "preparing") return unchanged(request);
  const signers = request.signers.map((one) =>
    one.status === "awaiting_signature" ? { ...one, status: "expired" as const } : one,
  );
  return {
    request: { ...request, phase: "expired", held: false, signers },
    events: [{ type: "signature_request_expired" }],
    mails: [],
  };
}

/** A file could not be made ready. */
export function failed(request: SignatureRequest, message: string): Change {
  if (request.phase !== "preparing")
    throw new ApiFault(
      "bad_request",
      "Only a request whose files are being prepared can fail; hold the preparing phase first",
    );
  const signers = request.signers.map((one) => ({ ...one, status: "error_file" as const }));
  return {
    request: { ...request, phase: "error", held: false, signers },
    events: [
      { type: "signature_request_invalid", message },
      { type: "file_error", message },
    ],
    mails: [],
  };
}

/** @throws {ApiFault} `signature_request_cancel_failed` once everybody has signed or somebody has declined. */
export function canceled(request: SignatureRequest): Change {
  if (request.phase === "canceled") throw new ApiFault("deleted", "The signature request was canceled");
  if (request.phase !== "open" && request.phase !== "preparing")
    throw new ApiFault(
      "signature_request_cancel_failed",
      `The signature request is ${phaseWords[request.phase]}: it can no longer be canceled`,
    );
  const mailed = request.signers.filter(({ lastMailedAt }) => lastMailedAt !== undefined);
  return {
    request: { ...request, phase: "canceled", held: false },
    events: [{ type: "signature_request_canceled" }],
    mails: mailed.map((one) => mailTo(one, "canceled")),
  };
}

const phaseWords = {
  preparing: "being prepared",
  open: "open",
  complete: "complete",
  declined: "declined",
  canceled: "canceled",
  expired: "expired",
  error: "in error",
} as const;

/** @throws {ApiFault} `invalid_reminder`. */
export function reminded(
  request: SignatureRequest,
  email: string,
  name: string | undefined,
  now: number,
): Change {
  const refuse = (message: string) => new ApiFault("invalid_reminder", message);
  if (request.phase === "canceled") throw new ApiFault("deleted", "The signature request was canceled");
  if (request.embedded) throw refuse("Reminders are not sent for embedded signature requests");
  const same = request.signers.filter((one) => one.email.toLowerCase() === email.toLowerCase());
  if (same.length === 0) throw refuse(`${email} is not a signer of this request`);
  if (same.length > 1 && name === undefined)
    throw refuse(`${email} belongs to ${same.length} signers: name is needed to say which`);
  const signer = same.find((one) => name === undefined || one.name === name);
  if (signer === undefined) throw refuse(`No signer with ${email} is named ${name}`);
  if (!onTurn(request).includes(signer)) throw refuse("This signer is not waiting to sign");
  const last = Math.max(signer.lastRemindedAt ?? 0, signer.lastMailedAt ?? 0);
  if (now - last < remindAfterMilliseconds)
    throw refuse("A reminder can be sent once an hour has passed since the last email to this signer");
  return {
    request: withSigner(request, signer.signatureId, { lastRemindedAt: now, lastMailedAt: now }),
    events: [{ type: "signature_request_remind", signatureId: signer.signatureId }],
    mails: [mailTo(signer, "remind")],
  };
}

/** Another request takes the place of one that is under way: its signatures have other ids. @throws {ApiFault} */
export function edited(before: SignatureRequest, next: SignatureRequest): Change {
  if (before.phase !== "open" && before.phase !== "preparing")
    throw new ApiFault(
      "bad_request",
      `The signature request is ${phaseWords[before.phase]}: it stays as it is`,
    );
  if (before.embedded !== next.embedded)
    throw new ApiFault(
      "bad_request",
      `The signature request is ${before.embedded ? "" : "not "}embedded: edit it by the operation for those`,
    );
  const { history, removedBy } = before;
  return unchanged({ ...next, removedBy, ...(history !== undefined && { history }) });
}

export interface SignerUpdate {
  readonly email: string | undefined;
  readonly name: string | undefined;
  /** `null` takes the end away; undefined leaves it. */
  readonly expiresAt: number | null | undefined;
  /** The signature's id if the e-mail address changes. */
  readonly newId: string;
}

/** @throws {ApiFault} for an unknown signature or one that is done. */
export function updated(
  request: SignatureRequest,
  signatureId: string,
  update: SignerUpdate,
  now: number,
): Change {
  if (request.phase === "canceled") throw new ApiFault("not_found", "Not found");
  if (request.phase !== "open" && request.phase !== "preparing")
    throw new ApiFault(
      "bad_request",
      `The signature request is ${phaseWords[request.phase]}: it stays as it is`,
    );
  const signer = request.signers.find((one) => one.signatureId === signatureId);
  if (signer === undefined) throw new ApiFault("bad_request", "Signature not found", "signature_id");
  if (signer.status !== "awaiting_signature")
    throw new ApiFault("bad_request", "Only a signer who has not signed or declined can be changed");
  const moved = update.email !== undefined && update.email.toLowerCase() !== signer.email.toLowerCase();
  const next = withSigner(request, signatureId, {
    ...(update.name !== undefined && { name: update.name }),
    ...(moved && {
      email: update.email as string,
      signatureId: update.newId,
      bounced: false,
      lastMailedAt: undefined,
      lastViewedAt: undefined,
      lastRemindedAt: undefined,
    }),
  });
  const expiresAt = update.expiresAt === undefined ? next.expiresAt : (update.expiresAt ?? undefined);
  return askNext({ ...next, expiresAt }, now);
}

/** @throws {ApiFault} `signature_request_remove_failed` until everybody has signed or somebody has declined. */
export function removed(request: SignatureRequest, accountId: string): Change {
  if (request.removedBy.includes(accountId))
    throw new ApiFault("deleted", "The signature request has been removed");
  if (request.phase !== "complete" && request.phase !== "declined")
    throw new ApiFault(
      "signature_request_remove_failed",
      "Only a signature request that is complete or declined can be removed",
    );
  return { ...unchanged(request), request: { ...request, removedBy: [...request.removedBy, accountId] } };
}
