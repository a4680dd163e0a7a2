/** `GET /metrics`, in Prometheus' text format. */

import type { FastifyInstance } from "fastify";
import { equalSecrets } from "../../crypto/compare.js";
import { AdminFault } from "../fault.js";
import { bearerOf } from "../token.js";

export interface Metered {
  readonly contentType: string;
  text(): Promise<string>;
}

export function metricsRoute(server: FastifyInstance, metrics: Metered, token: string | undefined): void {
  server.get("/metrics", async (request, reply) => {
    if (token !== undefined && !equalSecrets(bearerOf(request) ?? "", token))
      throw new AdminFault("unauthorized", "Send the metrics token as Authorization: Bearer.");
    return reply
      .header("cache-control", "no-store")
      .type(metrics.contentType)
      .send(await metrics.text());
  });
}
