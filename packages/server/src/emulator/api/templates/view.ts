/** A template as the API answers it (OpenAPI: `TemplateResponse`). */

import type { Template } from "./template.js";

/** Where fields are on the page: the emulator draws none, and the schema wants numbers. */
const nowhere = { x: 0, y: 0, width: 100, height: 20 };

/** @param accountId who asks. */
export function templateView(template: Template, accountId: string) {
  const isCreator = template.owner.id === accountId;
  const custom = template.customFields.map((field, index) => ({
    api_id: `custom_${index + 1}`,
    name: field.name,
    type: field.type,
    signer: null,
    ...nowhere,
    required: false,
    group: null,
  }));
  return {
    template_id: template.id,
    title: template.title,
    message: template.message,
    updated_at: Math.floor(template.updatedAt / 1000),
    is_embedded: template.embedded,
    is_creator: isCreator,
    can_edit: isCreator,
    is_locked: false,
    metadata: template.metadata,
    signer_roles: template.signerRoles.map(({ name, order }) => ({
      name,
      ...(order !== undefined && { order }),
    })),
    cc_roles: template.ccRoles.map((name) => ({ name })),
    documents: template.files.map((file, index) => ({
      index,
      name: file.name,
      field_groups: [],
      form_fields: template.formFields.filter((field) => field.documentIndex === index).map(formFieldView),
      // Custom fields belong to the document they are written on; the emulator puts all on the first.
      custom_fields: index === 0 ? custom : [],
      static_fields: [],
    })),
    custom_fields: null,
    named_form_fields: null,
    accounts: [template.owner, ...template.users].map(({ id, email }) => ({
      account_id: id,
      email_address: email,
      is_locked: false,
      is_paid_hs: true,
      is_paid_hf: false,
      quotas: {
        templates_left: 100,
        api_signature_requests_left: 1250,
        documents_left: 100,
        sms_verifications_left: 0,
      },
    })),
    attachments: [],
  };
}

function formFieldView(field: Template["formFields"][number]) {
  const { apiId, name, type, signer, required } = field;
  return { api_id: apiId, name, type, signer, ...nowhere, required };
}
