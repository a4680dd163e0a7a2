/** Starts the MCP server; the environment says where Countersign is, and who this server is there. */

import { mcpServer } from "./server.js";

const {
  ISSUER = "http://127.0.0.1:4010",
  RESOURCE = "http://127.0.0.1:3000/mcp",
  CLIENT_ID = "notes-server",
  CLIENT_SECRET = "notes-server-secret",
} = process.env;

const options = { issuer: ISSUER, resource: RESOURCE, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
mcpServer(options).listen(Number(new URL(RESOURCE).port || 3000), "127.0.0.1", () => {
  console.log(`An MCP server at ${RESOURCE}, protected by ${ISSUER}`);
});
