/**
 * Operations of the API that exist at the live service and not here. Credentials, scope and method are judged as for any
 * other operation, so that a test learns of a missing scope; then the answer says plainly what is missing.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { alternatives } from "../../alternatives.js";
import { callerAccount } from "../../http/api-access.js";
import { type HttpContext, notesOf } from "../../http/context.js";
import { sendProblem } from "../../http/problem.js";
import { limitApiRequest } from "../../http/rate-limits.js";
import { pathOf } from "../../http/target.js";
import { operationsAt } from "./lookup.js";
import type { Operation } from "./operation.js";

/** The header by which a test can tell this answer from any other 404. Its value is the operation's id. */
export const notEmulatedHeader = "countersign-not-emulated";

const methods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Answers what has no route and is an operation all the same. A hook, not routes: two hundred of those would be most of
 * an emulator's start.
 */
export function answerNotEmulated(server: FastifyInstance, context: HttpContext): void {
  const isServed = ({ method, path: url }: Operation) => server.hasRoute({ method, url });
  server.addHook("preHandler", async (request, reply) => {
    if (!request.is404 || !methods.includes(request.method)) return undefined;
    const here = operationsAt(pathOf(request));
    const meant = here.find(({ method }) => method === request.method);
    // Served, and not routed: an id longer than any.
    if (meant !== undefined && isServed(meant)) return undefined;
    if (meant !== undefined) return refuse(context, meant, request, reply);
    // Of a fixed path the server's own answer for an unknown method knows the routes.
    const known = here.some((one) => !one.path.includes(":") && isServed(one));
    return here.length === 0 || known ? undefined : refuseMethod(context, here, request, reply);
  });
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

async function refuseMethod(
  context: HttpContext,
  here: readonly Operation[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const account = await callerAccount(
    context,
    request,
    reply,
    here.flatMap(({ scopes }) => scopes),
  );
  if (account === undefined) return reply;
  const allowed = here.map(({ method }) => method);
  const description = `Method ${request.method} is not supported here; use ${alternatives(allowed)}`;
  reply.header("allow", allowed.join(", "));
  return sendProblem(request, reply, { status: 405, error: "invalid_request", description });
}
