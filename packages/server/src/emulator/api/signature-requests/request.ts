/** A signature request as the emulator holds it: plain values, replaced and never changed, so that snapshots are cheap. */

/** Where a request is in its life. */
export type RequestPhase =
  /** The files are being made ready; nothing has been sent. */
  "preparing" | "open" | "complete" | "declined" | "canceled" | "expired" | "error";

export type SignerStatus =
  | "awaiting_signature"
  | "signed"
  | "declined"
  | "expired"
  | "error_file"
  | "error_unknown";

export interface Signer {
  /** 32 hex digits; another one when the e-mail address changes. */
  readonly signatureId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string | undefined;
  /** From 0; undefined when all sign at once. */
  readonly order: number | undefined;
  /** One person of a group signs for all of it. */
  readonly groupId: string | undefined;
  readonly groupName: string | undefined;
  readonly status: SignerStatus;
  readonly pin: string | undefined;
  readonly smsPhoneNumber: string | undefined;
  readonly smsUse: "authentication" | "delivery" | undefined;
  readonly declineReason: string | undefined;
  /** Times are emulated, in milliseconds since the epoch. */
  readonly signedAt: number | undefined;
  readonly lastViewedAt: number | undefined;
  readonly lastRemindedAt: number | undefined;
  /** When the invitation was mailed: reminders of any kind wait an hour from it. */
  readonly lastMailedAt: number | undefined;
  readonly bounced: boolean;
  readonly reassignedBy: string | undefined;
  readonly reassignmentReason: string | undefined;
  readonly reassignedFrom: string | undefined;
}

export interface StoredFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Where the live service would have fetched it from. */
  readonly url: string | undefined;
}

export interface CustomField {
  readonly name: string;
  readonly value: string | undefined;
  readonly editor: string | undefined;
  readonly required: boolean;
}

export interface FormField {
  readonly documentIndex: number;
  readonly apiId: string;
  readonly name: string;
  readonly type: string;
  readonly signer: string;
  readonly required: boolean;
  /** Where it is on its page; undefined where nobody said. */
  readonly place?: FieldPlace | undefined;
  /** The id of the group it is in. */
  readonly group?: string | undefined;
}

/** In pixels. */
export interface FieldPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Attachment {
  readonly name: string;
  readonly instructions: string | undefined;
  readonly required: boolean;
  readonly signerIndex: number;
}

export interface SignatureRequest {
  /** 40 hex digits. */
  readonly id: string;
  readonly senderId: string;
  readonly senderEmail: string;
  /** The app it was made with. */
  readonly clientId: string | undefined;
  readonly embedded: boolean;
  readonly testMode: boolean;
  readonly title: string;
  readonly originalTitle: string;
  readonly subject: string;
  readonly message: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ccEmails: readonly string[];
  readonly customFields: readonly CustomField[];
  readonly formFields: readonly FormField[];
  readonly attachments: readonly Attachment[];
  readonly templateIds: readonly string[] | undefined;
  /** Absent in what an earlier version kept. */
  readonly bulkJobId?: string | undefined;
  readonly signingRedirectUrl: string | undefined;
  readonly allowDecline: boolean;
  readonly allowReassign: boolean;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly phase: RequestPhase;
  /** Whether the control API holds the preparing phase. */
  readonly held: boolean;
  /** Whether it waits for `signatureRequestReleaseHold`. Absent in what an earlier version kept. */
  readonly onHold?: boolean | undefined;
  readonly preparedAt: number;
  readonly completedAt: number | undefined;
  /** When the final copy may be downloaded. */
  readonly downloadableAt: number | undefined;
  readonly downloadable: boolean;
  readonly signers: readonly Signer[];
  readonly files: readonly StoredFile[];
  /** Accounts that removed it from their list. */
  readonly removedBy: readonly string[];
  /** What signers filled in. */
  readonly responses: readonly SignerResponse[];
  /** What was done, oldest first. Absent in what an earlier version kept. */
  readonly history?: readonly HistoryEntry[];
}

/** One act in the life of a request. Events may be posted of it or not: the act is the same. */
export interface HistoryEntry {
  /** Emulated milliseconds. */
  readonly at: number;
  /** How much the outbox had been given by then: under a frozen clock, times alone do not tell the order. */
  readonly sent: number;
  /** The type of the event that tells of it, or what was done with the draft before. */
  readonly act: string;
  /** Who did it, or whom it was done to. */
  readonly signer: string | undefined;
  readonly message: string | undefined;
}

export interface SignerResponse {
  readonly apiId: string;
  readonly signatureId: string;
  readonly name: string;
  readonly type: string;
  readonly value: string | boolean;
  readonly required: boolean;
}
