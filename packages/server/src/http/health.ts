/** `/health` says that the process lives; `/ready` says that requests should be sent to it. */

import type { FastifyInstance, FastifyReply } from "fastify";
import type { HttpContext } from "./context.js";

export interface Readiness {
  /** Set while the server finishes what is under way and wants nothing new. */
  readonly draining: boolean;
}

type HealthContext = Pick<HttpContext, "storage" | "now">;

export function healthRoutes(server: FastifyInstance, context: HealthContext, readiness: Readiness): void {
  const answer = (reply: FastifyReply, status: number, text: string) =>
    reply.code(status).header("cache-control", "no-store").send({ status: text });
  const faultOfDatabase = databaseCheck(context);
  server.get("/health", async (_request, reply) => answer(reply, 200, "ok"));
  server.get("/ready", async (_request, reply) => {
    if (readiness.draining) return answer(reply, 503, "draining");
    const fault = await faultOfDatabase();
    return fault === undefined ? answer(reply, 200, "ready") : answer(reply, 503, fault);
  });
}

/** A success is good for this long, in milliseconds: whoever asks for it often makes no more writes. */
const freshMilliseconds = 1000;

/**
 * Returns the check of the database: that it answers, and that it takes a write, which one with a full disk and a standby
 * do not. Those who ask at once share a check.
 */
function databaseCheck({ storage, now }: HealthContext): () => Promise<string | undefined> {
  let soundUntil = Number.NEGATIVE_INFINITY;
  let underWay: Promise<string | undefined> | undefined;
  const check = async () => {
    const startedAt = now();
    try {
      await storage.ping();
    } catch {
      return "the database does not answer";
    }
    try {
      const bucket = { key: "ready", capacity: 1_000_000, periodSeconds: 1 };
      await storage.takeFromBucket({ ...bucket, now: startedAt, cost: 1 });
    } catch {
      return "the database cannot be written to";
    }
    soundUntil = startedAt + freshMilliseconds;
    return undefined;
  };
  return () => {
    if (now() < soundUntil) return Promise.resolve(undefined);
    underWay ??= check().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
