/**
 * Operations of the API that exist at the live service and not here. Credentials, scope and method are judged as for any
 * other operation, so that a test learns of a missing scope; then the answer says plainly what is missing.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerAccount } from "../../http/api-access.js";
import { type HttpContext, notesOf } from "../../http/context.js";
import { sendProblem } from "../../http/problem.js";
import { limitApiRequest } from "../../http/rate-limits.js";
import { endpointOf } from "./api-route.js";
import type { Operation } from "./operation.js";
import { operations } from "./operations.js";

/** The header by which a test can tell this answer from any other 404. Its value is the operation's id. */
export const notEmulatedHeader = "countersign-not-emulated";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** To be called last: what has a route by then is served. */
export function notEmulatedRoutes(server: FastifyInstance, context: HttpContext): void {
  for (const operation of operations) {
    const { method, path: url } = operation;
    if (server.hasRoute({ method, url })) continue;
    server.route({
      method,
      url,
      config: { endpoint: endpointOf(operation) },
      handler: (request, reply) => refuse(context, operation, request, reply),
    });
  }
  for (const path of new Set(operations.map(({ path }) => path))) refuseOtherMethods(server, context, path);
}

/**
 * Never a 5xx: the official Ruby SDK returns nil for it, and the caller's test passes; and never an `error_name` that
 * is not one of the official twenty, which some SDK builds hold as a closed list.
 */
async function refuse(
  context: HttpContext,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const notes = notesOf(request);
  const account = await callerAccount(context, request, reply, operation.scopes);
  if (account === undefined) return reply;
  await limitApiRequest(context, reply, account.id);
  Object.assign(notes, { reason: "not_emulated", detail: `${operation.id} is not emulated` });
  reply.header(notEmulatedHeader, operation.id);
  const description = `Countersign does not emulate ${operation.id}. The live service has it.`;
  return sendProblem(request, reply, { status: 404, error: "not_found", description });
}

/** Paths with parameters: of the others the server's own answer for an unknown method knows the routes. */
function refuseOtherMethods(server: FastifyInstance, context: HttpContext, path: string): void {
  if (!path.includes(":")) return;
  const allowed = methods.filter((method) => server.hasRoute({ method, url: path }));
  const others = methods.filter((method) => !allowed.includes(method));
  server.route({
    method: others,
    url: path,
    handler: async (request, reply) => {
      const scopes = operations.filter((one) => one.path === path).flatMap((one) => one.scopes);
      const account = await callerAccount(context, request, reply, scopes);
      if (account === undefined) return reply;
      const description = `Method ${request.method} is not supported here; use ${allowed.join(" or ")}`;
      reply.header("allow", allowed.join(", "));
      return sendProblem(request, reply, { status: 405, error: "invalid_request", description });
    },
  });
}
