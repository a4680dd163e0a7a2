/** A signature request as the API answers it (OpenAPI: `SignatureRequestResponse`). */

import type { Attachment, SignatureRequest, Signer } from "./request.js";

const seconds = (milliseconds: number | undefined): number | null =>
  milliseconds === undefined ? null : Math.floor(milliseconds / 1000);

/** @param baseUrl where the emulator is, without a trailing slash. */
export function signatureRequestView(request: SignatureRequest, baseUrl: string) {
  const { id } = request;
  return {
    signature_request_id: id,
    test_mode: request.testMode,
    title: request.title,
    original_title: request.originalTitle,
    subject: request.subject,
    message: request.message ?? null,
    metadata: request.metadata,
    created_at: seconds(request.createdAt) as number,
    expires_at: seconds(request.expiresAt),
    is_complete: request.phase === "complete",
    is_declined: request.phase === "declined",
    has_error: request.phase === "error",
    custom_fields: request.customFields.map(customFieldView),
    response_data: request.responses.map(responseView),
    // The live service sends no address for a request that is signed inside an app's own page.
    signing_url: request.embedded ? null : `${baseUrl}/sign/${id}`,
    signing_redirect_url: request.signingRedirectUrl ?? null,
    final_copy_uri: null,
    files_url: `${baseUrl}/v3/signature_request/files/${id}`,
    details_url: `${baseUrl}/home/manage?guid=${id}`,
    requester_email_address: request.senderEmail,
    signatures: request.signers.map((one) => signatureView(one, request.onHold === true)),
    cc_email_addresses: request.ccEmails,
    attachments: request.attachments.map(attachmentView),
    template_ids: request.templateIds ?? null,
    bulk_send_job_id: request.bulkJobId ?? null,
    ...(request.clientId !== undefined && { client_id: request.clientId }),
  };
}

export type SignatureRequestView = ReturnType<typeof signatureRequestView>;

function signatureView(signer: Signer, isOnHold: boolean) {
  return {
    signature_id: signer.signatureId,
    signer_group_guid: signer.groupId ?? null,
    signer_email_address: signer.email,
    signer_name: signer.name,
    signer_role: signer.role ?? null,
    order: signer.order ?? null,
    status_code: isOnHold && signer.status === "awaiting_signature" ? "on_hold" : signer.status,
    decline_reason: signer.declineReason ?? null,
    signed_at: seconds(signer.signedAt),
    last_viewed_at: seconds(signer.lastViewedAt),
    last_reminded_at: seconds(signer.lastRemindedAt),
    has_pin: signer.pin !== undefined,
    has_sms_auth: signer.smsUse === "authentication",
    has_sms_delivery: signer.smsUse === "delivery",
    sms_phone_number: signer.smsPhoneNumber ?? null,
    reassigned_by: signer.reassignedBy ?? null,
    reassignment_reason: signer.reassignmentReason ?? null,
    reassigned_from: signer.reassignedFrom ?? null,
    error: signer.bounced ? "email_bounce" : null,
  };
}

export function attachmentView(one: Attachment, index: number) {
  return {
    id: `attachment_${index + 1}`,
    signer: String(one.signerIndex + 1),
    name: one.name,
    required: one.required,
    instructions: one.instructions ?? null,
    uploaded_at: null,
  };
}

function customFieldView({ name, value, editor, required }: SignatureRequest["customFields"][number]) {
  return {
    name,
    type: value === "true" || value === "false" ? "checkbox" : "text",
    required,
    api_id: name,
    editor: editor ?? null,
    ...(value !== undefined && { value: value === "true" || value === "false" ? value === "true" : value }),
  };
}

function responseView(response: SignatureRequest["responses"][number]) {
  return {
    api_id: response.apiId,
    signature_id: response.signatureId,
    name: response.name,
    required: response.required,
    type: response.type,
    value: response.value,
  };
}
