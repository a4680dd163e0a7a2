/** What the live service does not have: revocation, introspection, metadata, keys. Absent (404) where the profile says so. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ClientCredentials, readCredentials } from "../../oauth/client/authentication.js";
import { introspect } from "../../oauth/introspection.js";
import { authorizationServerMetadata } from "../../oauth/metadata.js";
import type { Parameters } from "../../oauth/parameters.js";
import { revoke } from "../../oauth/revocation.js";
import { readParameters } from "../body.js";
import { type HttpContext, notesOf } from "../context.js";
import { sendJson } from "../json.js";
import { limitTokenRequest } from "../rate-limits.js";

export function standardRoutes(server: FastifyInstance, context: HttpContext): void {
  if (!context.profile.extensions) return;
  for (const path of ["/oauth/token", "/oauth/revoke"]) {
    server.options(path, async (_request, reply) => allowBrowsers(reply).code(204).send());
  }
  server.post("/oauth/revoke", async (request, reply) => {
    allowBrowsers(reply);
    const { parameters, credentials } = await readClientRequest(context, request, reply);
    await revoke(context, parameters, credentials);
    // RFC 7009 §2.2: the body is ignored; some clients ignore it only if it is JSON.
    return sendJson(reply, {});
  });
  server.post("/oauth/introspect", async (request, reply) => {
    const { parameters, credentials } = await readClientRequest(context, request, reply);
    return sendJson(reply, await introspect(context, parameters, credentials));
  });
  server.get("/.well-known/oauth-authorization-server", async (_request, reply) =>
    reply
      .header("cache-control", "public, max-age=300")
      .header("access-control-allow-origin", "*")
      .send(authorizationServerMetadata(context.profile, context.issuer())),
  );
  server.get("/.well-known/jwks.json", async (_request, reply) =>
    reply
      .header("cache-control", "public, max-age=300")
      .header("access-control-allow-origin", "*")
      .send(context.keys.jwks()),
  );
}

/**
 * Lets public apps that run in a browser call an endpoint from any origin. It reads no cookie, so a page gains nothing
 * by calling it that it could not do from elsewhere.
 */
export function allowBrowsers(reply: FastifyReply): FastifyReply {
  return reply
    .header("access-control-allow-origin", "*")
    .header("access-control-allow-methods", "POST")
    .header("access-control-allow-headers", "content-type, authorization")
    .header("access-control-max-age", "7200");
}

async function readClientRequest(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ parameters: Parameters; credentials: ClientCredentials }> {
  const parameters = await readParameters(request);
  const credentials = readCredentials(context.profile, parameters, request.headers.authorization);
  notesOf(request).clientId = credentials.clientId;
  await limitTokenRequest(context, request, reply, credentials.clientId);
  return { parameters, credentials };
}
