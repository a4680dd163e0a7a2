/** What becomes of a request that failed: it is recorded, then answered, in the shape its caller can read. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { alternatives } from "../alternatives.js";
import type { Profile } from "../oauth/profile/profile.js";
import type { Reason } from "../oauth/refusal.js";
import { ownPathOf } from "./base-path.js";
import { type HttpContext, notesOf } from "./context.js";
import { problemOf, type RefusedProblem, sendProblem } from "./problem.js";
import { printable, recordedClientId } from "./request-log.js";
import { pathOf } from "./target.js";

export function handleErrors(server: FastifyInstance, context: HttpContext): void {
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOf(context.profile, error);
    record(context, request, problem, error);
    return answer(context, request, reply, problem);
  });
  server.setNotFoundHandler((request, reply) => answerUnrouted(server, request, reply));
}

/** Reasons that are recorded as a failed client authentication, whatever the profile answers. */
const authenticationFailures: ReadonlySet<Reason> = new Set([
  "client_unknown",
  "client_secret_wrong",
  "client_secret_missing",
  "client_authentication_unsupported",
  "client_assertion_invalid",
  "client_assertion_unproved",
] as const);

function record(
  context: HttpContext,
  request: FastifyRequest,
  problem: RefusedProblem,
  error: unknown,
): void {
  const { reason, detail } = problem.refusal;
  const notes = Object.assign(notesOf(request), { reason, detail });
  notes.clientId = recordedClientId(notes);
  if (problem.status >= 500) context.log.error({ id: request.id, err: faultOf(error) }, "fault");
  if (authenticationFailures.has(reason)) {
    const clientId = printable(notes.clientId);
    const address = context.addresses.of(request);
    context.audit("client_authentication_failed", { clientId, reason, address });
  }
}

function answer(
  { profile }: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: RefusedProblem,
): FastifyReply {
  const { reason, retryAfterSeconds } = problem.refusal;
  if (problem.status === 401 && isChallenged(profile, request, reason))
    reply.header("www-authenticate", 'Basic realm="token endpoint", charset="UTF-8"');
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  return sendProblem(request, reply, problem);
}

/**
 * Whether a refused client is told of HTTP Basic: where it used the header (RFC 6749 §5.2) or showed nothing. Whoever
 * showed something in the body reads the error there: the libraries in widest use do not, once there is a challenge.
 */
function isChallenged({ clientAuthentication }: Profile, request: FastifyRequest, reason: Reason): boolean {
  if (!clientAuthentication.includes("client_secret_basic") || !authenticationFailures.has(reason))
    return false;
  // By the request alone: a known client must look like one that does not exist.
  const provesInBody = notesOf(request).provesInBody === true || reason === "client_assertion_invalid";
  return request.headers.authorization !== undefined || !provesInBody;
}

/** Returns a fault for the log: where it came from, without the values it was about. */
function faultOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: "not an Error" };
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined;
  return { name: error.name, message: error.message, stack: error.stack, cause };
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A known path under another method is 405 with `Allow`, not 404. */
function answerUnrouted(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request);
  const allowed = methods.filter((method) => server.findRoute({ method, url: path }) !== null);
  if (allowed.length > 0) {
    reply.header("allow", allowed.join(", "));
    const description = `Method ${request.method} is not supported here; use ${alternatives(allowed)}`;
    return sendProblem(request, reply, { status: 405, error: "invalid_request", description });
  }
  const description = ownPathOf(request).startsWith("/v3/") ? "Invalid URI..." : "Not found.";
  return sendProblem(request, reply, { status: 404, error: "not_found", description });
}
