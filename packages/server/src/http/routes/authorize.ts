/** The authorization endpoint (RFC 6749 §3.1): login, consent, decision. The request is validated anew at every step. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressKey } from "../../limits/address.js";
import { refusalCallback } from "../../oauth/authorize/code.js";
import { type Answer, type Decision, decide, mayLeadOn } from "../../oauth/authorize/consent.js";
import { withoutSatisfiedPrompts } from "../../oauth/authorize/prompts.js";
import { queryAfterLogin, readAuthorizationRequest } from "../../oauth/authorize/pushed-request.js";
import type { AuthorizationRequest, RefusedRequest } from "../../oauth/authorize/request.js";
import { type Endpoint, endpoints } from "../../oauth/endpoints.js";
import { knownClients } from "../../oauth/open-clients/open-clients.js";
import { type Refusal, wordedRefusal } from "../../oauth/refusal.js";
import type { App, SessionView } from "../../storage/port/records.js";
import { pathTo } from "../base-path.js";
import { readParameters } from "../body.js";
import type { HttpContext } from "../context.js";
import { serve } from "../endpoint.js";
import { logIn, signInElsewhere } from "../login-form.js";
import { queryParameters } from "../target.js";
import { Visit } from "../visit.js";
import { consentPageOf, expiredFormPage, loginPageOf, refusalPage } from "./authorize-pages.js";

export function authorizeRoutes(server: FastifyInstance, context: HttpContext): void {
  const route = (endpoint: Endpoint, step: (authorization: Authorization) => Promise<FastifyReply>) =>
    serve(server, endpoint, (request, reply) => step(new Authorization(context, request, reply)));
  route(endpoints.authorize, (authorization) => authorization.show());
  route(endpoints.decide, (authorization) => authorization.decide());
  route(endpoints.login, (authorization) => authorization.login());
  route(endpoints.switchAccount, (authorization) => authorization.switchAccount());
}

/** Longest request, in characters, that is put into a URL: browsers, proxies and this server read no longer headers. */
const longestQuery = 8000;

/** One request of an authorization: what it asks for, and whose browser asks. */
class Authorization {
  readonly #context: HttpContext;
  readonly #visit: Visit;

  constructor(context: HttpContext, request: FastifyRequest, reply: FastifyReply) {
    this.#context = context;
    this.#visit = new Visit(context, request, reply);
  }

  async show(): Promise<FastifyReply> {
    const validation = await this.#validate();
    if (validation.outcome !== "valid") return this.#refuse(validation);
    return this.#take(validation.request);
  }

  /** The answer to the consent page: `decision` is `allow` or `deny`. */
  async decide(): Promise<FastifyReply> {
    const visit = this.#visit;
    if (visit.query === "" && this.#context.profile.authorizeByPost) return this.#asQuery();
    const validation = await this.#validate();
    if (validation.outcome !== "valid") return this.#refuse(validation);
    const form = await readParameters(visit.request);
    const choice = form.optional("decision");
    if (!visit.isOwnForm(form.optional("csrf")) || (choice !== "allow" && choice !== "deny"))
      return this.#formExpired();
    return this.#take(validation.request, { choice, shown: true, showing: form.optional("showing") });
  }

  /** A request that an app posted is put into the query, where every step carries it on. Nothing has been decided by it. */
  async #asQuery(): Promise<FastifyReply> {
    const query = (await readParameters(this.#visit.request)).toQuery();
    if (query.length > longestQuery)
      return this.#refuseOnPage(
        wordedRefusal(
          "body_too_large",
          `The request must have at most ${longestQuery} characters as a query`,
        ),
        undefined,
      );
    return this.#visit.redirect(this.#onward(query), 303);
  }

  async login(): Promise<FastifyReply> {
    const { request, reply, query } = this.#visit;
    const validation = await this.#validate();
    if (validation.outcome !== "valid") return this.#refuse(validation);
    const wanted = validation.request;
    const login = await logIn(this.#context, request, reply, wanted.app.clientId);
    if (login.outcome === "refused") return this.#showLogin(wanted, login);
    // Of another tab: it satisfies no `prompt=login` or `max_age`, since nobody has given a password for this one.
    const showing = (await readParameters(request)).optional("showing");
    const satisfies = login.outcome === "logged_in";
    if (!satisfies && wanted.pushed === undefined) return this.#visit.redirect(this.#onward(query), 303);
    return this.#visit.redirect(this.#afterLogin(wanted, { satisfies, showing }), 303);
  }

  async switchAccount(): Promise<FastifyReply> {
    const form = await readParameters(this.#visit.request);
    if (this.#visit.isOwnForm(form.optional("csrf"))) await this.#visit.endSession();
    return this.#visit.redirect(this.#onward(this.#visit.query), 303);
  }

  #onward(query: string): string {
    return `${pathTo(this.#context, endpoints.authorize)}?${query}`;
  }

  #validate() {
    const context = this.#context;
    const { request } = this.#visit;
    const clients = knownClients(context, addressKey(context.addresses.of(request)));
    return readAuthorizationRequest(context, clients, queryParameters(request));
  }

  /** Takes the next step and shows where it leads. */
  async #take(wanted: AuthorizationRequest, answer?: Answer): Promise<FastifyReply> {
    const decision = await decide(this.#context, wanted, await this.#visit.session(), answer);
    switch (decision.step) {
      case "login":
        return this.#showLogin(wanted);
      case "ask":
        return this.#ask(wanted, decision.session, decision.canAllow);
      case "code":
        this.#visit.note({ clientId: wanted.app.clientId, accountId: decision.session.account.id });
        return this.#goBack(decision.callbackUrl, answer);
      case "refused":
        return this.#refused(wanted.app, decision, answer);
      case "spent":
        return this.#refuseOnPage(decision.refusal, wanted.app);
    }
  }

  #showLogin(
    wanted: AuthorizationRequest,
    failed: { problem?: string; email?: string | undefined; status?: number } = {},
  ): FastifyReply {
    const { signInUrl } = this.#context;
    if (signInUrl !== undefined) return this.#visit.redirect(this.#signInElsewhere(signInUrl, wanted), 303);
    return this.#visit.sendPage(loginPageOf(this.#visit, wanted, failed), failed.status, "anywhere");
  }

  /** Signing in satisfies `prompt=login`: asked for again, it would never end. */
  #signInElsewhere(signInUrl: string, wanted: AuthorizationRequest): string {
    return signInElsewhere(signInUrl, this.#afterLogin(wanted, { satisfies: true, showing: undefined }));
  }

  #afterLogin(
    { pushed }: AuthorizationRequest,
    login: { readonly satisfies: boolean; readonly showing: string | undefined },
  ): string {
    const query =
      pushed === undefined
        ? withoutSatisfiedPrompts(this.#visit.query)
        : queryAfterLogin(this.#context, pushed, login);
    return this.#onward(query);
  }

  async #ask(wanted: AuthorizationRequest, session: SessionView, canAllow: boolean): Promise<FastifyReply> {
    const owner = await this.#context.storage.findAccount(wanted.app.ownerId);
    const page = consentPageOf(this.#visit, wanted, { session, owner, canAllow });
    return this.#visit.sendPage(page, 200, "anywhere");
  }

  async #refused(
    app: App,
    { refusal, callbackUrl, atOnce }: Extract<Decision, { step: "refused" }>,
    answer: Answer | undefined,
  ): Promise<FastifyReply> {
    if (atOnce && !mayLeadOn(app, await this.#visit.session())) return this.#refuseOnPage(refusal, app);
    const { reason, detail } = refusal;
    this.#visit.note({ reason, detail, clientId: app.clientId });
    return this.#goBack(callbackUrl, answer);
  }

  /** A request that is not valid: a page where the callback is not known to be the app's, else as any refusal. */
  #refuse(validation: RefusedRequest): FastifyReply | Promise<FastifyReply> {
    const { refusal, app } = validation;
    if (validation.outcome === "page") return this.#refuseOnPage(refusal, app);
    const callbackUrl = refusalCallback(this.#context, validation, refusal);
    return this.#refused(validation.app, { step: "refused", refusal, callbackUrl, atOnce: true }, undefined);
  }

  #refuseOnPage(refusal: Refusal, app: App | undefined): FastifyReply {
    const { reason, detail } = refusal;
    this.#visit.note({ reason, detail, clientId: app?.clientId });
    if (refusal.retryAfterSeconds !== undefined)
      this.#visit.reply.header("retry-after", String(refusal.retryAfterSeconds));
    return this.#visit.sendPage(...refusalPage(this.#visit, refusal));
  }

  #formExpired(): FastifyReply {
    this.#visit.note({ reason: "csrf", detail: "the form is not of this browser's visit" });
    return this.#visit.sendPage(expiredFormPage(this.#visit), 403);
  }

  #goBack(callbackUrl: string, answer: Answer | undefined): FastifyReply {
    this.#visit.reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer");
    return this.#visit.redirect(callbackUrl, answer === undefined ? 302 : 303);
  }
}
