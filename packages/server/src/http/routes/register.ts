/** `POST /oauth/register` (RFC 7591 §3), where the operator lets clients register themselves. */

import type { FastifyInstance } from "fastify";
import { endpoints } from "../../oauth/endpoints.js";
import { register } from "../../oauth/open-clients/registration.js";
import { readJsonObject } from "../body.js";
import type { HttpContext } from "../context.js";
import { serve } from "../endpoint.js";
import { sendJson } from "../json.js";
import { limitTokenRequest } from "../rate-limits.js";

export function registerRoutes(server: FastifyInstance, context: HttpContext): void {
  const { ring, openClients } = context;
  if (!openClients?.settings.kinds.includes("register")) return;
  serve(server, endpoints.register, async (request, reply) => {
    await limitTokenRequest(context, request, reply, undefined);
    const registered = register({ ring, openClients }, readJsonObject(request));
    return sendJson(reply.code(201), registered);
  });
}
