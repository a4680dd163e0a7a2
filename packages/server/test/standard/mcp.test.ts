/** The example's MCP server: what it refuses, and what it is started beside. Clients meet it in clients/clients.test.ts. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mcpServer } from "../../../../examples/mcp/server.js";
import { readSeedFile } from "../../src/emulator/seed/file.js";
import type { TestServer } from "../support/server.js";
import { files, startHouse } from "./house.js";

let web: Server;
let resource: string;
let server: TestServer;

beforeAll(async () => {
  web = createServer();
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  resource = `http://127.0.0.1:${(web.address() as AddressInfo).port}/mcp`;
  server = await startHouse();
  web.on(
    "request",
    mcpServer({
      issuer: server.url,
      resource,
      clientId: files.clientId,
      clientSecret: String(files.clientSecret),
    }),
  );
});
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await server.close();
});

describe("the example's MCP server", () => {
  it("refuses what is no token for it, and says where to get one", async () => {
    for (const headers of [{}, { authorization: "Bearer cs_at_nothing" }]) {
      const answer = await fetch(resource, { method: "POST", headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain("/.well-known/oauth-protected-resource/mcp");
    }
  });

  it("is started beside an emulator whose seed lets every client in", () => {
    const file = new URL("../../../../examples/mcp/countersign.yaml", import.meta.url);
    const { openClients, apps } = readSeedFile(file.pathname, {});
    expect(openClients).toMatchObject({ kinds: ["cimd", "register"], resources: apps[0]?.resources });
  });
});
