/**
 * The life of a signature request, as pure functions: each takes a request and the time and returns the request as it
 * is then, with the events to post and the e-mails to send. Nothing here knows HTTP, the store or the clock.
 */

import { ApiFault } from "../api-fault.js";
import type { SignatureRequest, Signer } from "./request.js";

export type RequestEvent =
  | "signature_request_sent"
  | "signature_request_prepared"
  | "signature_request_viewed"
  | "signature_request_signed"
  | "signature_request_all_signed"
  | "signature_request_downloadable"
  | "signature_request_declined"
  | "signature_request_canceled"
  | "signature_request_expired"
  | "signature_request_remind"
  | "signature_request_reassigned"
  | "signature_request_email_bounce"
  | "signature_request_invalid"
  | "file_error";

export interface EventNote {
  readonly type: RequestEvent;
  /** The signature it is about, where it is about one. */
  readonly signatureId?: string;
  readonly message?: string;
}

export type MailKind = "sign" | "remind" | "completed" | "declined" | "canceled";

export interface MailNote {
  readonly kind: MailKind;
  readonly to: string;
  readonly name: string;
  readonly signatureId?: string;
}

export interface Change {
  readonly request: SignatureRequest;
  readonly events: readonly EventNote[];
  readonly mails: readonly MailNote[];
}

/** How long after the last signature the final copy is ready, in milliseconds. The live delay is not known. */
export const downloadableAfterMilliseconds = 1000;
/** How long a reminder has to wait after the last e-mail to that signer. */
export const remindAfterMilliseconds = 3_600_000;

const unchanged = (request: SignatureRequest): Change => ({ request, events: [], mails: [] });

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

/** Signers whose turn it is: those of the lowest order that has not signed. */
export function onTurn(request: SignatureRequest): readonly Signer[] {
  if (request.phase !== "open") return [];
  const waiting = request.signers.filter(({ status }) => status === "awaiting_signature");
  const lowest = Math.min(...waiting.map(({ order }) => order ?? 0));
  return waiting.filter(({ order }) => (order ?? 0) === lowest);
}

/** Mails those on turn who have not been mailed. Embedded requests send no e-mail. */
function askNext(request: SignatureRequest, now: number): Change {
  const asked = request.embedded
    ? []
    : onTurn(request).filter(({ lastMailedAt }) => lastMailedAt === undefined);
  const ids = new Set(asked.map(({ signatureId }) => signatureId));
  const signers = request.signers.map((one) =>
    ids.has(one.signatureId) ? { ...one, lastMailedAt: now } : one,
  );
  return { request: { ...request, signers }, events: [], mails: asked.map((one) => mailTo(one, "sign")) };
}

const mailTo = ({ email, name, signatureId }: Signer, kind: MailKind): MailNote => ({
  kind,
  to: email,
  name,
  signatureId,
});

function withSigner(request: SignatureRequest, id: string, change: Partial<Signer>): SignatureRequest {
  const signers = request.signers.map((one) => (one.signatureId === id ? { ...one, ...change } : one));
  return { ...request, signers };
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
