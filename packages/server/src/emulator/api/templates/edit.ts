/** The page on which a template is finished: who may open it, and what its form changes. */

import { ApiFault } from "../api-fault.js";
import { Input } from "../input.js";
import { readCcRoles, readMergeFields, readSignerRoles, signatureFields } from "./plan.js";
import type { MergeField, SignerRole, Template } from "./template.js";

/** What the page asks for: the rest stays as it was sent. */
export interface EditOffer {
  readonly roles: boolean;
  readonly words: boolean;
  readonly ccs: boolean;
}

/** The one-time address of `edit_url`, and the form of a page that was opened. */
export interface EditTicket {
  readonly templateId: string;
  readonly expiresAt: number;
  readonly offer: EditOffer;
  /** What saving adds; an empty list takes all away, undefined leaves them. */
  readonly mergeFields: readonly MergeField[] | undefined;
  readonly ccRoles: readonly string[] | undefined;
  readonly parentOrigin?: string | undefined;
}

/** @param ccs whether its page asks for cc roles, where the body does not say. @throws {ApiFault} */
export function readOffer(
  input: Input,
  template: Template,
  ccs: { name: string; usual: boolean },
): EditOffer {
  return {
    roles: input.flag("force_signer_roles") || template.signerRoles.length === 0,
    words: input.flag("force_subject_message"),
    ccs: input.optionalFlag(ccs.name) ?? ccs.usual,
  };
}

/** @throws {ApiFault} */
export function readAdditions(input: Input): Pick<EditTicket, "mergeFields" | "ccRoles"> {
  return { mergeFields: readMergeFields(input), ccRoles: readCcRoles(input) };
}

export interface Edit {
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  readonly signerRoles?: readonly string[] | undefined;
  readonly ccRoles?: readonly string[] | undefined;
}

/** Reads the form: a line each for a role. @throws {ApiFault} */
export function readEdit(input: Input, offer: EditOffer): Edit {
  return {
    ...(offer.words && {
      title: input.text("title", { max: 255 }),
      message: input.optionalText("message", { max: 5000 }) ?? "",
    }),
    ...(offer.roles && { signerRoles: linesOf(input.text("signer_roles")) }),
    ...(offer.ccs && { ccRoles: linesOf(input.optionalText("cc_roles") ?? "") }),
  };
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Returns the template as it is once the page is saved. @throws {ApiFault} */
export function edited(
  template: Template,
  edit: Edit,
  { mergeFields, ccRoles: added }: Pick<EditTicket, "mergeFields" | "ccRoles">,
  now: number,
): Template {
  const signerRoles = edit.signerRoles === undefined ? template.signerRoles : rolesNamed(edit, template);
  if (signerRoles.length === 0)
    throw new ApiFault("bad_request", "A template needs a signer role", "signer_roles");
  const ccs = [...(added?.length === 0 ? [] : template.ccRoles), ...(added ?? [])];
  const ccRoles = edit.ccRoles ?? ccs;
  const customFields = [...(mergeFields?.length === 0 ? [] : template.customFields), ...(mergeFields ?? [])];
  return {
    ...template,
    title: edit.title ?? template.title,
    message: edit.message ?? template.message,
    signerRoles,
    ccRoles: readCcRoles(new Input({ cc_roles: [...new Set(ccRoles)] })) ?? [],
    customFields: customFields.filter(
      ({ name }, index) => customFields.findIndex((one) => one.name === name) === index,
    ),
    formFields: fieldsOf(template, signerRoles),
    updatedAt: now,
  };
}

/** A role that stays keeps its order. */
function rolesNamed({ signerRoles = [] }: Edit, template: Template): readonly SignerRole[] {
  const roles = signerRoles.map((name) => ({
    name,
    order: template.signerRoles.find((one) => one.name === name)?.order ?? null,
  }));
  return readSignerRoles(new Input({ signer_roles: roles }));
}

/** Fields go where their role goes; a role without any signs on the first document. */
function fieldsOf(template: Template, roles: readonly SignerRole[]): Template["formFields"] {
  const kept = template.formFields.flatMap((field) => {
    const name = template.signerRoles[Number(field.signer) - 1]?.name;
    const index = roles.findIndex((one) => one.name === name);
    return index < 0 ? [] : [{ ...field, signer: String(index + 1) }];
  });
  const signs = (index: number) => kept.some(({ signer }) => signer === String(index + 1));
  const missing = signatureFields(roles, []).filter((_, index) => !signs(index));
  const taken = new Set(kept.map(({ apiId }) => apiId));
  return [...kept, ...missing.map((field) => ({ ...field, apiId: freeId(field.apiId, taken) }))];
}

function freeId(id: string, taken: ReadonlySet<string>): string {
  let free = id;
  for (let number = 2; taken.has(free); number += 1) free = `${id}_${number}`;
  return free;
}
