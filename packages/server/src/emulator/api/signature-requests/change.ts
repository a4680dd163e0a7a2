/** What a rule makes of a signature request: the request as it is then, the events to post and the e-mails to send. */

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

export const unchanged = (request: SignatureRequest): Change => ({ request, events: [], mails: [] });

export const mailTo = ({ email, name, signatureId }: Signer, kind: MailKind): MailNote => ({
  kind,
  to: email,
  name,
  signatureId,
});
