/** `embeddedEditUrl`, and the page on which a person finishes or changes an embedded template. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { sendPage } from "../../../http/page.js";
import { ApiFault } from "../api-fault.js";
import { apiRoute } from "../api-route.js";
import { readBody, readQuery } from "../body.js";
import { mayEmbed, originOf } from "../embedded/domains.js";
import { donePage, type Message, type Typed, typedIn } from "../embedded/page.js";
import { ticketMilliseconds } from "../embedded/tickets.js";
import { Input } from "../input.js";
import type { Signing } from "../signing.js";
import { type EditTicket, readAdditions, readEdit, readOffer } from "./edit.js";
import { editPage } from "./edit-page.js";
import { saveTemplate } from "./save.js";
import type { Template } from "./template.js";
import { anyTemplate, owned } from "./visibility.js";

/** As in the vendor's examples. */
const openedPath = "/editor/embeddedTemplate";

export interface EditUrl {
  readonly token: string;
  readonly ticket: EditTicket;
}

/** Gives out an address that opens a template's page once, within the hour. */
export function newEditUrl(
  context: HttpContext,
  signing: Signing,
  wanted: Omit<EditTicket, "expiresAt">,
): EditUrl {
  const token = context.randomBytes(32).toString("hex");
  const ticket = { ...wanted, expiresAt: context.now() + ticketMilliseconds };
  signing.editUrls.add(token, ticket);
  return { token, ticket };
}

export const addressOf = (context: HttpContext, { token, ticket }: EditUrl) => ({
  edit_url: `${context.issuer()}${openedPath}?token=${token}&guid=${ticket.templateId}`,
  expires_at: Math.floor(ticket.expiresAt / 1000),
});

export function editRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  apiRoute(server, context, "embeddedEditUrl", async ({ caller, body, params }) => {
    const input = new Input((await body()).tree);
    const found = anyTemplate(signing.documents, params.template_id ?? "", caller);
    const template = editable(owned(found, caller));
    const offer = readOffer(input, template, { name: "allow_edit_ccs", usual: false });
    const wanted = { templateId: template.id, offer, ...readAdditions(input) };
    return { embedded: addressOf(context, newEditUrl(context, signing, wanted)) };
  });

  const pages = new EditPages(context, signing);
  // Opened once: what only asks whether it is there must not open it.
  server.get(openedPath, { exposeHeadRoute: false }, (request, reply) => pages.open(request, reply));
  server.post("/editor/template/:opening", (request, reply) => pages.save(request, reply));
}

/** The description knows no 409 here. @throws {ApiFault} */
function editable(template: Template): Template {
  if (template.phase === "creating" || template.phase === "error")
    throw new ApiFault("bad_request", "The template is not ready; wait for template_created");
  if (!template.embedded)
    throw new ApiFault("bad_request", "Only templates that were created embedded can be edited in this way");
  return template;
}

const gone = "The link has been opened before, or its hour is over. Ask for a new edit_url.";

class EditPages {
  readonly #context: HttpContext;
  readonly #signing: Signing;

  constructor(context: HttpContext, signing: Signing) {
    this.#context = context;
    this.#signing = signing;
  }

  /** The address in the iframe: it opens once, for the template's own app, on a page of that app. */
  async open(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      return await this.#open(new Input(readQuery(request)), reply);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return this.#refuse(reply, error.message, error.status);
    }
  }

  async save(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { opening } = request.params as { opening: string };
    const { editors } = this.#signing;
    const ticket = editors.find(opening, this.#context.now());
    if (ticket === undefined) return this.#refuse(reply, "It has been saved, or its address is wrong.", 404);
    let input = new Input({});
    try {
      input = new Input((await readBody(request)).tree);
      const edit = readEdit(input, ticket.offer);
      const template = saveTemplate(
        this.#signing,
        ticket,
        edit,
        this.#context.now(),
        () => editors.take(opening, this.#context.now()) !== undefined,
      );
      return this.#saved(reply, template, ticket);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      const template = this.#signing.documents.template(ticket.templateId);
      if (template === undefined || error.errorName === "not_found")
        return this.#refuse(reply, error.message, 404);
      return this.#show(reply, template, ticket, opening, [], { error, typed: typedIn(input) });
    }
  }

  /** @throws {ApiFault} for a query that cannot be read. */
  async #open(query: Input, reply: FastifyReply): Promise<FastifyReply> {
    const clientId = query.optionalText("client_id", { max: 100 });
    if (clientId === undefined) return this.#refuse(reply, "Missing parameter: client_id");
    const parentOrigin = originOf(query.optionalText("parent_url"));
    const { documents, editUrls, editors } = this.#signing;
    const ticket = editUrls.take(query.optionalText("token", { max: 100 }) ?? "", this.#context.now());
    if (ticket === undefined) return this.#refuse(reply, gone);
    const template = documents.template(ticket.templateId);
    if (template === undefined) return this.#refuse(reply, "The template is gone.", 404);
    if (template.clientId !== clientId)
      return this.#refuse(reply, "The client_id is not the one of the template.");
    const shown = { clientId, testMode: template.testMode === true };
    if (!(await mayEmbed(this.#context, documents, shown, { query, parentOrigin })))
      return this.#refuse(reply, "This page can only be viewed from the app's own domain.");
    const opening = this.#context.randomBytes(32).toString("hex");
    const opened = { ...ticket, parentOrigin, expiresAt: this.#context.now() + ticketMilliseconds };
    editors.add(opening, opened);
    return this.#show(reply, template, opened, opening, [{ type: "hellosign:initialize", payload: {} }]);
  }

  #show(
    reply: FastifyReply,
    template: Template,
    ticket: EditTicket,
    opening: string,
    messages: readonly Message[],
    refused?: { readonly error: ApiFault; readonly typed: Typed },
  ): FastifyReply {
    const [problem, typed] = [refused?.error.message, refused?.typed ?? (() => undefined)];
    const page = editPage({
      ...{ template, ticket, action: `/editor/template/${opening}`, messages, problem, typed },
    });
    return sendPage(reply, page, refused?.error.status ?? 200, [], ticket.parentOrigin);
  }

  /** The fields of the message are those that the vendor's client documents, and the template's id. */
  #saved(reply: FastifyReply, template: Template, { parentOrigin }: EditTicket): FastifyReply {
    const { id, title, message, signerRoles } = template;
    const words = { title, message };
    const payload = {
      ...{ templateId: id, ...words, signatureRequestInfo: words },
      signerRoles: signerRoles.map(({ name }) => name),
    };
    const messages = [{ type: "hellosign:userCreateTemplate", payload }];
    const text = `“${title}” has been saved.`;
    return sendPage(reply, donePage({ title: "Saved", text, parentOrigin, messages }), 200, [], parentOrigin);
  }

  #refuse(reply: FastifyReply, text: string, status = 400): FastifyReply {
    const title = "This template cannot be opened";
    return sendPage(reply, donePage({ title, text, parentOrigin: undefined, messages: [] }), status);
  }
}
