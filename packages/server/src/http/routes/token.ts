/** `POST /oauth/token` and `POST /oauth/token?refresh`, the same at `/v3/oauth/token` (RFC 6749 §3.2). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readCredentials } from "../../oauth/client/authentication.js";
import { endpoints } from "../../oauth/endpoints.js";
import { exchangeCode } from "../../oauth/token/authorization-code.js";
import { refresh } from "../../oauth/token/refresh-token.js";
import { chooseGrantType, readCodeRequest, readRefreshRequest } from "../../oauth/token/request.js";
import { readParameters } from "../body.js";
import { type HttpContext, noteClient, notesOf } from "../context.js";
import { serve } from "../endpoint.js";
import { sendJson } from "../json.js";
import { limitTokenRequest } from "../rate-limits.js";
import { queryOf } from "../target.js";

export function tokenRoutes(server: FastifyInstance, context: HttpContext): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => token(context, request, reply);
  serve(server, endpoints.token, handler);
  if (!context.liveApiHostTokenPath) serve(server, endpoints.tokenOfApiHost, handler);
}

async function token(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const notes = notesOf(request);
  const parameters = await readParameters(request);
  const grantType = chooseGrantType(context.profile, parameters, queryOf(request));
  notes.operation = grantType;
  const { profile } = context;
  const credentials = readCredentials(profile, parameters, request.headers.authorization);
  noteClient(notes, credentials);
  await limitTokenRequest(context, request, reply, credentials.clientId);
  const response =
    grantType === "refresh_token"
      ? await refresh(context, readRefreshRequest(profile, parameters), credentials)
      : await exchangeCode(context, readCodeRequest(profile, parameters), credentials);
  return sendJson(reply.header("pragma", "no-cache"), response);
}
