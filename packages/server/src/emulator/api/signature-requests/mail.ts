/** The e-mails of a signature request. Nobody gets them: they are kept in the outbox. */

import type { MailNote } from "./change.js";
import type { SignatureRequest } from "./request.js";

export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly link: string;
}

/** @param baseUrl where the emulator is, without a trailing slash. */
export function mailText(note: MailNote, request: SignatureRequest, baseUrl: string): MailText {
  const { title, senderEmail, message } = request;
  const link = `${baseUrl}/sign/${note.signatureId ?? request.id}`;
  const words = message === undefined ? "" : `\n\n${message}`;
  switch (note.kind) {
    case "sign":
      return {
        subject: `${senderEmail} has requested your signature: ${request.subject}`,
        text: `Hello ${note.name}, ${senderEmail} asks you to sign “${title}”.${words}\n\n${link}`,
        link,
      };
    case "remind":
      return {
        subject: `Reminder: ${senderEmail} is waiting for your signature`,
        text: `Hello ${note.name}, “${title}” is still waiting for you.\n\n${link}`,
        link,
      };
    case "completed":
      return {
        subject: `Everybody has signed “${title}”`,
        text: `“${title}” is complete. The final copy is ready.`,
        link: `${baseUrl}/home/manage?guid=${request.id}`,
      };
    case "declined":
      return {
        subject: `${note.name} declined to sign “${title}”`,
        text: `${note.name} declined to sign “${title}”.`,
        link: `${baseUrl}/home/manage?guid=${request.id}`,
      };
    case "canceled":
      return {
        subject: `${senderEmail} canceled “${title}”`,
        text: `Hello ${note.name}, “${title}” no longer needs your signature.`,
        link,
      };
  }
}
