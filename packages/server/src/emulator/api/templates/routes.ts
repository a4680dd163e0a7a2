/** Templates in use: list, get, delete, sharing, and requests made from them. */

import type { FastifyInstance } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import type { Account } from "../../../storage/port/records.js";
import { ApiFault } from "../api-fault.js";
import { apiRoute } from "../api-route.js";
import { readQuery } from "../body.js";
import { Input } from "../input.js";
import { paged, readPage } from "../paging.js";
import { signatureRequestView } from "../signature-requests/view.js";
import type { Signing } from "../signing.js";
import { isReady, type Template } from "./template.js";
import { templateView } from "./view.js";
import { anyTemplate, mayUse, notBeingMade, owned, templateFor } from "./visibility.js";

export function templateRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  const { documents } = signing;

  apiRoute(server, context, "templateGet", async ({ caller, params }) => ({
    template: templateView(
      templateFor(signing.documents, params.template_id ?? "", caller),
      caller.account.id,
    ),
  }));

  apiRoute(server, context, "templateList", async ({ caller, request }) => {
    const query = new Input(readQuery(request));
    const text = query.optionalText("query", { max: 500 })?.toLowerCase();
    const whose = query.optionalText("account_id");
    if (whose !== undefined && whose !== "all" && whose !== caller.account.id)
      throw new ApiFault("forbidden", "account_id can only be your own");
    const shown = documents
      .templates()
      .filter((one) => isReady(one) && mayUse(one, caller.account.id))
      .filter(
        ({ title, message }) => text === undefined || `${title}\n${message}`.toLowerCase().includes(text),
      );
    const { items, list_info } = paged(shown, readPage(query));
    return { list_info, templates: items.map((one) => templateView(one, caller.account.id)) };
  });

  apiRoute(server, context, "templateDelete", async ({ caller, params }) => {
    const template = owned(anyTemplate(signing.documents, params.template_id ?? "", caller), caller);
    // A draft that nobody finishes can be taken away; what is being made cannot.
    documents.deleteTemplate((template.phase === "draft" ? template : notBeingMade(template)).id);
    return undefined;
  });

  for (const [id, change] of [
    ["templateAddUser", withUser],
    ["templateRemoveUser", withoutUser],
  ] as const)
    apiRoute(server, context, id, async ({ caller, body, params }) => {
      const input = new Input((await body()).tree);
      const own = () => owned(templateFor(signing.documents, params.template_id ?? "", caller), caller);
      own();
      const account = await namedAccount(context, input);
      // Read anew: it may have been changed while the account was looked for.
      const next = change(own(), account);
      documents.putTemplate(next);
      return { template: templateView(next, caller.account.id) };
    });

  for (const [id, embedded] of [
    ["signatureRequestSendWithTemplate", false],
    ["signatureRequestCreateEmbeddedWithTemplate", true],
  ] as const)
    apiRoute(server, context, id, async ({ caller, body }) => {
      const { made, warnings } = await signing.sendWithTemplate(caller, await body(), {
        embedded,
      });
      return {
        signature_request: signatureRequestView(made, context.issuer()),
        ...(warnings.length > 0 && { warnings }),
      };
    });
}

async function namedAccount(context: HttpContext, input: Input): Promise<Account> {
  const id = input.optionalText("account_id", { max: 100 });
  const email = input.optionalEmail("email_address");
  if (id === undefined && email === undefined) throw input.missing("account_id");
  const found =
    id === undefined
      ? await context.storage.findAccountByEmail(email as string)
      : await context.storage.findAccount(id);
  if (found === undefined) throw new ApiFault("not_found", "There is no such account");
  return found;
}

function withUser(template: Template, { id, email }: Account): Template {
  if (mayUse(template, id)) throw new ApiFault("bad_request", `${email} already has access to the template`);
  return { ...template, users: [...template.users, { id, email }] };
}

function withoutUser(template: Template, { id, email }: Account): Template {
  if (!template.users.some((user) => user.id === id))
    throw new ApiFault("bad_request", `The template is not shared with ${email}`);
  return { ...template, users: template.users.filter((user) => user.id !== id) };
}
