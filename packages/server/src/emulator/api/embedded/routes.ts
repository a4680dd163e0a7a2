/** `embeddedSignUrl`, the page it leads to, and the same page for signers who come from an e-mail. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { serveAssets } from "../../../http/assets.js";
import type { HttpContext } from "../../../http/context.js";
import { sendPage } from "../../../http/page.js";
import { ApiFault } from "../api-fault.js";
import { apiRoute, type Caller } from "../api-route.js";
import { readBody, readQuery } from "../body.js";
import { Input } from "../input.js";
import type { SignatureRequest, Signer } from "../signature-requests/request.js";
import * as rules from "../signature-requests/signer-rules.js";
import { onTurn, signerOnTurn } from "../signature-requests/turns.js";
import { ownRequest } from "../signature-requests/visibility.js";
import type { Signing } from "../signing.js";
import { mayEmbed, originOf } from "./domains.js";
import { type DoneView, donePage, type Message, signPage, signScript, type Typed, typedIn } from "./page.js";
import { type Ticket, ticketMilliseconds } from "./tickets.js";

const openedPath = "/editor/embeddedSign";

export function embeddedRoutes(server: FastifyInstance, context: HttpContext, signing: Signing): void {
  const pages = new SignerPages(context, signing);
  serveAssets(server, [signScript]);
  apiRoute(server, context, "embeddedSignUrl", async ({ caller, params }) => ({
    embedded: await pages.signUrl(params.signature_id ?? "", caller),
  }));
  // Opened once: what only asks whether it is there must not open it.
  server.get(openedPath, { exposeHeadRoute: false }, (request, reply) => pages.openEmbedded(request, reply));
  server.get("/sign/:id", (request, reply) => pages.openFromMail(request, reply));
  server.post("/sign/:ticket", (request, reply) => pages.decide(request, reply));
}

class SignerPages {
  readonly #context: HttpContext;
  readonly #signing: Signing;

  constructor(context: HttpContext, signing: Signing) {
    this.#context = context;
    this.#signing = signing;
  }

  /** @throws {ApiFault} before the signer's turn, after it, and for a request that is signed by e-mail. */
  async signUrl(signatureId: string, caller: Caller): Promise<object> {
    const found = this.#signing.documents.findSignature(signatureId);
    if (found === undefined) throw new ApiFault("bad_request", "Signature not found");
    const request = await ownRequest(this.#signing.documents, this.#context, found.id, caller);
    if (!request.embedded)
      throw new ApiFault(
        "bad_request",
        "This signature request is not embedded: its signers are asked by email",
      );
    if (request.phase === "preparing")
      throw new ApiFault("conflict", "The files are still being prepared; try again");
    const signed = request.signers.some((one) => one.signatureId === signatureId && one.status === "signed");
    if (signed) throw new ApiFault("bad_request", "This request has already been signed");
    signerOnTurn(this.#signing.documents.request(request.id) ?? request, signatureId);
    const token = this.#token();
    const expiresAt = this.#context.now() + ticketMilliseconds;
    this.#signing.signUrls.add(token, { requestId: request.id, signatureId, expiresAt });
    return {
      sign_url: `${this.#context.issuer()}${openedPath}?signature_id=${signatureId}&token=${token}`,
      expires_at: Math.floor(expiresAt / 1000),
    };
  }

  /** The address in the iframe: it opens once, for the app that asked for it, on a page of that app. */
  async openEmbedded(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      return await this.#open(new Input(readQuery(request)), reply);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return this.#done(reply, { title: "This page cannot be opened", text: error.message }, error.status);
    }
  }

  /** @throws {ApiFault} for a query that cannot be read. */
  async #open(query: Input, reply: FastifyReply): Promise<FastifyReply> {
    const parentOrigin = originOf(query.optionalText("parent_url"));
    const refuse = (text: string) => {
      const messages = [{ type: "hellosign:error", payload: { code: "invalid_sign_url", message: text } }];
      return this.#send(
        reply,
        donePage({ title: "This page cannot be opened", text, parentOrigin, messages }),
        parentOrigin,
        400,
      );
    };
    const clientId = query.optionalText("client_id", { max: 100 });
    if (clientId === undefined) return refuse("Missing parameter: client_id");
    const ticket = this.#signing.signUrls.take(
      query.optionalText("token", { max: 100 }) ?? "",
      this.#context.now(),
    );
    if (ticket === undefined)
      return refuse("The link has been opened before, or its hour is over. Ask for a new sign_url.");
    const found = this.#signing.documents.request(ticket.requestId);
    if (found?.clientId !== clientId) return refuse("The client_id is not the one of the signature request.");
    const { testMode } = found;
    const within = { query, parentOrigin };
    if (!(await mayEmbed(this.#context, this.#signing.documents, { clientId, testMode }, within)))
      return refuse(
        "This page can only be viewed from the app's own domain, unless the signature request is a test and skipDomainVerification is on.",
      );
    const initialize = { type: "hellosign:initialize", payload: { signatureId: ticket.signatureId } };
    return this.#show({ ...ticket, parentOrigin }, reply, [initialize]);
  }

  /** A link of an e-mail names a signature; the one of the API a request, and so whoever is on turn. */
  async openFromMail(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { id } = request.params as { id: string };
    const { documents } = this.#signing;
    const found = documents.request(id) ?? documents.findSignature(id);
    const signatureId = found?.id === id ? onTurn(found)[0]?.signatureId : id;
    if (found === undefined || found.embedded || signatureId === undefined)
      return this.#done(
        reply,
        { title: "Nothing to sign here", text: "The link is wrong, or nobody is waiting to sign." },
        404,
      );
    return this.#show({ requestId: found.id, signatureId, expiresAt: 0 }, reply, []);
  }

  async decide(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { ticket: token } = request.params as { ticket: string };
    const ticket = this.#signing.openings.find(token, this.#context.now());
    const now = () => ticket && this.#signing.documents.request(ticket.requestId);
    const gone = () =>
      this.#done(reply, { title: "This page has expired", text: "Open the link again." }, 403);
    if (ticket === undefined || now() === undefined) return gone();
    let found: SignatureRequest | undefined;
    let input = new Input({});
    try {
      input = new Input((await readBody(request)).tree);
      // As it is after the wait: the page may have been sent twice.
      found = now();
      if (found === undefined) return gone();
      return this.#act(ticket, found, input, reply);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      found ??= now();
      if (found === undefined) return gone();
      const signer = found.signers.find(({ signatureId }) => signatureId === ticket.signatureId);
      if (signer === undefined)
        return this.#done(reply, { title: "This did not work", text: error.message }, error.status);
      return this.#form(ticket, token, found, signer, reply, [], { error, typed: typedIn(input) });
    }
  }

  #act(ticket: Ticket, found: SignatureRequest, input: Input, reply: FastifyReply): FastifyReply {
    const { signatureId, parentOrigin } = ticket;
    const now = this.#context.now();
    const signer = signerOnTurn(found, signatureId);
    switch (input.optionalChoice("decision", ["sign", "decline", "reassign"])) {
      case "decline": {
        const reason = input.text("reason", { max: 1000 });
        this.#signing.life.apply(rules.declined(found, signatureId, reason));
        const messages = [{ type: "hellosign:userDeclineRequest", payload: { signatureId, reason } }];
        return this.#done(reply, {
          title: "You declined",
          text: "The sender has been told.",
          parentOrigin,
          messages,
        });
      }
      case "reassign": {
        const to = {
          email: input.email("new-email"),
          name: input.text("new-name", { max: 255 }),
          reason: undefined,
          newId: this.#id(),
        };
        this.#signing.life.apply(rules.reassigned(found, signatureId, to, now));
        const messages = [
          {
            type: "hellosign:userReassignRequest",
            payload: { signatureId, reason: "", ...{ email: to.email, name: to.name } },
          },
        ];
        return this.#done(reply, {
          title: "Handed over",
          text: `${to.name} has been asked to sign.`,
          parentOrigin,
          messages,
        });
      }
      default: {
        if (signer.pin !== undefined && input.optionalText("pin") !== signer.pin)
          throw new ApiFault("bad_request", "The PIN is wrong.");
        input.text("signature", { max: 255 });
        this.#signing.life.apply(rules.signed(found, signatureId, now, valuesOf(found, input)));
        const messages = [
          { type: "hellosign:userSignRequest", payload: { signatureId } },
          { type: "hellosign:userFinishRequest" },
        ];
        const href = found.signingRedirectUrl;
        const link = href === undefined ? undefined : { href, label: "Continue" };
        return this.#done(reply, {
          title: "You have signed",
          text: "Thank you.",
          parentOrigin,
          messages,
          link,
        });
      }
    }
  }

  /** Opening the page counts as viewing. */
  async #show(ticket: Ticket, reply: FastifyReply, messages: readonly Message[]): Promise<FastifyReply> {
    const found = this.#signing.documents.request(ticket.requestId);
    try {
      if (found === undefined) throw new ApiFault("not_found", "The signature request is gone");
      const signer = signerOnTurn(found, ticket.signatureId);
      const { request } = this.#signing.life.apply(
        rules.viewed(found, ticket.signatureId, this.#context.now()),
      );
      const token = this.#token();
      const opened = { ...ticket, expiresAt: this.#context.now() + ticketMilliseconds };
      this.#signing.openings.add(token, opened);
      return this.#form(opened, token, request, signer, reply, messages);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      const { parentOrigin } = ticket;
      return this.#done(
        reply,
        { title: "This request cannot be signed", text: error.message, parentOrigin },
        error.status,
      );
    }
  }

  #form(
    { parentOrigin }: Ticket,
    token: string,
    request: SignatureRequest,
    signer: Signer,
    reply: FastifyReply,
    messages: readonly Message[],
    refused?: { readonly error: ApiFault; readonly typed: Typed },
  ): FastifyReply {
    const told = refused && { problem: refused.error.message, typed: refused.typed };
    const view = { request, parentOrigin, messages, action: `/sign/${token}`, ...told };
    const current = request.signers.find(({ signatureId }) => signatureId === signer.signatureId) ?? signer;
    return this.#send(
      reply,
      signPage({ ...view, signer: current }),
      parentOrigin,
      refused?.error.status ?? 200,
    );
  }

  #done(
    reply: FastifyReply,
    view: Partial<DoneView> & { title: string; text: string },
    status = 200,
  ): FastifyReply {
    const { parentOrigin, messages = [], link } = view;
    return this.#send(
      reply,
      donePage({ title: view.title, text: view.text, parentOrigin, messages, link }),
      parentOrigin,
      status,
    );
  }

  /** Only the app that embeds the page may frame it. */
  #send(
    reply: FastifyReply,
    page: Parameters<typeof sendPage>[1],
    parentOrigin: string | undefined,
    status: number,
  ): FastifyReply {
    sendPage(reply, page, status, [], parentOrigin);
    return reply;
  }

  #token = (): string => this.#context.randomBytes(32).toString("hex");
  #id = (): string => this.#context.randomBytes(16).toString("hex");
}

function valuesOf({ formFields }: SignatureRequest, input: Input): Record<string, string | boolean> {
  return Object.fromEntries(
    formFields.map(({ apiId, type }) => {
      const name = `field-${apiId}`;
      if (type === "checkbox") return [apiId, input.has(name)];
      return [apiId, input.optionalText(name) ?? input.optionalText("signature") ?? ""];
    }),
  );
}
