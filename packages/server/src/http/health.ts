/** `/health` says that the process lives; `/ready` says that requests should be sent to it. */

import type { FastifyInstance, FastifyReply } from "fastify";
import { StorageUnavailable } from "../storage/port/storage.js";
import { basePathOf } from "./base-path.js";
import type { HttpContext } from "./context.js";

export interface Readiness {
  /** Set while the server finishes what is under way and wants nothing new. */
  readonly draining: boolean;
}

type HealthContext = Pick<HttpContext, "storage" | "now">;

export function healthRoutes(server: FastifyInstance, context: HealthContext, readiness: Readiness): void {
  const answer = (reply: FastifyReply, status: number, text: string, more?: object) =>
    reply
      .code(status)
      .header("cache-control", "no-store")
      .send({ status: text, ...more });
  const faultOfDatabase = databaseCheck(context);
  const ready = async (reply: FastifyReply) => {
    if (readiness.draining) return answer(reply, 503, "draining");
    const fault = await faultOfDatabase();
    if (fault !== undefined) return answer(reply, 503, fault);
    return answer(reply, 200, "ready", clockOf(context.storage));
  };
  // Whoever asks a node itself, past the proxy, knows nothing of the path that the server has outside.
  for (const base of new Set(["", basePathOf(server)])) {
    server.get(`${base}/health`, async (_request, reply) => answer(reply, 200, "ok"));
    server.get(`${base}/ready`, async (_request, reply) => ready(reply));
  }
}

/** From this on a difference between this clock and the database's is told, in milliseconds: seconds are nothing yet. */
const toldSkewMilliseconds = 5000;

/** A wrong clock is told, and takes no node out of service: if it is the database's, it would take out all. */
function clockOf(storage: HealthContext["storage"]): object {
  const ahead = storage.clockAhead?.() ?? 0;
  return Math.abs(ahead) < toldSkewMilliseconds ? {} : { clock_ahead_seconds: Math.round(ahead / 1000) };
}

const conditions = {
  "read-only": "the database cannot be written to: it is read-only",
  full: "the database cannot be written to: its disk is full",
} as const;

function conditionOf(error: unknown): string | undefined {
  const condition = error instanceof StorageUnavailable ? error.condition : undefined;
  return condition && conditions[condition];
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
    } catch (error) {
      return conditionOf(error) ?? "the database does not answer";
    }
    try {
      const bucket = { key: "ready", capacity: 1_000_000, periodSeconds: 1 };
      await storage.takeFromBucket({ ...bucket, now: startedAt, cost: 1 });
    } catch (error) {
      return conditionOf(error) ?? "the database cannot be written to";
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
