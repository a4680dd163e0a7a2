/** What becomes of templates that the API makes, done by a test: they are made ready, fail, or their page is saved. */

import { ControlFault, type Fields } from "../../control/fields.js";
import type { World } from "../../state/world.js";
import { ApiFault } from "../api-fault.js";
import { saveTemplate } from "./save.js";
import type { Template } from "./template.js";
import { templateView } from "./view.js";

export const templateActKeys = ["act", "title", "message", "signer_roles", "cc_roles"] as const;
const acts = ["prepare", "fail", "save"] as const;

/** Returns every template in whatever phase, newest first. */
export function listTemplates({ signing }: World): object {
  return { templates: signing.documents.templates().map(view) };
}

const view = (template: Template) => ({
  ...templateView(template, template.owner.id),
  phase: template.phase ?? "ready",
  held: template.held ?? false,
});

/** Does one act and resolves when its events have been posted once. @throws {ControlFault} */
export async function actOnTemplate(world: World, id: string, fields: Fields): Promise<object> {
  const { signing, context } = world;
  const act = fields.optionalChoice("act", acts);
  if (act === undefined) throw new ControlFault(`act must be one of ${acts.join(", ")}`, "act");
  const named = () => {
    const template = signing.documents.template(id);
    if (template === undefined) throw new ControlFault("There is no such template", "template_id", 404);
    return template;
  };
  named();
  try {
    if (act === "save") {
      const order = { templateId: id, mergeFields: undefined, ccRoles: undefined };
      saveTemplate(signing, order, editOf(fields), context.now());
    } else {
      const problem = fields.optionalText("message") ?? "The file could not be processed";
      await signing.templateLife.finish(id, act === "fail" ? problem : undefined);
    }
    return { template: view(named()) };
  } catch (error) {
    if (error instanceof ApiFault) throw new ControlFault(error.message, error.path, error.status);
    throw error;
  }
}

const editOf = (fields: Fields) => ({
  title: fields.optionalText("title"),
  message: fields.optionalText("message"),
  signerRoles: fields.optionalTexts("signer_roles"),
  ccRoles: fields.optionalTexts("cc_roles"),
});
