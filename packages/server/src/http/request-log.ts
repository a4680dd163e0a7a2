/** One line of the log for each request, with no secret in it and nothing that a terminal would act on. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Reason } from "../oauth/refusal.js";
import { type HttpContext, notesOf, type RequestNotes } from "./context.js";
import { pathOf } from "./target.js";

export function logRequests(server: FastifyInstance, context: Pick<HttpContext, "log" | "addresses">): void {
  server.addHook("onResponse", (request, reply, done) => {
    const notes = notesOf(request);
    const fields = {
      id: request.id,
      trace_id: notes.traceId ?? traceOf(request),
      address: context.addresses.of(request),
      user_agent: printable(request.headers["user-agent"], 200),
      method: request.method,
      path: loggedPath(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      operation: notes.operation,
      client_id: printable(notes.clientId),
      account_id: notes.accountId,
      family: notes.familyId,
      reason: notes.reason,
      detail: notes.detail,
    };
    if (reply.statusCode >= 500) context.log.error(fields, "request");
    else context.log.info(fields, "request");
    done();
  });
}

/** Returns text from outside as it is written down: short, and plain for whoever reads the log at a terminal. */
export function printable(text: string | undefined, most = 100): string | undefined {
  return text?.slice(0, most).replace(/[^\x20-\x7e]/g, "?");
}

/** The trace that a request is part of (W3C Trace Context §3.2). */
function traceOf({ headers }: FastifyRequest): string | undefined {
  const given = headers.traceparent;
  if (typeof given !== "string" || given.length > 100) return undefined;
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(given)?.[1];
}

/** A path that leads nowhere may hold what should have been a header: each of its parts is cut short. */
function loggedPath(request: FastifyRequest): string {
  const path = pathOf(request).slice(0, 200);
  if (request.routeOptions.url !== undefined) return path;
  return path.replace(/[^/]{21,}/g, (part) => `${part.slice(0, 4)}...`);
}

/** What can only be refused once the client_id is known to be an app's. */
const refusedToKnownApps: ReadonlySet<string> = new Set<Reason>([
  ...([
    "client_secret_wrong",
    "client_secret_missing",
    "client_not_allowed",
    "redirect_uri_mismatch",
  ] as const),
  ...([
    "redirect_uri_required",
    "code_unknown",
    "code_expired",
    "code_used",
    "code_of_other_client",
  ] as const),
  ...(["code_redirect_uri_mismatch", "code_state_mismatch", "code_verifier_missing"] as const),
  ...(["code_verifier_unexpected", "code_verifier_wrong", "code_challenge_required"] as const),
  ...(["code_challenge_method_unsupported", "grant_revoked", "refresh_token_of_other_client"] as const),
  ...([
    "refresh_token_revoked",
    "refresh_token_reused",
    "refresh_token_expired",
    "scope_unsupported",
  ] as const),
  ...(["scope_exceeds_app", "scope_exceeds_grant", "resource_unknown", "resources_several"] as const),
  ...(["denied_by_user", "app_not_approved", "app_disabled", "login_required", "consent_required"] as const),
  ...(["access_token_revoked", "access_token_scope", "account_unconfirmed"] as const),
]);

/**
 * Returns the client_id of a refused request for log and audit. One that is not known to be an app's may be the secret,
 * in the wrong place: its beginning is enough to recognise it by.
 */
export function recordedClientId({ clientId, reason }: RequestNotes): string | undefined {
  if (clientId === undefined || (reason !== undefined && refusedToKnownApps.has(reason))) return clientId;
  return `${clientId.slice(0, 4)}...`;
}
