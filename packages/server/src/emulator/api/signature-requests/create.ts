/** Makes a signature request from what was asked for. */

import { ApiFault } from "../api-fault.js";
import type { WantedRequest, WantedSigner } from "./read.js";
import type { FormField, HistoryEntry, SignatureRequest, Signer, StoredFile } from "./request.js";

export interface Making {
  readonly wanted: WantedRequest;
  readonly signers: readonly WantedSigner[];
  readonly files: readonly StoredFile[];
  readonly formFields: readonly FormField[];
  readonly sender: { readonly id: string; readonly email: string };
  readonly clientId: string | undefined;
  readonly embedded: boolean;
  readonly templateIds?: readonly string[];
  readonly bulkJobId?: string;
  /** Its id, where a draft has told it before. */
  readonly id?: string;
  /** Whether nobody is asked until it is released. */
  readonly onHold?: boolean;
  /** What was done with the draft that it is made of. */
  readonly history?: readonly HistoryEntry[];
  readonly now: number;
  /** How long the files take to be made ready; undefined holds them until the control API lets them go. */
  readonly preparingMilliseconds: number | undefined;
  readonly randomBytes: (count: number) => Buffer;
}

/** Returns the request as it is before anybody has been asked. @throws {ApiFault} when form fields name no signer. */
export function newSignatureRequest(making: Making): SignatureRequest {
  const { wanted, files, now, randomBytes } = making;
  checkFormFields(making.formFields, {
    ...{ signers: making.signers.length, files: files.length },
    repeats: making.templateIds !== undefined,
  });
  checkAttachments(making);
  const title = titleFor(wanted, files);
  return {
    id: making.id ?? randomBytes(20).toString("hex"),
    senderId: making.sender.id,
    senderEmail: making.sender.email,
    clientId: making.clientId,
    embedded: making.embedded,
    testMode: wanted.testMode,
    title,
    originalTitle: title,
    subject: wanted.subject ?? title,
    message: wanted.message,
    metadata: wanted.metadata,
    ccEmails: wanted.ccEmails,
    customFields: wanted.customFields,
    formFields: making.formFields,
    attachments: wanted.attachments,
    templateIds: making.templateIds,
    bulkJobId: making.bulkJobId,
    signingRedirectUrl: wanted.signingRedirectUrl,
    allowDecline: wanted.allowDecline,
    allowReassign: wanted.allowReassign,
    createdAt: now,
    expiresAt: wanted.expiresAt,
    phase: "preparing",
    held: making.onHold === true || making.preparingMilliseconds === undefined,
    onHold: making.onHold === true,
    preparedAt: now + (making.preparingMilliseconds ?? 0),
    completedAt: undefined,
    downloadableAt: undefined,
    downloadable: false,
    signers: newSigners(making.signers, randomBytes),
    files,
    removedBy: [],
    responses: [],
    ...(making.history !== undefined && { history: making.history }),
  };
}

/** The title that was asked for, or what stands for it. */
export function titleFor(
  { title, subject }: Pick<WantedRequest, "title" | "subject">,
  [first]: readonly StoredFile[],
): string {
  return title ?? subject ?? first?.name ?? "Untitled";
}

function newSigners(signers: readonly WantedSigner[], randomBytes: Making["randomBytes"]): Signer[] {
  const groups = new Map<number, string>();
  return signers.map((signer) => {
    if (signer.group !== undefined && !groups.has(signer.group))
      groups.set(signer.group, randomBytes(16).toString("hex"));
    return {
      signatureId: randomBytes(16).toString("hex"),
      email: signer.email,
      name: signer.name,
      role: signer.role,
      order: signer.order,
      groupId: signer.group === undefined ? undefined : groups.get(signer.group),
      groupName: signer.groupName,
      status: "awaiting_signature",
      pin: signer.pin,
      smsPhoneNumber: signer.smsPhoneNumber,
      smsUse: signer.smsUse,
      declineReason: undefined,
      signedAt: undefined,
      lastViewedAt: undefined,
      lastRemindedAt: undefined,
      lastMailedAt: undefined,
      bounced: false,
      reassignedBy: undefined,
      reassignmentReason: undefined,
      reassignedFrom: undefined,
    };
  });
}

/**
 * A field belongs to a signer by number, or to the sender.
 * @param of how many signers and files there are, and whether an `api_id` may stand twice. @throws {ApiFault}
 */
export function checkFormFields(
  formFields: readonly FormField[],
  of: { readonly signers: number; readonly files: number; readonly repeats: boolean },
): void {
  const ids = new Set<string>();
  for (const [index, field] of formFields.entries()) {
    const path = `form_fields_per_document[${index}]`;
    const owner = /^\d+$/.test(field.signer) ? Number(field.signer) : Number.POSITIVE_INFINITY;
    const known = field.signer === "sender" || field.signer === "me_now" || owner < of.signers;
    if (!known)
      throw new ApiFault("bad_request", `${path}.signer is no signer of this request`, `${path}.signer`);
    if (ids.has(field.apiId))
      throw new ApiFault("bad_request", `${path}.api_id was sent twice`, `${path}.api_id`);
    if (!of.repeats) ids.add(field.apiId);
    if (field.documentIndex >= Math.max(of.files, 1))
      throw new ApiFault(
        "bad_request",
        `${path}.document_index is no file of this request`,
        `${path}.document_index`,
      );
  }
}

function checkAttachments({ wanted, signers }: Making): void {
  const index = wanted.attachments.findIndex(({ signerIndex }) => signerIndex >= signers.length);
  if (index < 0) return;
  const path = `attachments[${index}].signer_index`;
  throw new ApiFault("bad_request", `${path} is no signer of this request`, path);
}
