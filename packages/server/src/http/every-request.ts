/** What holds for every request and answer, whichever route it is for. */

import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { HttpContext } from "./context.js";
import { sendProblem } from "./problem.js";

/** How long a browser remembers to come by TLS alone, in seconds (RFC 6797 §6.1.1). */
const strictTransportSeconds = 31_536_000;

export function beginEveryRequest(server: FastifyInstance, strictTransport: boolean): void {
  server.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    if (strictTransport) reply.header("strict-transport-security", `max-age=${strictTransportSeconds}`);
    if (!hasSeveralHosts(request.raw)) return done();
    const description = "The request has more than one Host header";
    sendProblem(request, reply, { status: 400, error: "invalid_request", description });
  });
}

/** RFC 9112 §3.2: such a request may be one thing to a proxy and another to us. Node takes the first of them. */
function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
}

/**
 * Returns what names each request: as a proxy or the caller named it, or by an id that no two requests share on any
 * node; the start of those is random, the rest counts up.
 */
export function requestIds(randomBytes: HttpContext["randomBytes"]): (request: IncomingMessage) => string {
  const start = randomBytes(6).toString("hex");
  let count = 0;
  return ({ headers }) => {
    const given = headers["x-request-id"];
    if (typeof given === "string" && /^[A-Za-z0-9._-]{8,64}$/.test(given)) return given;
    return start + (count++).toString(16).padStart(6, "0");
  };
}
