/** What becomes of a template when its page is saved, by a person or by the control API. */

import { notFound } from "../api-fault.js";
import type { Signing } from "../signing.js";
import { type Edit, type EditTicket, edited } from "./edit.js";
import type { Template } from "./template.js";

export type EditOrder = Pick<EditTicket, "templateId" | "mergeFields" | "ccRoles">;

/**
 * A draft is made ready with it; one that is ready is changed at once, and nothing is posted.
 * @param mayGoOn asked once nothing is wrong: the page may have been sent twice.
 * @throws {ApiFault}
 */
export function saveTemplate(
  { documents, templateLife, preparingMilliseconds }: Signing,
  order: EditOrder,
  edit: Edit,
  now: number,
  mayGoOn: () => boolean = () => true,
): Template {
  const template = documents.template(order.templateId);
  if (template === undefined) throw notFound();
  const next = edited(template, edit, order, now);
  if (!mayGoOn()) throw notFound();
  if (template.phase === "draft") templateLife.create(next, preparingMilliseconds);
  else documents.putTemplate(next);
  return next;
}
