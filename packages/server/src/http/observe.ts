/** Tells the observer of each request that was answered. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import { refreshOperation } from "../oauth/endpoints.js";
import type { Observer } from "../observer.js";
import { notesOf } from "./context.js";
import { endpointOf } from "./endpoint.js";

/** Others are counted together: a caller may make up any. */
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function observeRequests(server: FastifyInstance, observer: Observer): void {
  server.addHook("onResponse", (request, reply, done) => {
    observer.request({
      operation: operationOf(request),
      method: methods.has(request.method) ? request.method : "other",
      status: reply.statusCode,
      reason: notesOf(request).reason ?? "",
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
}

function operationOf(request: FastifyRequest): string {
  const endpoint = endpointOf(request);
  if (endpoint === undefined) return request.routeOptions.url === undefined ? "none" : "other";
  return notesOf(request).operation === "refresh_token" ? refreshOperation : endpoint.operation;
}
