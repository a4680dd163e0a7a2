/** Who may see a template, and who may change it. */

import { ApiFault, notFound } from "../api-fault.js";
import type { Caller } from "../api-route.js";
import type { Documents } from "../documents.js";
import type { Template } from "./template.js";

export const mayUse = ({ owner, users }: Template, accountId: string): boolean =>
  owner.id === accountId || users.some(({ id }) => id === accountId);

/** @throws {ApiFault} `not_found` unless it is the caller's or shared with them. */
export function templateFor(documents: Documents, id: string, { account }: Caller): Template {
  const template = documents.template(id);
  if (template === undefined || !mayUse(template, account.id)) throw notFound();
  return template;
}

/** @throws {ApiFault} also `forbidden` for those it is only shared with. */
export function ownTemplate(documents: Documents, id: string, caller: Caller): Template {
  const template = templateFor(documents, id, caller);
  if (template.owner.id === caller.account.id) return template;
  throw new ApiFault("forbidden", "Only the creator of the template may do this");
}
