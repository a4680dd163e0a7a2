/** Who may see a template, and who may change it. */

import { ApiFault, notFound } from "../api-fault.js";
import type { Caller } from "../api-route.js";
import type { Documents } from "../documents.js";
import type { Input } from "../input.js";
import { readTemplateIds } from "./read.js";
import { isReady, type Template } from "./template.js";

export const mayUse = ({ owner, users }: Template, accountId: string): boolean =>
  owner.id === accountId || users.some(({ id }) => id === accountId);

/** Returns it in whatever phase. @throws {ApiFault} `not_found` unless it is the caller's or shared with them. */
export function anyTemplate(documents: Documents, id: string, { account }: Caller): Template {
  const template = documents.template(id);
  if (template === undefined || !mayUse(template, account.id)) throw notFound();
  return template;
}

/** As `anyTemplate`; one that is not ready is not there either. */
export function templateFor(documents: Documents, id: string, caller: Caller): Template {
  const template = anyTemplate(documents, id, caller);
  if (!isReady(template)) throw notFound();
  return template;
}

/** @throws {ApiFault} `conflict` while it is being made, `unprocessable_entity` when its files could not be. */
export function withFiles(template: Template): Template {
  if (template.phase === "error")
    throw new ApiFault("unprocessable_entity", "The files of this template could not be processed");
  return notBeingMade(template);
}

/** @throws {ApiFault} `conflict` */
export function notBeingMade(template: Template): Template {
  if (template.phase === "creating" || template.phase === "draft")
    throw new ApiFault("conflict", "The template is still being created; wait for template_created");
  return template;
}

/** Returns it to its owner. @throws {ApiFault} `forbidden` for those it is only shared with. */
export function owned(template: Template, { account }: Caller): Template {
  if (template.owner.id === account.id) return template;
  throw new ApiFault("forbidden", "Only the creator of the template may do this");
}

/** The templates that a request is to be made of. @throws {ApiFault} */
export function templatesNamed(documents: Documents, caller: Caller, input: Input): Template[] {
  const ids = readTemplateIds(input);
  if (ids.length === 0) throw input.missing("template_ids");
  return ids.map((id, index) => {
    const name = `template_ids[${index}]`;
    const template = documents.template(id);
    if (template === undefined || !mayUse(template, caller.account.id))
      throw input.fault(name, "is no template of this account");
    if (!isReady(template)) throw input.fault(name, "is not ready; wait for template_created");
    return template;
  });
}
