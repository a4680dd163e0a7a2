/** Fastify hooks that record requests: begun on arrival, complete before the answer leaves. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hashed } from "../../crypto/compare.js";
import { type HttpContext, notesOf } from "../../http/context.js";
import { parseJson } from "../../http/json.js";
import { pathOf } from "../../http/target.js";
import { openRefreshToken } from "../../oauth/tokens/opaque.js";
import { exchangeOf } from "./exchange.js";
import { adviceForPath, explain } from "./explain.js";
import { authorizationKey, type RequestFacts, readFacts, stateKey } from "./facts.js";
import type { Flows } from "./flows.js";
import { isLogged, operationOf } from "./operation.js";
import type { RequestLog } from "./request-log.js";

export interface Draft {
  readonly number: number;
  readonly time: number;
  facts: RequestFacts;
  flow: string | undefined;
  fault?: string;
  /** Set where no answer will arrive. */
  unanswered?: boolean;
}

export class Recorder {
  readonly #drafts = new WeakMap<FastifyRequest, Draft>();
  readonly context: HttpContext;
  readonly log: RequestLog;
  readonly flows: Flows;

  constructor(context: HttpContext, log: RequestLog, flows: Flows) {
    this.context = context;
    this.log = log;
    this.flows = flows;
  }

  /** Adds the hooks. Those that order faults must be added after these. */
  attach(server: FastifyInstance): void {
    server.addHook("onRequest", async (request) => {
      if (isLogged(request)) this.#drafts.set(request, this.#begin(request));
    });
    server.addHook("preHandler", async (request) => {
      const draft = this.#drafts.get(request);
      if (draft) await this.#learn(draft, request);
    });
  }

  draftOf(request: FastifyRequest): Draft | undefined {
    return this.#drafts.get(request);
  }

  /** Completes the record of a request. Called once, when what is sent is known. */
  async complete(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
    const draft = this.#drafts.get(request);
    if (draft === undefined) return;
    this.#drafts.delete(request);
    const { facts } = draft;
    const notes = notesOf(request);
    const location = locationOf(reply);
    const body = typeof payload === "string" ? jsonOf(payload) : undefined;
    this.#learnFromAnswer(draft, location, body);
    const status = draft.unanswered ? undefined : reply.statusCode;
    const { detail, advice, reason, cause } = await explain(this, facts, notes);
    if (reason !== undefined) notes.reason = reason;
    const path = pathOf(request).slice(0, 200);
    const accountId = notes.accountId ?? facts.accountId;
    this.log.add({
      number: draft.number,
      id: request.id,
      time: draft.time,
      direction: "in",
      method: request.method,
      path,
      operation: facts.operation,
      flow: draft.flow,
      clientId: notes.clientId ?? facts.clientId,
      account: await this.#emailOf(accountId, facts.parameters),
      parameters: facts.parameters,
      status,
      error: errorText(body) ?? location?.get("error_description") ?? undefined,
      reason,
      cause,
      detail,
      advice: [advice, adviceForPath(path, reason)].filter(Boolean).join(" ") || undefined,
      fault: draft.fault,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    });
    const answer = draft.unanswered ? undefined : reply;
    this.log.keep(draft.number, exchangeOf(request, answer, payload, this.context.issuer()));
  }

  #begin(request: FastifyRequest): Draft {
    const operation = operationOf(request);
    const facts = {
      operation,
      clientId: undefined,
      accountId: undefined,
      keys: [],
      begins: false,
      parameters: {},
      clientSecret: undefined,
      unreadBasic: false,
    };
    return { number: this.log.nextNumber(), time: this.context.now(), facts, flow: undefined };
  }

  async #learn(draft: Draft, request: FastifyRequest): Promise<void> {
    draft.facts = await readFacts(this.context, request);
    const { keys, begins, clientId, parameters } = draft.facts;
    draft.flow = this.flows.find(keys);
    const known = keys.some((key) => key.startsWith("family:")) && draft.facts.accountId !== undefined;
    if (draft.flow === undefined && !begins && !known) return;
    draft.flow ??= this.flows.create();
    for (const key of keys) this.flows.learn(key, draft.flow);
    const { state } = parameters;
    if (begins && clientId !== undefined && state !== undefined)
      this.flows.learn(stateKey(clientId, state), draft.flow);
  }

  #learnFromAnswer(draft: Draft, location: URLSearchParams | undefined, body: unknown): void {
    const { flow, facts } = draft;
    const code = location?.get("code") ?? codeOf(body);
    if (flow === undefined) return;
    if (code) this.flows.learn(`code:${hashed(code)}`, flow);
    if (facts.operation.startsWith("authorize") && (code || location?.get("error"))) {
      const { client_id = "", state = "", redirect_uri = "" } = facts.parameters;
      this.flows.forget(authorizationKey(client_id, state, redirect_uri));
    }
    const token = refreshTokenOf(body);
    const family = token === undefined ? undefined : openRefreshToken(this.context.ring, token)?.familyId;
    if (family !== undefined) this.flows.learn(`family:${family}`, flow);
    // What follows from an account's making, its confirmation and the event, belongs to the same story.
    const email = facts.parameters.email_address;
    if (facts.operation === "accountCreate" && family !== undefined && email !== undefined)
      this.flows.learn(`account:${email}`, flow);
  }

  async #emailOf(accountId: string | undefined, parameters: Readonly<Record<string, string>>) {
    const account = accountId && (await this.context.storage.findAccount(accountId).catch(() => undefined));
    return account ? account.email : (parameters.email_address ?? parameters.account);
  }
}

function locationOf(reply: FastifyReply): URLSearchParams | undefined {
  const location = reply.getHeader("location");
  if (typeof location !== "string") return undefined;
  const mark = location.indexOf("?");
  return mark < 0 ? undefined : new URLSearchParams(location.slice(mark + 1));
}

function jsonOf(text: string): unknown {
  if (!text.startsWith("{")) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The code in the answer of an authorization without a page. */
function codeOf(body: unknown): string | undefined {
  const code = (body as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

function refreshTokenOf(body: unknown): string | undefined {
  const answer = body as { refresh_token?: unknown; oauth_data?: { refresh_token?: unknown } } | undefined;
  const token = answer?.refresh_token ?? answer?.oauth_data?.refresh_token;
  return typeof token === "string" ? token : undefined;
}

/** The message of an error body in either shape. */
function errorText(body: unknown): string | undefined {
  const answer = body as { error?: unknown; error_description?: unknown } | undefined;
  if (typeof answer?.error_description === "string") return answer.error_description;
  const message = (answer?.error as { error_msg?: unknown } | undefined)?.error_msg;
  return typeof message === "string" ? message : undefined;
}
