/** An MCP server that Countersign protects: it says where tokens come from, and asks there whether one is good. */

import { InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";

const scope = "notes.read";

/**
 * Returns the server, as an Express app.
 * @param {{ issuer: string, resource: string, clientId: string, clientSecret: string }} options `resource` is the
 *   address of the MCP endpoint; the client is an app with that resource, which may introspect.
 */
export function mcpServer(options) {
  const { issuer, resource } = options;
  const { origin, pathname } = new URL(resource);
  // RFC 9728: where a client that was refused reads whom to ask for a token.
  const metadataPath = `/.well-known/oauth-protected-resource${pathname}`;
  const guard = requireBearerAuth({
    verifier: { verifyAccessToken: (token) => verify(token, options) },
    requiredScopes: [scope],
    resourceMetadataUrl: origin + metadataPath,
  });
  return express()
    .get(metadataPath, (_request, response) => {
      response.json({ resource, authorization_servers: [issuer], scopes_supported: [scope] });
    })
    .post(pathname, guard, express.json(), async (request, response) => {
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
      response.on("close", () => transport.close());
      await notes().connect(transport);
      await transport.handleRequest(request, response, request.body);
    });
}

/** RFC 7662: what the token is. Only tokens for this resource are active for its app. */
async function verify(token, { issuer, resource, clientId, clientSecret }) {
  const answer = await fetch(`${issuer}/oauth/introspect`, {
    method: "POST",
    body: new URLSearchParams({ token, client_id: clientId, client_secret: clientSecret }),
  });
  if (!answer.ok) throw new Error(`introspection was answered with ${answer.status}`);
  const found = await answer.json();
  if (!found.active) throw new InvalidTokenError("The access token is not valid");
  return {
    token,
    clientId: found.client_id,
    scopes: found.scope.split(" "),
    expiresAt: found.exp,
    resource: new URL(resource),
    extra: { accountId: found.sub },
  };
}

function notes() {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  server.registerTool("whose_notes", { description: "Says whose notes these are" }, (extra) => ({
    content: [{ type: "text", text: `Notes of account ${extra.authInfo?.extra?.accountId}` }],
  }));
  return server;
}
