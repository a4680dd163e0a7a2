/** Unclaimed drafts: the four operations that make one, the page that claims it, and the release of a request on hold. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { HttpContext } from "../../../http/context.js";
import { sendPage } from "../../../http/page.js";
import { ApiFault } from "../api-fault.js";
import { apiRoute } from "../api-route.js";
import { readBody, readQuery } from "../body.js";
import { mayEmbed, originOf } from "../embedded/domains.js";
import { donePage, type Typed, typedIn } from "../embedded/page.js";
import { Input } from "../input.js";
import { released } from "../signature-requests/rules.js";
import { signatureRequestView } from "../signature-requests/view.js";
import { ownRequest } from "../signature-requests/visibility.js";
import type { Signing } from "../signing.js";
import { contentOf } from "./content.js";
import { type Draft, draftView } from "./draft.js";
import { draftAgain, makeDraft } from "./make.js";
import { draftPage } from "./page.js";
import { sendDraft } from "./send.js";

export function draftRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  const view = (draft: Draft) => ({ unclaimed_draft: draftView(draft, context.issuer()) });
  for (const [id, kind] of [
    ["unclaimedDraftCreate", { embedded: false, fromTemplates: false }],
    ["unclaimedDraftCreateEmbedded", { embedded: true, fromTemplates: false }],
    ["unclaimedDraftCreateEmbeddedWithTemplate", { embedded: true, fromTemplates: true }],
  ] as const)
    apiRoute(server, context, id, async ({ caller, body }) =>
      view(await makeDraft(context, signing, caller, await body(), kind)),
    );

  apiRoute(server, context, "unclaimedDraftEditAndResend", async ({ caller, body, params }) => {
    const read = await body();
    const own = await ownRequest(signing.documents, context, params.signature_request_id ?? "", caller);
    return view(await draftAgain(context, signing, caller, read, own));
  });

  apiRoute(server, context, "signatureRequestReleaseHold", async ({ caller, params }) => {
    const own = await ownRequest(signing.documents, context, params.signature_request_id ?? "", caller);
    const { request } = signing.life.change(own.id, (now) => released(now, context.now()));
    return { signature_request: signatureRequestView(request, context.issuer()) };
  });

  const pages = new DraftPages(context, signing);
  // Opening it claims it: what only asks whether it is there, as previews of links do, must not.
  const opens = { exposeHeadRoute: false };
  server.get("/draft/claim", opens, (request, reply) => pages.claim(request, reply, false));
  server.get("/editor/embeddedRequest", opens, (request, reply) => pages.claim(request, reply, true));
  server.post("/draft/:opening", (request, reply) => pages.send(request, reply));
}

const gone = "It has already been opened, or it has expired. Ask whoever sent you the link for a new one.";
const sentBefore = "It has already been sent, or the link is wrong.";

class DraftPages {
  readonly #context: HttpContext;
  readonly #signing: Signing;

  constructor(context: HttpContext, signing: Signing) {
    this.#context = context;
    this.#signing = signing;
  }

  /** Whoever opens the address first has the draft; to everybody after them it is 404. */
  async claim(request: FastifyRequest, reply: FastifyReply, embedded: boolean): Promise<FastifyReply> {
    try {
      const query = new Input(readQuery(request));
      const parentOrigin = embedded ? originOf(query.optionalText("parent_url")) : undefined;
      const draft = this.#unclaimed(query.optionalText("token", { max: 100 }), embedded);
      if (draft === undefined) return this.#refuse(reply, gone);
      if (embedded && query.optionalText("client_id", { max: 100 }) !== draft.clientId)
        return this.#refuse(reply, "The client_id is not the one of the draft.", 400);
      if (embedded && !(await this.#mayEmbed(draft, query, parentOrigin)))
        return this.#refuse(reply, "This page can only be viewed from the app's own domain.", 400);
      if (this.#unclaimed(draft.token, embedded) === undefined) return this.#refuse(reply, gone);
      const opening = this.#context.randomBytes(32).toString("hex");
      const claimed: Draft = {
        ...{ ...draft, opening, parentOrigin },
        history: this.#signing.noted(draft.history, "draft_claimed"),
      };
      this.#signing.documents.putDraft(claimed);
      const initialize = { type: "hellosign:initialize", payload: {} };
      return this.#show(reply, claimed, embedded ? [initialize] : []);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return this.#refuse(reply, error.message, error.status);
    }
  }

  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { opening } = request.params as { opening: string };
    const { documents } = this.#signing;
    const draft = documents.draftOpenedAs(opening);
    if (draft === undefined) return this.#refuse(reply, sentBefore);
    let input = new Input({});
    try {
      input = new Input((await readBody(request)).tree);
      const given = input;
      const made = await sendDraft(this.#context, this.#signing, draft, {
        requester: () => given.email("requester"),
        signer: (_role, index) => ({
          name: given.text(`name-${index}`, { max: 255 }),
          email: given.email(`email-${index}`),
        }),
      });
      if (made === undefined) return this.#refuse(reply, sentBefore);
      return this.#sent(reply, draft, made.title);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return this.#show(reply, draft, [], { error, typed: typedIn(input) });
    }
  }

  #unclaimed(token: string | undefined, embedded: boolean): Draft | undefined {
    const draft = this.#signing.documents.draft(token ?? "");
    const open = draft?.opening === undefined && draft?.embedded === embedded;
    return open && this.#context.now() < draft.expiresAt ? draft : undefined;
  }

  #mayEmbed(
    { clientId = "", testMode }: Draft,
    query: Input,
    parentOrigin: string | undefined,
  ): Promise<boolean> {
    const { documents } = this.#signing;
    return mayEmbed(this.#context, documents, { clientId, testMode }, { query, parentOrigin });
  }

  #show(
    reply: FastifyReply,
    draft: Draft,
    messages: readonly { readonly type: string; readonly payload: object }[],
    refused?: { readonly error: ApiFault; readonly typed: Typed },
  ): FastifyReply {
    const { parentOrigin } = draft;
    const content = contentOf(this.#signing.documents, draft);
    const [problem, typed] = [refused?.error.message, refused?.typed ?? (() => undefined)];
    const page = draftPage({ draft, content, parentOrigin, messages, problem, typed });
    return sendPage(reply, page, refused?.error.status ?? 200, [], parentOrigin);
  }

  #sent(reply: FastifyReply, draft: Draft, title: string): FastifyReply {
    const href = draft.requestingRedirectUrl;
    const link = href === undefined ? undefined : { href, label: "Continue" };
    const { parentOrigin, requestId } = draft;
    const payload = { signatureRequestId: requestId, signatureRequestInfo: { title } };
    const messages = draft.embedded ? [{ type: "hellosign:userSendRequest", payload }] : [];
    const page = donePage({ title: "Sent", text: `“${title}” has been sent.`, parentOrigin, messages, link });
    return sendPage(reply, page, 200, [], parentOrigin);
  }

  #refuse(reply: FastifyReply, text: string, status = 404): FastifyReply {
    const title = "This draft cannot be opened";
    return sendPage(reply, donePage({ title, text, parentOrigin: undefined, messages: [] }), status);
  }
}
