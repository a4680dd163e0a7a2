/** The authorization endpoint (RFC 6749 §3.1): login, consent, decision. The request is validated anew at every step. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { issueCode, refusalCallback } from "../../oauth/authorize/code.js";
import { nextStep } from "../../oauth/authorize/next-step.js";
import {
  type AuthorizationRequest,
  type Validation,
  validateAuthorizationRequest,
} from "../../oauth/authorize/request.js";
import { publicError } from "../../oauth/profile/public-error.js";
import { Refusal } from "../../oauth/refusal.js";
import { describeScope } from "../../oauth/scope.js";
import { isOpenTo } from "../../oauth/tokens/family.js";
import { consentPage } from "../../pages/consent.js";
import { loginPage } from "../../pages/login.js";
import { problemPage } from "../../pages/problem.js";
import type { App, SessionView } from "../../storage/storage.js";
import { readParameters } from "../body.js";
import { type HttpContext, notesOf } from "../context.js";
import { endSession, logIn, sessionOfRequest } from "../login-form.js";
import { sendPage } from "../page.js";
import { queryOf, queryParameters } from "../target.js";

export function authorizeRoutes(server: FastifyInstance, context: HttpContext): void {
  const routes = new AuthorizeRoutes(context);
  server.get("/oauth/authorize", (request, reply) => routes.show(request, reply));
  server.post("/oauth/authorize", (request, reply) => routes.decide(request, reply));
  server.post("/oauth/authorize/login", (request, reply) => routes.login(request, reply));
  server.post("/oauth/authorize/switch", (request, reply) => routes.switchAccount(request, reply));
}

class AuthorizeRoutes {
  readonly #context: HttpContext;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  async show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const validation = await this.#validate(request);
    if (validation.outcome !== "valid") return this.#refuse(request, reply, validation);
    return this.#showStep(request, reply, validation.request);
  }

  /** The answer to the consent page: `decision` is `allow` or `deny`. */
  async decide(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const validation = await this.#validate(request);
    if (validation.outcome !== "valid") return this.#refuse(request, reply, validation);
    const form = await readParameters(request);
    const wanted = validation.request;
    if (!this.#context.csrf.verify(request, form.optional("csrf"))) return this.#formExpired(request, reply);
    const session = await sessionOfRequest(this.#context, request);
    const { step } = await this.#stepFor(wanted, session);
    if (step === "login" || session === undefined) return this.#showStep(request, reply, wanted);
    const decision = form.optional("decision");
    if (decision === "deny") {
      const event = step === "not_approved" ? "app_not_approved" : "denied_by_user";
      this.#context.audit("consent_denied", this.#who(wanted, session));
      return this.#refuseAtCallback(request, reply, wanted, new Refusal(event, "the user chose deny"), 303);
    }
    if (decision !== "allow") return this.#formExpired(request, reply);
    if (step === "not_approved") {
      const refusal = new Refusal(
        "app_not_approved",
        "only the app's owner may authorize it until it is approved",
      );
      return this.#refuseAtCallback(request, reply, wanted, refusal, 303);
    }
    this.#context.audit("consent_given", this.#who(wanted, session));
    return this.#sendCode(request, reply, wanted, session, 303);
  }

  async login(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const validation = await this.#validate(request);
    if (validation.outcome !== "valid") return this.#refuse(request, reply, validation);
    const wanted = validation.request;
    const login = await logIn(this.#context, request, reply, wanted.app.clientId);
    if (login.outcome === "refused") {
      return this.#showLogin(request, reply, wanted, login.problem, login.email, login.status);
    }
    return reply.redirect(`/oauth/authorize?${withoutSatisfiedPrompts(queryOf(request))}`, 303);
  }

  async switchAccount(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const form = await readParameters(request);
    if (this.#context.csrf.verify(request, form.optional("csrf"))) {
      await endSession(this.#context, request);
      this.#context.cookies.clear(reply, "session");
    }
    return reply.redirect(`/oauth/authorize?${queryOf(request)}`, 303);
  }

  #validate(request: FastifyRequest): Promise<Validation> {
    const parameters = queryParameters(request);
    return validateAuthorizationRequest(this.#context.profile, this.#context.storage, parameters);
  }

  async #stepFor(wanted: AuthorizationRequest, session: SessionView | undefined) {
    const context = this.#context;
    const grant = session && (await context.storage.findGrant(session.account.id, wanted.app.clientId));
    return nextStep(context.profile, wanted, { session, grant, now: context.now() });
  }

  async #showStep(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: AuthorizationRequest,
  ): Promise<FastifyReply> {
    const session = await sessionOfRequest(this.#context, request);
    const next = await this.#stepFor(wanted, session);
    if (next.step === "refuse") return this.#refuseAtOnce(request, reply, wanted, next.refusal);
    if (next.step === "login" || session === undefined) return this.#showLogin(request, reply, wanted);
    if (next.step === "code") return this.#sendCode(request, reply, wanted, session);
    return this.#showConsent(request, reply, wanted, session, next.step === "consent");
  }

  #showLogin(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: AuthorizationRequest,
    problem?: string,
    email?: string,
    status = 200,
  ): FastifyReply {
    const page = loginPage({
      action: `/oauth/authorize/login?${queryOf(request)}`,
      csrf: this.#context.csrf.token(request, reply),
      appName: wanted.app.name,
      email: email ?? wanted.loginHint,
      problem,
    });
    return sendPage(reply, page, status, "anywhere");
  }

  async #showConsent(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: AuthorizationRequest,
    session: SessionView,
    canAllow: boolean,
  ): Promise<FastifyReply> {
    const owner = await this.#context.storage.findAccount(wanted.app.ownerId);
    const query = queryOf(request);
    const notice = canAllow
      ? undefined
      : "This app has not been approved yet. Until it is, only its owner can allow it.";
    const page = consentPage({
      action: `/oauth/authorize?${query}`,
      csrf: this.#context.csrf.token(request, reply),
      appName: wanted.app.name,
      ownerEmail: owner?.email ?? "",
      accountEmail: session.account.email,
      scopes: wanted.scopes.map((name) => ({ name, ...describeScope(name) })),
      callbackHost: hostOf(wanted.redirectUri),
      switchAccountAction: `/oauth/authorize/switch?${query}`,
      notice,
      canAllow,
    });
    return sendPage(reply, page, 200, "anywhere");
  }

  async #sendCode(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: AuthorizationRequest,
    session: SessionView,
    status: 302 | 303 = 302,
  ): Promise<FastifyReply> {
    const { callbackUrl } = await issueCode(this.#context, wanted, session.account);
    Object.assign(notesOf(request), this.#who(wanted, session));
    return redirectToCallback(reply, callbackUrl, status);
  }

  /** A page where the callback is not known to be the app's; the callback otherwise. */
  async #refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    validation: Exclude<Validation, { outcome: "valid" }>,
  ): Promise<FastifyReply> {
    const { refusal, app } = validation;
    if (validation.outcome === "page") return this.#refuseOnPage(request, reply, refusal, app);
    return this.#refuseAtOnce(request, reply, validation, refusal);
  }

  /**
   * A refusal that no person has clicked for. Whoever can register an app could make a link to this server lead
   * anywhere: only to an approved app, or with the owner's own browser, is it followed (RFC 9700 §4.11.2).
   */
  async #refuseAtOnce(
    request: FastifyRequest,
    reply: FastifyReply,
    to: { redirectUri: string; state: string | undefined; app: App },
    refusal: Refusal,
  ): Promise<FastifyReply> {
    const session = await sessionOfRequest(this.#context, request);
    if (!isOpenTo(to.app, session?.account.id)) return this.#refuseOnPage(request, reply, refusal, to.app);
    return this.#refuseAtCallback(request, reply, to, refusal);
  }

  #refuseOnPage(
    request: FastifyRequest,
    reply: FastifyReply,
    refusal: Refusal,
    app: App | undefined,
  ): FastifyReply {
    Object.assign(notesOf(request), {
      reason: refusal.reason,
      detail: refusal.detail,
      clientId: app?.clientId,
    });
    const { description } = publicError(this.#context.profile, refusal);
    const page = problemPage({
      status: 400,
      title: "This link cannot be used",
      what: explanations[refusal.reason] ?? description,
      todo: "Go back to the app you came from. If you build that app, the details below say what to change.",
      details: [
        ["Answer", description],
        ["Why", refusal.detail],
        ...(refusal.parameter ? [["Parameter", refusal.parameter] as const] : []),
      ],
      reference: request.id,
    });
    return sendPage(reply, page, 400);
  }

  #refuseAtCallback(
    request: FastifyRequest,
    reply: FastifyReply,
    to: { redirectUri: string; state: string | undefined; app: { clientId: string } },
    refusal: Refusal,
    status: 302 | 303 = 302,
  ): FastifyReply {
    const { reason, detail } = refusal;
    Object.assign(notesOf(request), { reason, detail, clientId: to.app.clientId });
    return redirectToCallback(reply, refusalCallback(this.#context, to, refusal), status);
  }

  #formExpired(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    Object.assign(notesOf(request), { reason: "csrf", detail: "the form is not of this browser's visit" });
    const page = problemPage({
      status: 403,
      title: "This form has expired",
      what: "The page was open for too long, cookies are blocked, or it was sent from another site. Nothing was changed.",
      todo: "Go back to the start and try again. Your browser must accept cookies of this site.",
      reference: request.id,
      link: { href: `/oauth/authorize?${queryOf(request)}`, label: "Start again" },
    });
    return sendPage(reply, page, 403);
  }

  #who(wanted: AuthorizationRequest, session: SessionView) {
    return { clientId: wanted.app.clientId, accountId: session.account.id };
  }
}

const explanations: Readonly<Record<string, string>> = {
  client_unknown: "The app that sent you here is not known to this server.",
  redirect_uri_mismatch:
    "The app asked to send you to an address that it has not registered. You were not sent there.",
};

/** 303 after a form, never 307: the browser must not send the password on (RFC 9700 §4.12). */
function redirectToCallback(reply: FastifyReply, url: string, status: 302 | 303): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("referrer-policy", "no-referrer")
    .redirect(url, status);
}

function hostOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  return url.host === "" ? url.protocol : url.host;
}

/** After a login, `prompt=login` and `max_age` are satisfied. */
function withoutSatisfiedPrompts(query: string): string {
  const parameters = new URLSearchParams(query);
  const prompts = (parameters.get("prompt") ?? "")
    .split(" ")
    .filter((word) => word !== "login" && word !== "");
  if (prompts.length === 0) parameters.delete("prompt");
  else parameters.set("prompt", prompts.join(" "));
  parameters.delete("max_age");
  return parameters.toString();
}
