/** One request of a person's browser: its session, read once however many ask, its forms' protection, its notes. */

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../pages/layout.js";
import type { SessionView } from "../storage/port/records.js";
import { type HttpContext, notesOf, type RequestNotes } from "./context.js";
import { endSession, sessionOfRequest } from "./login-form.js";
import { sendPage } from "./page.js";
import { queryOf } from "./target.js";

export class Visit {
  readonly context: HttpContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The query as it came: the authorization request that every step carries on. */
  readonly query: string;
  #session: Promise<SessionView | undefined> | undefined;

  constructor(context: HttpContext, request: FastifyRequest, reply: FastifyReply) {
    this.context = context;
    this.request = request;
    this.reply = reply;
    this.query = queryOf(request);
  }

  session(): Promise<SessionView | undefined> {
    this.#session ??= sessionOfRequest(this.context, this.request);
    return this.#session;
  }

  async endSession(): Promise<void> {
    await endSession(this.context, this.request);
    this.context.cookies.clear(this.reply, "session");
  }

  /** Returns the token for a form of this answer. */
  csrf(): string {
    return this.context.csrf.token(this.request, this.reply);
  }

  /** Returns whether a form that came back is of this browser's own visit. */
  isOwnForm(csrf: string | undefined): boolean {
    return this.context.csrf.verify(this.request, csrf);
  }

  note(notes: RequestNotes): void {
    Object.assign(notesOf(this.request), notes);
  }

  sendPage(page: Page, status = 200, formTargets: readonly string[] | "anywhere" = []): FastifyReply {
    return sendPage(this.reply, page, status, formTargets);
  }

  /** Sends the browser on. 303 after a form, never 307: it must not send the password on (RFC 9700 §4.12). */
  redirect(url: string, status: 302 | 303): FastifyReply {
    return this.reply.redirect(url, status);
  }
}
