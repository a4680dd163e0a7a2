/** Tells the observer of each request that was answered. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { tokenOperations } from "../oauth/endpoints.js";
import type { ObservedRequest, Observer } from "../observer.js";
import { notesOf } from "./context.js";
import { endpointOf } from "./endpoint.js";

/** Others are counted together: a caller may make up any. */
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function observeRequests(server: FastifyInstance, observer: Observer): void {
  server.addHook("onResponse", (request, reply, done) => {
    observer.request(answeredRequest(request, reply));
    done();
  });
}

export function answeredRequest(request: FastifyRequest, reply: FastifyReply): ObservedRequest {
  return {
    operation: operationOf(request),
    method: knownMethod(request),
    status: reply.statusCode,
    reason: notesOf(request).reason ?? "",
    seconds: reply.elapsedTime / 1000,
  };
}

export function knownMethod({ method }: FastifyRequest): string {
  return methods.has(method) ? method : "other";
}

function operationOf(request: FastifyRequest): string {
  const endpoint = endpointOf(request);
  if (endpoint === undefined) return request.routeOptions.url === undefined ? "none" : "other";
  const { operation } = notesOf(request);
  return isGrant(operation) ? tokenOperations[operation] : endpoint.operation;
}

function isGrant(operation: string | undefined): operation is keyof typeof tokenOperations {
  return operation !== undefined && Object.hasOwn(tokenOperations, operation);
}
