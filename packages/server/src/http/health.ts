/** `/health` says that the process lives; `/ready` says that requests should be sent to it. */

import type { FastifyInstance, FastifyReply } from "fastify";
import type { HttpContext } from "./context.js";

export interface Readiness {
  /** Set while the server finishes what is under way and wants nothing new. */
  readonly draining: boolean;
}

export function healthRoutes(
  server: FastifyInstance,
  context: Pick<HttpContext, "storage">,
  readiness: Readiness,
): void {
  const answer = (reply: FastifyReply, status: number, text: string) =>
    reply.code(status).header("cache-control", "no-store").send({ status: text });
  server.get("/health", async (_request, reply) => answer(reply, 200, "ok"));
  server.get("/ready", async (_request, reply) => {
    if (readiness.draining) return answer(reply, 503, "draining");
    try {
      await context.storage.ping();
      return answer(reply, 200, "ready");
    } catch {
      return answer(reply, 503, "the database does not answer");
    }
  });
}
