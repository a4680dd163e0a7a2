/** The playground's routes: each reads its form or query, takes one step, and sends the browser back to the page. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Page } from "../../pages/layout.js";
import { problemPage } from "../../pages/problem.js";
import type { ConnectableApp, Player } from "../connect/connect.js";
import type { ConnectView } from "../connect/view.js";
import type { KnownLogin } from "../pages/accounts.js";
import { betterAddress } from "./address.js";
import type { PlaygroundDocuments } from "./documents.js";
import { playgroundPage } from "./page/page.js";
import type { Features } from "./page/view.js";
import { isOwnForm, type Session, Sessions, setCookie } from "./sessions.js";
import { showRun } from "./show.js";
import { type Actions, actionsOf, type StepDependencies } from "./steps.js";

export interface PlaygroundDependencies {
  /** The app that is played. */
  readonly player: () => Promise<Player>;
  readonly connect: {
    readonly apps: () => Promise<ConnectableApp[]>;
    /** Returns what is wrong with the URL. */
    readonly register: (clientId: string, url: string) => Promise<string | undefined>;
  };
  readonly logins: readonly KnownLogin[];
  /** Where the server answers, without a slash at the end; asked at every request, as the port may be chosen late. */
  readonly baseUrl: () => string;
  readonly fetch: typeof fetch;
  readonly randomBytes: (count: number) => Buffer;
  /** Milliseconds; only differences are used. */
  readonly now: () => number;
  readonly profileName: string;
  readonly features: Features;
  readonly why: StepDependencies["why"];
  readonly documents?: PlaygroundDocuments | undefined;
  /** Sends a page with the headers that every page has. */
  readonly respondPage: (reply: FastifyReply, page: Page, status?: number) => unknown;
}

/** Who signs where the seed has one account: signers need none. */
const strangersEmail = "signer@example.com";

/** Adds the playground at `/` and `/playground/…`. Needs form bodies parsed to URLSearchParams. */
export function registerPlayground(server: FastifyInstance, deps: PlaygroundDependencies): void {
  const sessions = new Sessions(deps.randomBytes);
  const firstDocumentStep = deps.features.introspect ? 7 : 6;
  const about = {
    documents: deps.documents,
    firstDocumentStep,
    // Last: nothing works with tokens that were given up.
    revokeStep: firstDocumentStep + (deps.documents === undefined ? 0 : 4),
    otherThan: (email: string) => deps.logins.find((login) => login.email !== email)?.email ?? strangersEmail,
  };
  const actions = actionsOf({ ...deps, ...about, pkce: deps.features.pkce });

  server.get("/", async (request, reply) => {
    const player = await deps.player();
    const elsewhere = betterAddress(request.headers.host, player.callbackUrl);
    if (elsewhere?.same === true) return reply.redirect(elsewhere.href, 302);
    const session = sessionOf(sessions, request, reply, deps);
    const around = {
      ...deps,
      ...about,
      client: player,
      baseUrl: deps.baseUrl(),
      betterAddress: elsewhere?.href,
    };
    const connect = connectView(
      session,
      await deps.connect.apps(),
      queryOf(request).get("app"),
      around.baseUrl,
    );
    deps.respondPage(reply, playgroundPage({ ...showRun(session.run, session.csrf, around), connect }));
    return reply;
  });

  server.get("/playground/callback", async (request, reply) => {
    const session = sessionOf(sessions, request, reply, deps);
    actions.arrive(session, queryOf(request));
    const { refused } = session.run;
    const foreign = refused?.kind === "refused" && refused.reason === "unexpected";
    return reply.redirect(foreign ? "/#your-app" : "/#step-2", 303);
  });

  server.post("/playground/connect", async (request, reply) => {
    const session = sessions.find(request.headers.cookie);
    const form = formOf(request);
    if (session === undefined || !isOwnForm(session, factsOf(request, form)))
      return refuse(reply, deps, request.id);
    const clientId = form.get("client_id") ?? "";
    const typed = (form.get("callback_url") ?? "").trim();
    session.connect = { clientId, typed, problem: await deps.connect.register(clientId, typed) };
    if (session.connect.problem === undefined && session.run.refused?.kind === "refused")
      session.run.refused = undefined;
    return reply.redirect(`/?app=${encodeURIComponent(clientId)}#connect`, 303);
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

function connectView(
  { csrf, connect }: Session,
  apps: readonly ConnectableApp[],
  chosen: string | null,
  baseUrl: string,
): ConnectView {
  const app = apps.find(({ clientId }) => clientId === chosen) ?? apps[0];
  const mine = connect?.clientId === app?.clientId ? connect : undefined;
  const problem = mine?.problem;
  return {
    csrf,
    baseUrl,
    apps,
    app,
    typed: problem && mine?.typed,
    problem,
    saved: mine !== undefined && !problem,
  };
}

const posts = [
  "start",
  "exchange",
  "account",
  "refresh",
  "introspect",
  "revoke",
  "send",
  "sign",
  "download",
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
    todo: "Open the playground again and continue from there.",
    link: { href: "/", label: "Open the playground" },
    reference,
  });
  deps.respondPage(reply, page, 403);
  return reply;
}
