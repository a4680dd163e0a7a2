/** `POST /oauth/token` and `POST /oauth/token?refresh`, the same at `/v3/oauth/token` (RFC 6749 §3.2). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ClientCredentials, readCredentials } from "../../oauth/client/authentication.js";
import { endpoints } from "../../oauth/endpoints.js";
import type { GrantType } from "../../oauth/grant-types.js";
import type { Parameters } from "../../oauth/parameters.js";
import { exchangeCode } from "../../oauth/token/authorization-code.js";
import { issueAppToken } from "../../oauth/token/client-credentials.js";
import { refresh } from "../../oauth/token/refresh-token.js";
import {
  chooseGrantType,
  readAppTokenRequest,
  readCodeRequest,
  readRefreshRequest,
} from "../../oauth/token/request.js";
import type { TokenResponse } from "../../oauth/token/response.js";
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
  const credentials = readCredentials(context.profile, parameters, request.headers.authorization);
  noteClient(notes, credentials);
  await limitTokenRequest(context, request, reply, credentials.clientId);
  const response = await answers[grantType as Exclude<GrantType, "device_code">](
    context,
    parameters,
    credentials,
  );
  return sendJson(reply.header("pragma", "no-cache"), response);
}

type Answer = (
  context: HttpContext,
  parameters: Parameters,
  credentials: ClientCredentials,
) => Promise<TokenResponse>;

const answers: Readonly<Record<Exclude<GrantType, "device_code">, Answer>> = {
  authorization_code: (context, parameters, credentials) =>
    exchangeCode(context, readCodeRequest(context.profile, parameters), credentials),
  refresh_token: (context, parameters, credentials) =>
    refresh(context, readRefreshRequest(context.profile, parameters), credentials),
  client_credentials: (context, parameters, credentials) =>
    issueAppToken(context, readAppTokenRequest(context.profile, parameters), credentials),
};
