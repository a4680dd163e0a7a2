/** The playground's routes: each reads its form or query, takes one step, and sends the browser back to the page. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../../pages/layout.js";
import { problemPage } from "../../pages/problem.js";
import type { KnownLogin } from "../pages/accounts.js";
import { betterAddress } from "./address.js";
import { playgroundPage } from "./page/page.js";
import { isOwnForm, type Session, Sessions, setCookie } from "./sessions.js";
import { showRun } from "./show.js";
import { type Actions, actionsOf } from "./steps.js";

export interface PlaygroundDependencies {
  readonly client: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly name: string;
    readonly callbackUrl: string;
  };
  readonly logins: readonly KnownLogin[];
  /** Where the server answers, without a slash at the end; asked at every request, as the port may be chosen late. */
  readonly baseUrl: () => string;
  readonly fetch: typeof fetch;
  readonly randomBytes: (count: number) => Buffer;
  /** Milliseconds; only differences are used. */
  readonly now: () => number;
  readonly profileName: string;
  /** Sends a page with the headers that every page has. */
  readonly respondPage: (reply: FastifyReply, page: Page, status?: number) => unknown;
}

/** Adds the playground at `/` and `/playground/…`. Needs form bodies parsed to URLSearchParams. */
export function registerPlayground(server: FastifyInstance, deps: PlaygroundDependencies): void {
  const sessions = new Sessions(deps.randomBytes);
  const actions = actionsOf(deps);

  server.get("/", async (request, reply) => {
    const elsewhere = betterAddress(request.headers.host, deps.client.callbackUrl);
    if (elsewhere?.same === true) return reply.redirect(elsewhere.href, 302);
    const session = sessionOf(sessions, request, reply, deps);
    const around = { ...deps, baseUrl: deps.baseUrl(), betterAddress: elsewhere?.href };
    deps.respondPage(reply, playgroundPage(showRun(session.run, session.csrf, around)));
    return reply;
  });

  server.get("/playground/callback", async (request, reply) => {
    const session = sessionOf(sessions, request, reply, deps);
    actions.arrive(session, queryOf(request));
    return reply.redirect("/#step-2", 303);
  });

  for (const path of posts) {
    server.post(`/playground/${path}`, async (request, reply) => {
      const session = sessions.find(request.headers.cookie);
      const form = formOf(request);
      if (session === undefined || !isOwnForm(session, factsOf(request, form)))
        return refuse(reply, deps, request.id);
      return reply.redirect(await actions[path](session, form), 303);
    });
  }
}

const posts = [
  "start",
  "exchange",
  "account",
  "refresh",
  "forge-state",
  "reset",
] as const satisfies (keyof Actions)[];

function sessionOf(
  sessions: Sessions,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: PlaygroundDependencies,
): Session {
  const known = sessions.find(request.headers.cookie);
  if (known) return known;
  const session = sessions.create();
  reply.header("set-cookie", setCookie(session, deps.baseUrl().startsWith("https:")));
  return session;
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const target = request.raw.url ?? "";
  const start = target.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : target.slice(start + 1));
}

function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}

function factsOf(request: FastifyRequest, form: URLSearchParams) {
  const { origin, host, "sec-fetch-site": fetchSite } = request.headers;
  return {
    csrf: form.get("csrf") ?? undefined,
    origin,
    host,
    fetchSite: Array.isArray(fetchSite) ? fetchSite.join() : fetchSite,
  };
}

function refuse(reply: FastifyReply, deps: PlaygroundDependencies, reference: string): FastifyReply {
  const page = problemPage({
    status: 403,
    title: "This form is out of date",
    what: "It was not made for this browser by the server as it runs now. Nothing was done.",
    todo: "Open the playground again and go on from there.",
    link: { href: "/", label: "Open the playground" },
    reference,
  });
  deps.respondPage(reply, page, 403);
  return reply;
}
