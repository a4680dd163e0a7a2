/** Templates made by API: at once, from another one with new files, and as a draft that a person finishes on a page. */

import type { FastifyInstance } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { ApiFault } from "../api-fault.js";
import { type ApiCall, apiRoute } from "../api-route.js";
import { Input } from "../input.js";
import { readFiles } from "../signature-requests/read.js";
import type { Signing } from "../signing.js";
import { readOffer } from "./edit.js";
import { addressOf, newEditUrl } from "./edit-routes.js";
import { faultOfFiles } from "./life.js";
import { readTemplate } from "./plan.js";
import type { Template } from "./template.js";
import { anyTemplate, notBeingMade, owned } from "./visibility.js";

export function authoringRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  /** What a body makes, before it is kept. */
  const planned = async ({ caller, body }: ApiCall, byPage: boolean) => {
    const read = await body();
    const input = new Input(read.tree);
    const clientId = await signing.clientOf(caller, input.optionalText("client_id", { max: 100 }), byPage);
    const now = context.now();
    const template: Template = {
      ...readTemplate(read, input, now, { byPage }),
      ...{ id: context.randomBytes(20).toString("hex"), owner: ownerOf(caller), users: [] },
      ...{ clientId, embedded: byPage || input.has("client_id"), updatedAt: now },
    };
    return { input, template };
  };

  apiRoute(server, context, "templateCreate", async (call) => {
    const { template } = await planned(call, false);
    signing.templateLife.create(template, signing.preparingMilliseconds);
    return { template: { template_id: template.id } };
  });

  apiRoute(server, context, "templateCreateEmbeddedDraft", async (call) => {
    const { input, template } = await planned(call, true);
    const draft: Template = { ...template, phase: "draft" };
    const offer = readOffer(input, draft, { name: "allow_ccs", usual: true });
    signing.documents.putTemplate(draft);
    const nothing = { mergeFields: undefined, ccRoles: undefined };
    const url = newEditUrl(context, signing, { templateId: draft.id, offer, ...nothing });
    return { template: { template_id: draft.id, ...addressOf(context, url) } };
  });

  apiRoute(server, context, "templateUpdateFiles", async ({ caller, body, params }) => {
    const read = await body();
    const input = new Input(read.tree);
    const before = () =>
      usable(owned(anyTemplate(signing.documents, params.template_id ?? "", caller), caller));
    before();
    const clientId = await signing.clientOf(caller, input.optionalText("client_id", { max: 100 }), false);
    const files = readFiles(read, input);
    const now = context.now();
    const template = before();
    const next: Template = {
      ...template,
      ...{ id: context.randomBytes(20).toString("hex"), users: [], files, updatedAt: now },
      clientId: clientId ?? template.clientId,
      subject: input.optionalText("subject") ?? template.subject,
      message: input.optionalText("message") ?? template.message,
      testMode: input.has("test_mode") ? input.flag("test_mode") : template.testMode,
      problem: faultOfFiles(template, files),
    };
    signing.templateLife.create(next, signing.preparingMilliseconds);
    return { template: { template_id: next.id } };
  });
}

const ownerOf = ({ account }: ApiCall["caller"]) => ({ id: account.id, email: account.email });

/** The description of new files knows no 422. */
function usable(template: Template): Template {
  if (template.phase === "error")
    throw new ApiFault("bad_request", "The files of this template could not be processed");
  return notBeingMade(template);
}
