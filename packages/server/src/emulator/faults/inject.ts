/** Fastify hooks that let the ordered faults strike: before the handler, or on what it answers. */

import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { notesOf } from "../../http/context.js";
import { sendProblem } from "../../http/problem.js";
import { tierOf } from "../rate-tiers.js";
import { faultable, operationOf, routePath } from "../requests/operation.js";
import type { Recorder } from "../requests/recorder.js";
import { describeFault, type Fault, type FaultEffect, type FaultList } from "./fault.js";

/** The header of an answer that a fault has struck. Its value is the fault's id. */
export const faultHeader = "countersign-fault";

/** Adds the hooks, and with them the end of the recorder's work: it records what is really sent. */
export function injectFaults(server: FastifyInstance, recorder: Recorder, faults: FaultList): void {
  const struck = new WeakMap<FastifyRequest, Fault>();
  server.addHook("preHandler", async (request, reply) => {
    const draft = recorder.draftOf(request);
    if (draft === undefined || !faultable.includes(draft.facts.operation)) return undefined;
    const { operation, clientId } = draft.facts;
    const fault = faults.strike({ operation, clientId, method: request.method, path: routePath(request) });
    if (fault === undefined) return undefined;
    struck.set(request, fault);
    draft.fault = describeFault(fault);
    reply.header(faultHeader, fault.id);
    if (fault.delayMilliseconds > 0) await sleep(fault.delayMilliseconds, undefined, { ref: false });
    // Fastify goes on to the handler unless the hook hands back the reply it has sent.
    return strikeBefore(recorder, fault.effect, request, reply);
  });
  server.addHook("onSend", async (request, reply, payload) => {
    const kind = struck.get(request)?.effect.kind;
    const draft = recorder.draftOf(request);
    if (draft && kind === "lose_response") draft.unanswered = true;
    await recorder.complete(request, reply, payload);
    if (kind === "lose_response") request.raw.socket.destroy();
    return kind === "malformed_json" ? half(reply, payload) : payload;
  });
}

async function strikeBefore(
  recorder: Recorder,
  effect: FaultEffect,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  switch (effect.kind) {
    case "error":
      return answerError(effect, request, reply);
    case "rate_limit":
      return answerRateLimit(recorder, effect, request, reply);
    case "quota":
      return answerQuota(request, reply);
    case "drop": {
      const draft = recorder.draftOf(request);
      if (draft) draft.unanswered = true;
      reply.hijack();
      await recorder.complete(request, reply, undefined);
      request.raw.socket.destroy();
      return reply;
    }
  }
  return undefined;
}

function answerError(
  effect: Extract<FaultEffect, { kind: "error" }>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, body, headers, description } = effect;
  notesOf(request).reason = "fault_ordered";
  reply.headers(headers ?? {});
  if (body === undefined) {
    const error = status >= 500 ? "server_error" : "invalid_request";
    return sendProblem(request, reply, {
      status,
      error,
      description: description ?? "A fault that was ordered",
    });
  }
  reply.code(status).header("cache-control", "no-store");
  if (typeof body === "string" && !reply.hasHeader("content-type")) reply.type("text/html; charset=utf-8");
  return reply.send(body);
}

/** The documented headers in both spellings, and the documented body. */
function answerRateLimit(
  recorder: Recorder,
  effect: Extract<FaultEffect, { kind: "rate_limit" }>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { resetAfterSeconds, retryAfter } = effect;
  const limit = effect.limit ?? tierOf(operationOf(request)).limit;
  notesOf(request).reason = "rate_limited";
  reply.header("x-ratelimit-limit", String(limit));
  reply.header("x-ratelimit-remaining", "0");
  reply.header("x-ratelimit-limit-remaining", "0");
  reply.header("x-ratelimit-reset", String(Math.ceil(recorder.context.now() / 1000) + resetAfterSeconds));
  if (retryAfter) reply.header("retry-after", String(resetAfterSeconds));
  return sendProblem(request, reply, { status: 429, error: "slow_down", description: "Too many requests." });
}

function answerQuota(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  notesOf(request).reason = "quota_spent";
  const description =
    "You must either upgrade to a paid API plan (https://app.hellosign.com/api/pricing) or use the test_mode=1 parameter.";
  return sendProblem(request, reply, { status: 402, error: "payment_required", description });
}

function half(reply: FastifyReply, payload: unknown): unknown {
  if (typeof payload !== "string") return payload;
  reply.removeHeader("content-length");
  return payload.slice(0, Math.floor(payload.length / 2));
}
