/** An endpoint on its route: whoever has the request can see which endpoint it is for. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "../oauth/endpoints.js";
import { basePathOf } from "./base-path.js";

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
  for (const url of pathsOf(endpoint, basePathOf(server)))
    server.route({ method: endpoint.method, url, config: { endpoint }, handler });
}

/**
 * Returns where an endpoint of a server below its host is. RFC 8414 §3.1 puts the path of an issuer behind the well-known
 * part, and §5 behind OpenID Connect's too; clients that know OpenID Connect Discovery alone look below the path.
 */
function pathsOf({ operation, path }: Endpoint, basePath: string): string[] {
  const below = `${basePath}${path}`;
  return basePath !== "" && operation === "metadata" ? [`${path}${basePath}`, below] : [below];
}

/** Returns the endpoint that a request was routed to; other routes, and what is found nowhere, have none. */
export function endpointOf(request: FastifyRequest): Endpoint | undefined {
  return request.routeOptions.config?.endpoint;
}
