/** How signers, fields and copies of a request fit the roles of its templates. */

import { ApiFault } from "../api-fault.js";
import type { Input } from "../input.js";
import type { WantedSigner } from "../signature-requests/read.js";
import type { Attachment, FormField } from "../signature-requests/request.js";
import type { Template } from "./template.js";

export interface Warning {
  readonly warning_name: string;
  readonly warning_msg: string;
}

/** The templates that are named: a list, or the one of older clients. @throws {ApiFault} */
export function readTemplateIds(input: Input): string[] {
  return [...input.texts("template_ids"), ...[input.optionalText("template_id") ?? []].flat()];
}

export interface Filled {
  readonly signers: readonly WantedSigner[];
  readonly formFields: readonly FormField[];
  readonly warnings: readonly Warning[];
}

/**
 * Gives each signer the order of their role. Names of roles are compared exactly, case included, as the live service does.
 * A role nobody was named for is a warning, and its fields go.
 * @throws {ApiFault} when no signer's role is a role of a template, or one is not.
 */
export function fillRoles(templates: readonly Template[], signers: readonly WantedSigner[]): Filled {
  const roles = templates.flatMap(({ signerRoles }) => signerRoles);
  const matching = signers.filter(({ role }) => roles.some(({ name }) => name === role));
  if (matching.length === 0) throw new ApiFault("bad_request", "No recipients specified", "signers");
  const stranger = signers.findIndex((one) => !matching.includes(one));
  if (stranger >= 0) {
    const names = [...new Set(roles.map(({ name }) => name))].join(", ");
    const path = `signers[${stranger}].role`;
    throw new ApiFault("bad_request", `${path} is no role of the template; its roles are ${names}`, path);
  }
  const twice = signers.findIndex((one, index) => signers.findIndex(({ role }) => role === one.role) < index);
  if (twice >= 0)
    throw new ApiFault("bad_request", `signers[${twice}].role was sent twice`, `signers[${twice}].role`);
  const ordered = signers.map((one) => ({
    ...one,
    order: roles.find(({ name }) => name === one.role)?.order,
  }));
  return {
    signers: ordered,
    formFields: fieldsOf(templates, signers),
    warnings: missingRoles(roles, signers),
  };
}

/** What templates want uploaded, of whoever has the role now. */
export function attachmentsOf(
  templates: readonly Template[],
  signers: readonly WantedSigner[],
): readonly Attachment[] {
  return templates.flatMap(({ attachments = [], signerRoles }) =>
    attachments.flatMap((one) => {
      const signerIndex = signers.findIndex(({ role }) => role === signerRoles[one.signerIndex]?.name);
      return signerIndex < 0 ? [] : [{ ...one, signerIndex }];
    }),
  );
}

/** A field keeps its role as its signer's number, if somebody has that role. */
function fieldsOf(templates: readonly Template[], signers: readonly WantedSigner[]): FormField[] {
  let firstDocument = 0;
  return templates.flatMap((template) => {
    const offset = firstDocument;
    firstDocument += template.files.length;
    return template.formFields.flatMap((field) => {
      const role = template.signerRoles[Number(field.signer) - 1]?.name;
      const signer = signers.findIndex((one) => one.role === role);
      if (signer < 0) return [];
      return [{ ...field, signer: String(signer), documentIndex: field.documentIndex + offset }];
    });
  });
}

function missingRoles(roles: Template["signerRoles"], signers: readonly WantedSigner[]): Warning[] {
  return [...new Set(roles.map(({ name }) => name))]
    .filter((name) => !signers.some(({ role }) => role === name))
    .map((name) => ({
      warning_name: "parameter_missing",
      warning_msg: `No signer was named for the role ${name}; its fields were removed`,
    }));
}

/** `ccs`: an address for each cc role; a list, or an object by role. @throws {ApiFault} for an unknown role. */
export function readCcs(input: Input, templates: readonly Template[]): string[] {
  const roles = templates.flatMap(({ ccRoles }) => ccRoles);
  return input.objects("ccs", "role").map((cc) => {
    const role = cc.text("role", { max: 255 });
    if (!roles.includes(role))
      throw cc.fault("role", `is no cc role of the template: ${roles.join(", ") || "it has none"}`);
    return cc.email("email_address");
  });
}

/** @throws {ApiFault} for a custom field the template does not have. */
export function checkCustomFields(input: Input, templates: readonly Template[]): void {
  const known = new Set(
    templates.flatMap(({ customFields, formFields }) =>
      [...customFields, ...formFields].map(({ name }) => name),
    ),
  );
  for (const field of input.objects("custom_fields")) {
    const name = field.text("name", { max: 255 });
    if (!known.has(name))
      throw field.fault(
        "name",
        `is no custom field of the template: ${[...known].join(", ") || "it has none"}`,
      );
  }
}
