/** An endpoint on its route: whoever has the request can see which endpoint it is for. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "../oauth/endpoints.js";

declare module "fastify" {
  interface FastifyContextConfig {
    endpoint?: Endpoint;
  }
}

export function serve(
  server: FastifyInstance,
  endpoint: Endpoint,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  server.route({ method: endpoint.method, url: endpoint.path, config: { endpoint }, handler });
}

/** Returns the endpoint that a request was routed to; other routes, and what is found nowhere, have none. */
export function endpointOf(request: FastifyRequest): Endpoint | undefined {
  return request.routeOptions.config?.endpoint;
}
