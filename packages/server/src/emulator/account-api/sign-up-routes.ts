/** `POST /v3/account/create`, and the page behind the link of the confirmation e-mail. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { accountResource } from "../../accounts/account-resource.js";
import { createAccount } from "../../accounts/create-account.js";
import {
  accountOfConfirmation,
  confirmAccount,
  confirmationToken,
  grantToMaker,
  shortestPassword,
} from "../../accounts/sign-up.js";
import { callerAccount } from "../../http/api-access.js";
import { readParameters } from "../../http/body.js";
import { type HttpContext, notesOf } from "../../http/context.js";
import { serve } from "../../http/endpoint.js";
import { sendJson } from "../../http/json.js";
import { sendPage } from "../../http/page.js";
import { limitApiRequest } from "../../http/rate-limits.js";
import { queryParameters } from "../../http/target.js";
import { authenticateClient, readCredentials } from "../../oauth/client/authentication.js";
import type { Parameters } from "../../oauth/parameters.js";
import { wordedRefusal } from "../../oauth/refusal.js";
import { problemPage } from "../../pages/problem.js";
import type { Account, App } from "../../storage/port/records.js";
import { emulatorEndpoints } from "../endpoints.js";
import { accountChangeScopes, readEmail, readLocale } from "./account-settings-routes.js";
import { confirmedPage, confirmPage } from "./confirm-page.js";

/** What signing up needs of the world. */
export interface SignUpPorts {
  sendConfirmation(account: Account, link: string): Promise<void>;
  /** An account was confirmed that an app had made, or that came by itself. */
  confirmed(account: Account): Promise<void>;
}

export function signUpRoutes(server: FastifyInstance, context: HttpContext, ports: SignUpPorts): void {
  const routes = new SignUpRoutes(context, ports);
  serve(server, emulatorEndpoints.accountCreate, (request, reply) => routes.create(request, reply));
  serve(server, emulatorEndpoints.confirmPage, (request, reply) => routes.show(request, reply));
  serve(server, emulatorEndpoints.confirm, (request, reply) => routes.confirm(request, reply));
}

class SignUpRoutes {
  readonly #context: HttpContext;
  readonly #ports: SignUpPorts;

  constructor(context: HttpContext, ports: SignUpPorts) {
    this.#context = context;
    this.#ports = ports;
  }

  async create(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const context = this.#context;
    const ports = this.#ports;
    const caller = await callerAccount(context, request, reply, accountChangeScopes);
    if (caller === undefined) return reply;
    await limitApiRequest(context, reply, caller.id);
    const parameters = await readParameters(request);
    const email = readEmail(parameters);
    const locale = readLocale(parameters);
    const app = await this.#appOf(parameters);
    const account = await createAccount(context, {
      email,
      password: undefined,
      confirmed: false,
      ...(locale !== undefined && { locale }),
      ...(app && { createdByClient: app.clientId }),
    });
    if (account === undefined)
      throw wordedRefusal(
        "parameter_malformed",
        "an account with this email address exists",
        "email_address",
      );
    Object.assign(notesOf(request), { clientId: app?.clientId, accountId: account.id });
    const oauth = app && { oauth_data: await grantToMaker(context, app, account) };
    await ports.sendConfirmation(account, confirmationLink(context, account));
    return sendJson(reply, { ...accountResource(account), ...oauth });
  }

  async show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const account = await this.#accountOf(request);
    if (account === undefined) return this.#badLink(request, reply);
    if (account.confirmedAt !== undefined) return sendPage(reply, confirmedPage({ email: account.email }));
    return this.#form(request, reply, account);
  }

  async confirm(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const account = await this.#accountOf(request);
    if (account === undefined) return this.#badLink(request, reply);
    const form = await readParameters(request);
    if (!this.#context.csrf.verify(request, form.optional("csrf")))
      return this.#form(request, reply, account, "This form has expired. Please try again.", 403);
    const password = form.optional("password") ?? "";
    if (account.passwordHash === undefined && password.length < shortestPassword) {
      const problem = `Choose a password of at least ${shortestPassword} characters.`;
      return this.#form(request, reply, account, problem, 400);
    }
    const confirmed = await confirmAccount(this.#context, account, password);
    Object.assign(notesOf(request), { clientId: account.createdByClient, accountId: account.id });
    if (confirmed) await this.#ports.confirmed(confirmed);
    return sendPage(reply, confirmedPage({ email: account.email }));
  }

  #form(request: FastifyRequest, reply: FastifyReply, account: Account, problem?: string, status = 200) {
    const token = confirmationToken(this.#context.ring, account);
    const page = confirmPage({
      action: `/account/confirm?token=${encodeURIComponent(token)}`,
      csrf: this.#context.csrf.token(request, reply),
      email: account.email,
      shortestPassword,
      problem,
    });
    return sendPage(reply, page, status);
  }

  #accountOf(request: FastifyRequest): Promise<Account | undefined> {
    const token = queryParameters(request).optional("token") ?? "";
    return accountOfConfirmation(this.#context.ring, this.#context.storage, token);
  }

  #badLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const page = problemPage({
      status: 400,
      title: "This link cannot be used",
      what: "Part of it is missing, or the account no longer exists.",
      todo: "Open the link in the email again, exactly as it is.",
      reference: request.id,
    });
    return sendPage(reply, page, 400);
  }

  /** The app is named by its credentials; without any, the account belongs to no app. */
  async #appOf(parameters: Parameters): Promise<App | undefined> {
    const credentials = readCredentials(this.#context.profile, parameters, undefined);
    if (credentials.clientId === undefined && credentials.secret === undefined) return undefined;
    const app = await authenticateClient(this.#context, credentials);
    // Anybody can claim to be a public app, and would get tokens in its name.
    if (app.public)
      throw wordedRefusal("client_not_allowed", "A public app cannot make accounts: it proves nothing");
    return app;
  }
}

/** Returns the address that the confirmation e-mail leads to. */
export function confirmationLink(context: HttpContext, account: Account): string {
  const token = confirmationToken(context.ring, account);
  return `${context.issuer()}/account/confirm?token=${encodeURIComponent(token)}`;
}
