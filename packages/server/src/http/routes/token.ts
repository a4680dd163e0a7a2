/** `POST /oauth/token` and `POST /oauth/token?refresh`, the same at `/v3/oauth/token` (RFC 6749 §3.2). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ClientCredentials, readCredentials } from "../../oauth/client/authentication.js";
import type { Proof } from "../../oauth/dpop/proof.js";
import { endpoints } from "../../oauth/endpoints.js";
import type { GrantType } from "../../oauth/grant-types.js";
import type { Parameters } from "../../oauth/parameters.js";
import { exchangeCode } from "../../oauth/token/authorization-code.js";
import { issueAppToken } from "../../oauth/token/client-credentials.js";
import { exchangeDeviceCode } from "../../oauth/token/device-code.js";
import { refresh } from "../../oauth/token/refresh-token.js";
import {
  chooseGrantType,
  readAppTokenRequest,
  readCodeRequest,
  readDeviceRequest,
  readRefreshRequest,
} from "../../oauth/token/request.js";
import type { TokenResponse } from "../../oauth/token/response.js";
import { readParameters } from "../body.js";
import { type HttpContext, noteClient, notesOf } from "../context.js";
import { readProof } from "../dpop.js";
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
  const proof = await readProof(context, request, reply, context.profile.dpop === "required");
  const response = await answers[grantType](context, parameters, credentials, proof);
  return sendJson(reply.header("pragma", "no-cache"), response);
}

type Answer = (
  context: HttpContext,
  parameters: Parameters,
  credentials: ClientCredentials,
  proof: Proof | undefined,
) => Promise<TokenResponse>;

const answers: Readonly<Record<GrantType, Answer>> = {
  authorization_code: (context, parameters, credentials, proof) =>
    exchangeCode(context, readCodeRequest(context.profile, parameters), credentials, proof),
  refresh_token: (context, parameters, credentials, proof) =>
    refresh(context, readRefreshRequest(context.profile, parameters), credentials, proof),
  device_code: (context, parameters, credentials, proof) =>
    exchangeDeviceCode(context, readDeviceRequest(context.profile, parameters), credentials, proof),
  client_credentials: (context, parameters, credentials, proof) =>
    issueAppToken(context, readAppTokenRequest(context.profile, parameters), credentials, proof),
};
