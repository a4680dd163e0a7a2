/** The operations of signature requests that live without files: send, get, list, cancel, remind, update, remove. */

import type { FastifyInstance } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { ApiFault, notFound } from "../api-fault.js";
import { apiRoute, type Caller } from "../api-route.js";
import { readQuery } from "../body.js";
import { Input } from "../input.js";
import { paged, readPage } from "../paging.js";
import type { Signing } from "../signing.js";
import { readListQuery } from "./list.js";
import { readExpiry } from "./read.js";
import type { SignatureRequest } from "./request.js";
import * as rules from "./rules.js";
import { signatureRequestView } from "./view.js";
import { ownRequest, seenRequest } from "./visibility.js";

export function signatureRequestRoutes(
  server: FastifyInstance,
  context: HttpContext,
  signing: Signing,
): void {
  const view = (request: SignatureRequest) => ({
    signature_request: signatureRequestView(request, context.issuer()),
  });
  const seen = (params: Readonly<Record<string, string>>, caller: Caller) =>
    seenRequest(signing.documents, context, params.signature_request_id ?? "", caller);

  for (const [id, embedded] of [
    ["signatureRequestSend", false],
    ["signatureRequestCreateEmbedded", true],
  ] as const)
    apiRoute(server, context, id, async ({ caller, body }) => {
      const made = await signing.send(caller, await body(), { embedded });
      return view(made);
    });

  apiRoute(server, context, "signatureRequestGet", async ({ caller, params }) =>
    view(await seen(params, caller)),
  );

  apiRoute(server, context, "signatureRequestList", async ({ caller, request }) => {
    const query = new Input(readQuery(request));
    const { account } = caller;
    const whose = query.optionalText("account_id");
    if (whose !== undefined && whose !== "all" && whose !== account.id)
      throw new ApiFault("forbidden", "account_id can only be your own");
    const matches = readListQuery(query.optionalText("query"));
    const shown = signing.listed(account).filter((one) => matches(one, account.email));
    const { items, list_info } = paged(shown, readPage(query));
    return { list_info, signature_requests: items.map((one) => view(one).signature_request) };
  });

  apiRoute(server, context, "signatureRequestCancel", async ({ caller, params }) => {
    const request = await ownRequest(signing.documents, context, params.signature_request_id ?? "", caller);
    signing.life.change(request.id, rules.canceled);
    return undefined;
  });

  apiRoute(server, context, "signatureRequestRemind", async ({ caller, body, params }) => {
    const input = new Input((await body()).tree);
    const email = input.email("email_address");
    const name = input.optionalText("name", { max: 255 });
    const own = await ownRequest(signing.documents, context, params.signature_request_id ?? "", caller);
    return view(
      signing.life.change(own.id, (now) => rules.reminded(now, email, name, context.now())).request,
    );
  });

  apiRoute(server, context, "signatureRequestUpdate", async ({ caller, body, params }) => {
    const input = new Input((await body()).tree);
    const signatureId = input.text("signature_id", { max: 100 });
    const own = await ownRequest(signing.documents, context, params.signature_request_id ?? "", caller);
    const update = {
      email: input.optionalEmail("email_address"),
      name: input.optionalText("name", { max: 255 }),
      expiresAt: readExpiry(input, context.now()),
      newId: context.randomBytes(16).toString("hex"),
    };
    if (update.email === undefined && update.name === undefined && update.expiresAt === undefined)
      throw input.missing("email_address");
    return view(
      signing.life.change(own.id, (now) => rules.updated(now, signatureId, update, context.now())).request,
    );
  });

  for (const [id, kind] of [
    ["signatureRequestEdit", { embedded: false, fromTemplates: false }],
    ["signatureRequestEditEmbedded", { embedded: true, fromTemplates: false }],
    ["signatureRequestEditWithTemplate", { embedded: false, fromTemplates: true }],
    ["signatureRequestEditEmbeddedWithTemplate", { embedded: true, fromTemplates: true }],
  ] as const)
    apiRoute(server, context, id, async ({ caller, params, body }) => {
      const read = await body();
      const name = params.signature_request_id ?? "";
      const own = await ownRequest(signing.documents, context, name, caller).catch(asNotFound);
      const { made, warnings } = await signing.edit(caller, own, read, kind);
      return { ...view(made), ...(warnings.length > 0 && { warnings }) };
    });

  apiRoute(server, context, "signatureRequestRemove", async ({ caller, params }) => {
    const request = await seen(params, caller);
    signing.life.change(request.id, (now) => rules.removed(now, caller.account.id));
    return undefined;
  });
}

/** The description of an edit knows no 410. */
function asNotFound(error: unknown): never {
  throw error instanceof ApiFault && error.errorName === "deleted" ? notFound() : error;
}
