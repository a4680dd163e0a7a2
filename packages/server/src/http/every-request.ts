/** What holds for every request and answer, whichever route it is for. */

import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { HttpContext } from "./context.js";
import { type Problem, sendProblem } from "./problem.js";

/** How long a browser remembers to come by TLS alone, in seconds (RFC 6797 §6.1.1). */
const strictTransportSeconds = 31_536_000;

export function beginEveryRequest(server: FastifyInstance, strictTransport: boolean): void {
  server.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    if (strictTransport) reply.header("strict-transport-security", `max-age=${strictTransportSeconds}`);
    const fault = faultIn(request.raw);
    if (fault === undefined) return done();
    sendProblem(request, reply, { error: "invalid_request", ...fault });
  });
}

/** What HTTP itself asks of a request, and Node leaves to us. */
function faultIn(request: IncomingMessage): Pick<Problem, "status" | "description"> | undefined {
  const hosts = countHosts(request);
  if (hosts > 1) return { status: 400, description: "The request has more than one Host header" };
  if (hosts === 0 && request.httpVersion === "1.1")
    return { status: 400, description: "The request has no Host header" };
  // RFC 9110 §10.1.1
  const { expect } = request.headers;
  if (expect !== undefined && !/^100-continue$/i.test(expect))
    return { status: 417, description: "The only expectation known here is 100-continue" };
  return undefined;
}

/** RFC 9112 §3.2: such a request may be one thing to a proxy and another to us. Node takes the first of them. */
function countHosts({ rawHeaders }: IncomingMessage): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts;
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
