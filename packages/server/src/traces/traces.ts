/**
 * Spans of OpenTelemetry: a request, the acts on the database within it, and the commits that acts of several requests
 * share. They hold names of the server's own, numbers and ids; nothing that a caller sent.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { BegunRequest, ObservedRequest, RequestSpan, Tracing } from "../observer.js";
import type { CommitWatch } from "../storage/commit-watch.js";
import type { AroundVerb } from "../storage/measured.js";

export interface Traces {
  readonly tracing: Tracing;
  readonly verbs: AroundVerb;
  readonly commits: CommitWatch;
}

export function createTraces(tracer: Tracer): Traces {
  const current = new AsyncLocalStorage<Span>();
  return {
    tracing: { begin: (request) => requestSpan(tracer, current, request) },
    verbs: (name, run) => verbSpan(tracer, current, name, run),
    commits: { waits: () => current.getStore(), begins: (name, acts) => commitSpan(tracer, name, acts) },
  };
}

const within = (span: Span) => trace.setSpan(ROOT_CONTEXT, span);
const failure = { code: SpanStatusCode.ERROR };

function requestSpan(tracer: Tracer, current: AsyncLocalStorage<Span>, request: BegunRequest): RequestSpan {
  const { id, method, route } = request;
  const attributes = {
    "http.request.method": method === "other" ? "_OTHER" : method,
    ...(route !== undefined && { "http.route": route }),
    "countersign.request_id": id,
  };
  const name = route === undefined ? method : `${method} ${route}`;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, callerOf(request));
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    header: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
    // What is within a request that is not kept need not be noted either.
    within: span.isRecording() ? (run) => current.run(span, run) : (run) => run(),
    end: (answered) => endRequest(span, answered),
  };
}

function endRequest(span: Span, { operation, status, reason }: ObservedRequest): void {
  span.setAttributes({ "http.response.status_code": status, "countersign.operation": operation });
  if (reason !== "") span.setAttribute("countersign.reason", reason);
  if (status >= 500) span.setStatus(failure);
  span.end();
}

/** The caller's span (W3C Trace Context §3.2.2). What cannot be read is as if it were not there. */
function callerOf({ traceparent = "", tracestate }: BegunRequest): Context {
  const [, version, traceId = "", spanId = "", flags = ""] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(traceparent) ?? [];
  const caller = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  if (version === "ff" || !isSpanContextValid(caller)) return ROOT_CONTEXT;
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, { ...caller, ...(traceState && { traceState }) });
}

/** An act outside a request, such as a purge, has no span. */
async function verbSpan<T>(
  tracer: Tracer,
  current: AsyncLocalStorage<Span>,
  name: string,
  run: () => Promise<T>,
): Promise<T> {
  const parent = current.getStore();
  if (parent === undefined) return run();
  const span = tracer.startSpan(`storage ${name}`, {}, within(parent));
  try {
    return await current.run(span, run);
  } catch (error) {
    span.setStatus(failure);
    throw error;
  } finally {
    span.end();
  }
}

/** One commit belongs to many acts: it is below the first of them, and linked to the others. */
function commitSpan(tracer: Tracer, name: string, acts: readonly unknown[]): (failed: boolean) => void {
  const [first, ...others] = (acts as (Span | undefined)[]).filter(
    (span) => span?.isRecording() === true,
  ) as Span[];
  if (first === undefined) return () => {};
  const links = others.map((span) => ({ context: span.spanContext() }));
  const span = tracer.startSpan(
    name,
    { links, attributes: { "countersign.acts": acts.length } },
    within(first),
  );
  return (failed) => {
    if (failed) span.setStatus(failure);
    span.end();
  };
}
