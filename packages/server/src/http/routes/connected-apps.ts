/** What a person sees of their own: sign in, the apps connected to their account, sign out. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { endpoints } from "../../oauth/endpoints.js";
import { provenanceOf } from "../../oauth/open-clients/open-clients.js";
import { describeScope } from "../../oauth/scope.js";
import { connectedAppsPage } from "../../pages/connected-apps.js";
import { signedOutPage } from "../../pages/home.js";
import { loginPage } from "../../pages/login.js";
import { problemPage } from "../../pages/problem.js";
import type { App } from "../../storage/port/records.js";
import { pathTo } from "../base-path.js";
import { readParameters } from "../body.js";
import { type HttpContext, notesOf } from "../context.js";
import { serve } from "../endpoint.js";
import { endSession, logIn, sessionOfRequest, signInElsewhere } from "../login-form.js";
import { sendPage } from "../page.js";
import { queryParameters } from "../target.js";

export function connectedAppsRoutes(server: FastifyInstance, context: HttpContext): void {
  const routes = new ConnectedAppsRoutes(context);
  serve(server, endpoints.connectedApps, (request, reply) => routes.show(request, reply));
  serve(server, endpoints.connectedAppsLogin, (request, reply) => routes.login(request, reply));
  serve(server, endpoints.connectedAppsRevoke, (request, reply) => routes.revoke(request, reply));
  serve(server, endpoints.connectedAppsLogout, (request, reply) => routes.logout(request, reply));
}

class ConnectedAppsRoutes {
  readonly #context: HttpContext;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  async show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const session = await sessionOfRequest(this.#context, request);
    if (session === undefined) return this.#showLogin(request, reply);
    const connected = await this.#context.storage.listGrants(session.account.id);
    const apps = connected.map(async ({ grant, app }) => ({
      name: app.name,
      runBy: await this.#runBy(app),
      scopes: grant.scopes.map((scope) => describeScope(this.#context.profile, app, scope).title),
      since: dayInWords(grant.createdAt),
      revokeAction: `${pathTo(this.#context, endpoints.connectedAppsRevoke)}?client_id=${encodeURIComponent(app.clientId)}`,
    }));
    const page = connectedAppsPage({
      accountEmail: session.account.email,
      csrf: this.#context.csrf.token(request, reply),
      apps: await Promise.all(apps),
      signOutAction: pathTo(this.#context, endpoints.connectedAppsLogout),
      notice: queryParameters(request).has("revoked") ? "The app no longer has access." : undefined,
    });
    return sendPage(reply, page);
  }

  async #runBy(app: App): Promise<string> {
    const provenance = provenanceOf(app);
    if (provenance !== undefined) return provenance.host ?? "an unknown person: it registered itself";
    return (await this.#context.storage.findAccount(app.ownerId))?.email ?? "";
  }

  async login(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const login = await logIn(this.#context, request, reply);
    if (login.outcome === "refused") {
      return this.#showLogin(request, reply, login.problem, login.email, login.status);
    }
    return reply.redirect(pathTo(this.#context, endpoints.connectedApps), 303);
  }

  async revoke(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const context = this.#context;
    const form = await readParameters(request);
    const session = await sessionOfRequest(this.#context, request);
    const clientId = queryParameters(request).optional("client_id");
    if (session === undefined) return this.#showLogin(request, reply);
    if (!context.csrf.verify(request, form.optional("csrf")) || clientId === undefined) {
      return this.#formExpired(request, reply);
    }
    await context.storage.revokeGrant(session.account.id, clientId, context.now());
    context.audit("grant_revoked", { clientId, accountId: session.account.id });
    return reply.redirect(`${pathTo(this.#context, endpoints.connectedApps)}?revoked`, 303);
  }

  async logout(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const form = await readParameters(request);
    if (!this.#context.csrf.verify(request, form.optional("csrf"))) return this.#formExpired(request, reply);
    await endSession(this.#context, request);
    this.#context.cookies.clear(reply, "session");
    return sendPage(reply, signedOutPage({ signInHref: pathTo(this.#context, endpoints.connectedApps) }));
  }

  #showLogin(
    request: FastifyRequest,
    reply: FastifyReply,
    problem?: string,
    email?: string,
    status = 200,
  ): FastifyReply {
    const { signInUrl } = this.#context;
    if (signInUrl !== undefined)
      return reply.redirect(signInElsewhere(signInUrl, pathTo(this.#context, endpoints.connectedApps)), 303);
    const page = loginPage({
      action: pathTo(this.#context, endpoints.connectedAppsLogin),
      csrf: this.#context.csrf.token(request, reply),
      email,
      problem,
      wrong: status === 401,
    });
    return sendPage(reply, page, status);
  }

  #formExpired(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    Object.assign(notesOf(request), { reason: "csrf", detail: "the form is not of this browser's visit" });
    const page = problemPage({
      status: 403,
      title: "This form has expired",
      what: "Nothing was changed.",
      todo: "Go back and try again.",
      reference: request.id,
      link: { href: pathTo(this.#context, endpoints.connectedApps), label: "Connected apps" },
    });
    return sendPage(reply, page, 403);
  }
}

/** `1 May 2026`, in UTC as all times here. */
function dayInWords(time: number): string {
  return new Date(time).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
}
