/** What the live service does beside the rules: it tells a rate limit, and has no token endpoint at its API host. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import { notesOf } from "../http/context.js";
import { sendProblem } from "../http/problem.js";
import { apiHost, liveHostHeader } from "./live-hosts.js";
import { tierOf } from "./rate-tiers.js";
import type { RateWindows } from "./rate-windows.js";
import { operationOf } from "./requests/operation.js";

export interface LiveAnswerOptions {
  readonly now: () => number;
  readonly windows: RateWindows;
  /** Whether `/v3/oauth/token` is 404 under every name, not under the API host's alone. */
  readonly liveApiHostTokenPath: boolean;
}

export function liveAnswers(server: FastifyInstance, options: LiveAnswerOptions): void {
  server.addHook("onRequest", async (request, reply) => {
    if (request.routeOptions.url !== "/v3/oauth/token") return undefined;
    if (!options.liveApiHostTokenPath && hostName(request) !== apiHost) return undefined;
    Object.assign(notesOf(request), {
      reason: "token_path_of_api_host",
      detail: `the live service has no token endpoint at https://${apiHost}/v3/oauth/token`,
    });
    return sendProblem(request, reply, { status: 404, error: "not_found", description: "Invalid URI..." });
  });
  server.addHook("onSend", async (request, reply, payload) => {
    const { accountId } = notesOf(request);
    const signed = accountId !== undefined && reply.statusCode !== 401;
    if (!signed || !isApiCall(request) || reply.hasHeader("x-ratelimit-limit")) return;
    const now = options.now();
    const made =
      request.method === "POST" && typeof payload === "string" && payload.includes('"test_mode":true');
    const { name, limit } = tierOf(operationOf(request), made);
    const { count, endsAt } = options.windows.spend(`${name} ${accountId}`, now);
    reply.header("x-ratelimit-limit", String(limit));
    const remaining = String(Math.max(0, limit - count));
    // The OpenAPI description says -remaining, the live service -limit-remaining.
    reply.header("x-ratelimit-remaining", remaining);
    reply.header("x-ratelimit-limit-remaining", remaining);
    reply.header("x-ratelimit-reset", String(Math.ceil(endsAt / 1000)));
  });
}

function hostName(request: FastifyRequest): string {
  const named = request.headers[liveHostHeader] ?? request.headers.host ?? "";
  return String(named).replace(/:\d+$/, "").toLowerCase();
}

function isApiCall(request: FastifyRequest): boolean {
  const path = request.routeOptions.url ?? "";
  return path.startsWith("/v3/") && path !== "/v3/oauth/token";
}
