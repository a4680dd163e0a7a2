/** One line of the log for each request, with nothing in it that a terminal would act on. */

import type { FastifyInstance } from "fastify";
import { type HttpContext, notesOf } from "./context.js";
import { pathOf } from "./target.js";

export function logRequests(server: FastifyInstance, context: Pick<HttpContext, "log">): void {
  server.addHook("onResponse", (request, reply, done) => {
    const notes = notesOf(request);
    const fields = {
      id: request.id,
      method: request.method,
      path: pathOf(request).slice(0, 200),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      operation: notes.operation,
      client_id: printable(notes.clientId),
      account_id: notes.accountId,
      family: notes.familyId,
      reason: notes.reason,
      detail: notes.detail,
    };
    if (reply.statusCode >= 500) context.log.error(fields, "request");
    else context.log.info(fields, "request");
    done();
  });
}

/** Returns a client id as it is written down: short, and plain text for whoever reads the log at a terminal. */
export function printable(clientId: string | undefined): string | undefined {
  return clientId?.slice(0, 100).replace(/[^\x21-\x7e]/g, "?");
}

/** Returns what makes ids that no two requests share, on any node: the start is random, the rest counts up. */
export function requestIds(randomBytes: HttpContext["randomBytes"]): () => string {
  const start = randomBytes(6).toString("hex");
  let count = 0;
  return () => start + (count++).toString(16).padStart(6, "0");
}
