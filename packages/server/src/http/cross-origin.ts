/**
 * Calls of programs that run in a browser, from pages of any origin (CORS). Only endpoints that read no cookie allow
 * them: such a page gains nothing that it could not do from elsewhere.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { endpointOf } from "./endpoint.js";

/** Answers every request to such an endpoint so that the page may read it, errors of whatever kind included. */
export function allowCrossOrigin(server: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  server.addHook("onRoute", ({ url, method, config }) => {
    if (config?.endpoint?.crossOrigin !== true) return;
    const known = methods.get(url);
    const here = known ?? new Set<string>();
    for (const one of [method].flat()) here.add(one);
    if (known !== undefined) return;
    methods.set(url, here);
    server.options(url, async (request, reply) => answerPreflight(request, reply, here));
  });
  server.addHook("onRequest", (request, reply, done) => {
    if (endpointOf(request)?.crossOrigin) {
      reply.header("access-control-allow-origin", "*");
      reply.header("access-control-expose-headers", exposedHeaders);
    }
    done();
  });
}

const exposedHeaders =
  "www-authenticate, dpop-nonce, retry-after, x-request-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset";

/** Names of headers (RFC 9110 §5.6.2), few enough to be those of a program. */
const headerNames = /^[\w!#$%&'*+.^`|~-]{1,64}(\s*,\s*[\w!#$%&'*+.^`|~-]{1,64}){0,30}$/;

function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: ReadonlySet<string>,
): FastifyReply {
  const asked = request.headers["access-control-request-headers"];
  const headers = asked !== undefined && headerNames.test(asked) ? asked : "content-type, authorization";
  return reply
    .code(204)
    .header("access-control-allow-origin", "*")
    .header("access-control-allow-methods", [...methods].join(", "))
    .header("access-control-allow-headers", headers)
    .header("access-control-max-age", "7200")
    .header("vary", "access-control-request-headers")
    .send();
}
