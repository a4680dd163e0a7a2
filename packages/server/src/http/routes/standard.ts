/**
 * What the live service does not have: revocation, introspection, userinfo, pushed requests, metadata, keys. Absent (404)
 * where the profile says so.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressKey } from "../../limits/address.js";
import { pushRequest } from "../../oauth/authorize/pushed-request.js";
import { type ClientCredentials, readCredentials } from "../../oauth/client/authentication.js";
import { endpoints } from "../../oauth/endpoints.js";
import { introspect } from "../../oauth/introspection.js";
import { authorizationServerMetadata } from "../../oauth/metadata.js";
import { knownClients } from "../../oauth/open-clients/open-clients.js";
import type { Parameters } from "../../oauth/parameters.js";
import type { OptionalEndpoint } from "../../oauth/profile/profile.js";
import { revoke } from "../../oauth/revocation.js";
import { userInfoOf } from "../../oauth/userinfo.js";
import type { Storage } from "../../storage/port/storage.js";
import { callerAccess } from "../api-access.js";
import { readParameters } from "../body.js";
import { type HttpContext, noteClient, notesOf } from "../context.js";
import { readProof } from "../dpop.js";
import { serve } from "../endpoint.js";
import { sendJson } from "../json.js";
import { limitApiRequest, limitTokenRequest } from "../rate-limits.js";

export function standardRoutes(server: FastifyInstance, context: HttpContext): void {
  const { profile } = context;
  for (const name of profile.endpoints) serve(server, endpoints[name], handlers[name](context));
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

const metadata = (context: HttpContext) => async (_request: FastifyRequest, reply: FastifyReply) =>
  sendPublic(
    reply,
    authorizationServerMetadata(context.profile, context.issuer(), context.openClients?.settings),
  );

const handlers: Readonly<Record<OptionalEndpoint, (context: HttpContext) => Handler>> = {
  revoke: (context) => async (request, reply) => {
    const { parameters, credentials } = await readClientRequest(context, request, reply);
    await revoke(context, parameters, credentials);
    // RFC 7009 §2.2: the body is ignored; some clients ignore it only if it is JSON.
    return sendJson(reply, {});
  },
  introspect: (context) => async (request, reply) => {
    const { parameters, credentials } = await readClientRequest(context, request, reply);
    return sendJson(reply, await introspect(context, parameters, credentials));
  },
  userinfo: (context) => async (request, reply) => {
    const access = await callerAccess(context, request, reply);
    if (access === undefined) return reply;
    await limitApiRequest(context, reply, access.account.id);
    return sendJson(reply, userInfoOf(access));
  },
  pushRequest: (context) => async (request, reply) => {
    const { parameters, credentials } = await readClientRequest(context, request, reply);
    const proof = await readProof(context, request, reply, false);
    const { findApp } = knownClients(context, addressKey(context.addresses.of(request)));
    const rememberOnce: Storage["rememberOnce"] = (...value) => context.storage.rememberOnce(...value);
    const clients = { ...context, storage: { findApp, rememberOnce } };
    return sendJson(reply.code(201), await pushRequest(clients, parameters, credentials, proof));
  },
  metadata,
  metadataOfOpenId: metadata,
  jwks: (context) => async (_request, reply) => sendPublic(reply, await context.keys.jwks()),
};

/** Sends what everybody may read and keep for a while. */
function sendPublic(reply: FastifyReply, value: object): FastifyReply {
  return reply.header("cache-control", "public, max-age=300").send(value);
}

async function readClientRequest(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ parameters: Parameters; credentials: ClientCredentials }> {
  const parameters = await readParameters(request);
  const credentials = readCredentials(context.profile, parameters, request.headers.authorization);
  noteClient(notesOf(request), credentials);
  await limitTokenRequest(context, request, reply, credentials.clientId);
  return { parameters, credentials };
}
