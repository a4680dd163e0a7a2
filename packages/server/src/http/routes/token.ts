/** `POST /oauth/token` and `POST /oauth/token?refresh`, the same at `/v3/oauth/token` (RFC 6749 §3.2). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readCredentials } from "../../oauth/client/authentication.js";
import type { Parameters } from "../../oauth/parameters.js";
import { Refusal } from "../../oauth/refusal.js";
import { exchangeCode } from "../../oauth/token/authorization-code.js";
import { refresh } from "../../oauth/token/refresh-token.js";
import { readParameters } from "../body.js";
import { type HttpContext, notesOf } from "../context.js";
import { sendJson } from "../json.js";
import { limitTokenRequest } from "../rate-limits.js";
import { queryOf } from "../target.js";

export function tokenRoutes(server: FastifyInstance, context: HttpContext): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => token(context, request, reply);
  server.post("/oauth/token", handler);
  if (!context.liveApiHostTokenPath) server.post("/v3/oauth/token", handler);
}

async function token(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (context.profile.extensions) reply.header("access-control-allow-origin", "*");
  const notes = notesOf(request);
  const parameters = await readParameters(request);
  const operation = chooseOperation(parameters, queryOf(request));
  notes.operation = operation;
  const credentials = readCredentials(context.profile, parameters, request.headers.authorization);
  notes.clientId = credentials.clientId;
  await limitTokenRequest(context, request, reply, credentials.clientId);
  const answer = operation === "refresh_token" ? refresh : exchangeCode;
  const response = await answer(context, parameters, credentials);
  return sendJson(reply.header("pragma", "no-cache"), response);
}

/** The Node SDK leaves `grant_type` out; then the query key `refresh` says which operation is meant. */
function chooseOperation(parameters: Parameters, query: string): "authorization_code" | "refresh_token" {
  const grantType = parameters.optional("grant_type");
  if (grantType === undefined) {
    return new URLSearchParams(query).has("refresh") ? "refresh_token" : "authorization_code";
  }
  if (grantType === "authorization_code" || grantType === "refresh_token") return grantType;
  throw new Refusal(
    "grant_type_unsupported",
    "grant_type is neither authorization_code nor refresh_token",
    "grant_type",
  );
}
