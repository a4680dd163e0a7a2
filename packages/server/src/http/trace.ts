/** Begins the span of each request, keeps what is done for it within, and ends it with the answer. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestSpan, Tracing } from "../observer.js";
import { notesOf } from "./context.js";
import { answeredRequest, knownMethod } from "./observe.js";

/** Asked every few seconds, and no part of any trace. */
const probe = /\/(health|ready|metrics)$/;

export function traceRequests(server: FastifyInstance, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, RequestSpan>();
  const within = (request: FastifyRequest, run: () => void) => {
    const span = spans.get(request);
    if (span === undefined) run();
    else span.within(run);
  };
  server.addHook("onRequest", (request, reply, done) => {
    const route = request.routeOptions.url;
    if (route !== undefined && probe.test(route)) return done();
    const span = tracing.begin({
      id: request.id,
      method: knownMethod(request),
      route,
      traceparent: headerOf(request, "traceparent"),
      tracestate: headerOf(request, "tracestate"),
    });
    spans.set(request, span);
    notesOf(request).traceId = span.traceId;
    reply.header("traceresponse", span.header);
    within(request, done);
  });
  // The body arrived as events of the connection, which belong to no request.
  server.addHook("preValidation", (request, _reply, done) => within(request, done));
  server.addHook("onResponse", (request, reply, done) => {
    spans.get(request)?.end(answeredRequest(request, reply));
    done();
  });
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" && value.length <= 512 ? value : undefined;
}
