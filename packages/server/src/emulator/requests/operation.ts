/** What a request is called: the operation of its endpoint. */

import type { FastifyRequest } from "fastify";
import { endpointOf } from "../../http/endpoint.js";
import { pathOf } from "../../http/target.js";
import { endpoints, tokenOperations } from "../../oauth/endpoints.js";
import { operationAt } from "../api/lookup.js";
import { operations as apiOperations } from "../api/operations.js";
import { emulatorEndpoints } from "../endpoints.js";

/** What has no endpoint: a path that is not served, a preflight. */
const unknown = "unknown";

/** Every operation that a filter can name. */
export const operations: readonly string[] = [
  ...new Set([
    ...[...Object.values(endpoints), ...Object.values(emulatorEndpoints)].map(({ operation }) => operation),
    ...apiOperations.map(({ id }) => id),
    ...Object.values(tokenOperations),
    unknown,
  ]),
];

const authorizeHeadless: string = emulatorEndpoints.authorizeHeadless.operation;

/** Every operation that a fault can name. The controls of a test do not fail by its own faults. */
export const faultable: readonly string[] = operations.filter((name) => name !== authorizeHeadless);

/** Returns the path of the route that was found, or the path as it was sent: the first may be sent in many ways. */
export function routePath(request: FastifyRequest): string {
  return request.routeOptions.url ?? notServed(request)?.path ?? pathOf(request);
}

/** What has no route may still be an operation of the API. */
const notServed = (request: FastifyRequest) =>
  request.is404 ? operationAt(request.method, pathOf(request)) : undefined;

/** Returns the operation of a request; that of a token request is the exchange of a code until its body is known. */
export function operationOf(request: FastifyRequest): string {
  return endpointOf(request)?.operation ?? notServed(request)?.id ?? unknown;
}

/** Whether a request belongs in the log: the emulator's own pages and assets do not. */
export function isLogged(request: FastifyRequest): boolean {
  if (endpointOf(request) !== undefined) return true;
  if (request.routeOptions.url !== undefined) return request.method === "OPTIONS";
  const path = pathOf(request);
  return !path.startsWith("/_emulator") && path !== "/favicon.ico";
}
