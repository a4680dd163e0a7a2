/** A template as the API answers it (OpenAPI: `TemplateResponse`). */

import { attachmentView } from "../signature-requests/view.js";
import type { Template, TemplateField } from "./template.js";

/** Where fields are that nobody has placed: the schema wants numbers. */
const nowhere = { x: 0, y: 0, width: 100, height: 20 };

/** @param accountId who asks. */
export function templateView(template: Template, accountId: string) {
  const isCreator = template.owner.id === accountId;
  const custom = template.customFields.map(({ name, type, field }, index) => ({
    // Merge fields belong to the document they are written on; those that are only named are put on the first.
    documentIndex: field?.documentIndex ?? 0,
    view: {
      api_id: field?.apiId ?? `custom_${index + 1}`,
      ...{ name, type, signer: null },
      ...(field?.place ?? nowhere),
      ...{ required: false, group: null },
    },
  }));
  const groups = template.fieldGroups ?? [];
  return {
    template_id: template.id,
    title: template.title,
    message: template.message,
    updated_at: Math.floor(template.updatedAt / 1000),
    is_embedded: isCreator ? template.embedded : null,
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
      field_groups: groups
        .filter(({ id }) =>
          template.formFields.some((one) => one.group === id && one.documentIndex === index),
        )
        .map(({ label, requirement }) => ({ name: label, rule: { requirement, groupLabel: label } })),
      form_fields: template.formFields.filter((field) => field.documentIndex === index).map(formFieldView),
      custom_fields: custom.filter((one) => one.documentIndex === index).map(({ view }) => view),
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
    attachments: (template.attachments ?? []).map(attachmentView),
  };
}

function formFieldView({ apiId, name, type, signer, required, place, group }: TemplateField) {
  return {
    ...{ api_id: apiId, name, type, signer, ...(place ?? nowhere), required },
    ...(group !== undefined && { group }),
  };
}
