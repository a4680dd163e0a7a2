/** What a template is to be made of, read from the body of `template/create` and its kin. */

import type { ApiBody } from "../body.js";
import type { Input } from "../input.js";
import { checkFormFields, titleFor } from "../signature-requests/create.js";
import { readCommon, readFiles, readFormFields } from "../signature-requests/read.js";
import type { FormField } from "../signature-requests/request.js";
import { blankField } from "./make.js";
import type { FieldGroup, MergeField, SignerRole, Template } from "./template.js";

const mostRoles = 100;
const longestName = 255;

export type TemplateParts = Omit<Template, "id" | "owner" | "users" | "clientId" | "embedded" | "updatedAt">;

/**
 * Returns what a template holds. Roles and fields may be missing where a person is to add them on a page.
 * @throws {ApiFault} at the first parameter that is missing or wrong.
 */
export function readTemplate(
  body: ApiBody,
  input: Input,
  now: number,
  { byPage }: { readonly byPage: boolean },
): TemplateParts {
  const common = readCommon(input, now);
  const files = readFiles(body, input);
  const signerRoles = readSignerRoles(input);
  if (!byPage && signerRoles.length === 0) throw input.missing("signer_roles");
  if (!byPage && !input.has("form_fields_per_document")) throw input.missing("form_fields_per_document");
  const sent = readFormFields(input, signerRoles.length);
  checkFormFields(sent, { signers: signerRoles.length, files: files.length, repeats: false });
  const fieldGroups = readGroups(input, sent);
  checkAttachments(input, signerRoles);
  return {
    title: titleFor(common, files),
    subject: common.subject,
    message: common.message ?? "",
    ...{ testMode: common.testMode, allowReassign: common.allowReassign, metadata: common.metadata },
    ...{ signerRoles, fieldGroups, files, attachments: common.attachments },
    ccRoles: readCcRoles(input) ?? [],
    customFields: uniquelyNamed(input, [...(readMergeFields(input) ?? []), ...sent.flatMap(mergeField)]),
    formFields: signatureFields(
      signerRoles,
      sent
        .filter((field) => !isSenders(field))
        .map((field) => ({ ...field, signer: String(Number(field.signer) + 1) })),
    ),
  };
}

/** Where nobody has placed a field, each role signs on the first document. */
export const signatureFields = (
  roles: readonly SignerRole[],
  fields: readonly FormField[],
): readonly FormField[] =>
  fields.length > 0 ? fields : roles.map(({ name }, index) => blankField(name, index));

/** @throws {ApiFault} at a role without a name, or one that is there twice. */
export function readSignerRoles(input: Input): SignerRole[] {
  const roles = input.objects("signer_roles").map((one) => ({
    name: one.text("name", { max: longestName }),
    order: one.optionalInteger("order", 0, 1000),
  }));
  if (roles.length > mostRoles) throw input.fault("signer_roles", `are more than ${mostRoles}`);
  const twice = repeated(roles.map(({ name }) => name));
  if (twice >= 0) throw input.fault(`signer_roles[${twice}].name`, "was sent twice");
  return roles;
}

/** Undefined unless it was sent. A role without a name is none: an edit takes all of them away so. */
export function readCcRoles(input: Input): string[] | undefined {
  if (!input.has("cc_roles")) return undefined;
  const roles = input.texts("cc_roles").filter((name) => name !== "");
  const long = roles.findIndex((name) => name.length > longestName);
  if (long >= 0) throw input.fault(`cc_roles[${long}]`, `must have at most ${longestName} characters`);
  const twice = repeated(roles);
  if (twice >= 0) throw input.fault(`cc_roles[${twice}]`, "was sent twice");
  return roles;
}

/** Undefined unless it was sent. */
export function readMergeFields(input: Input): MergeField[] | undefined {
  if (!input.has("merge_fields")) return undefined;
  const fields = input.objects("merge_fields").map((one) => {
    one.text("type");
    const type = one.optionalChoice("type", ["text", "checkbox"]) as string;
    return { name: one.text("name", { max: longestName }), type };
  });
  return uniquelyNamed(input, fields);
}

function uniquelyNamed(input: Input, fields: MergeField[]): MergeField[] {
  const twice = repeated(fields.map(({ name }) => name));
  if (twice >= 0) throw input.fault("merge_fields", `names ${fields[twice]?.name} twice`);
  return fields;
}

const repeated = (names: readonly string[]): number =>
  names.findIndex((name, index) => names.indexOf(name) < index);

const isSenders = ({ signer }: FormField): boolean => !/^\d+$/.test(signer);

/** What the sender fills in is a merge field that has its place already. */
function mergeField(field: FormField): MergeField[] {
  if (!isSenders(field)) return [];
  const { apiId, name, type, documentIndex, place } = field;
  const kind = type.startsWith("checkbox") ? "checkbox" : "text";
  return [{ name: name || apiId, type: kind, field: { apiId, documentIndex, place } }];
}

function readGroups(input: Input, fields: readonly FormField[]): FieldGroup[] {
  const groups = input.objects("form_field_groups").map((one) => ({
    id: one.text("group_id", { max: longestName }),
    label: one.text("group_label", { max: longestName }),
    requirement: one.text("requirement", { max: longestName }),
  }));
  const known = new Set(groups.map(({ id }) => id));
  const stray = fields.findIndex(({ group }) => group !== undefined && !known.has(group));
  if (stray >= 0)
    throw input.fault(`form_fields_per_document[${stray}].group`, "is no group of form_field_groups");
  return groups;
}

function checkAttachments(input: Input, roles: readonly SignerRole[]): void {
  for (const one of input.objects("attachments")) {
    const index = one.optionalInteger("signer_index", 0, mostRoles) ?? 0;
    if (index >= roles.length) throw one.fault("signer_index", "is no signer role of this template");
  }
}
