/** MCP clients as others wrote them, against the example's MCP server: nobody registered them beforehand. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  auth as authV2,
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { auth as authV1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mcpServer } from "../../../../examples/mcp/server.js";
import { createApp } from "../../src/apps/create-app.js";
import { readSeedFile } from "../../src/emulator/seed/file.js";
import { type DocumentHost, startDocumentHost } from "../support/document-host.js";
import { seededRandom } from "../support/random.js";
import { Clock, jack, type TestServer } from "../support/server.js";
import { UserAgent } from "../support/user-agent.js";
import { jacksId, jillsId, startHouse } from "./house.js";

/** The clients look at the real clock, and so must the server. */
class RealClock extends Clock {
  override readonly now = (): number => Date.now();
}

const redirectUrl = "http://127.0.0.1:33418/callback";
const clientMetadata = {
  client_name: "An MCP client",
  redirect_uris: [redirectUrl],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};
const notesServer = { clientId: "notes-server", clientSecret: "notes-server-secret" };

let host: DocumentHost;
let web: Server;
let resource: string;
let server: TestServer;

beforeAll(async () => {
  host = await startDocumentHost();
  web = createServer();
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  resource = `http://127.0.0.1:${(web.address() as AddressInfo).port}/mcp`;
  const openClients = {
    ...{ kinds: ["cimd", "register"] as const, scopes: ["notes.read"], scopeTexts: {} },
    ...{ resources: [resource], hosts: [], schemes: [] },
  };
  server = await startHouse({ openClients, outgoing: host.outgoing, clock: new RealClock() });
  const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("notes") };
  const app = { name: "Notes", ownerId: jillsId, callbackUrls: [redirectUrl], scopes: ["notes.read"] };
  await createApp(deps, { ...app, ...notesServer, resources: [resource] });
  web.on("request", mcpServer({ issuer: server.url, resource, ...notesServer }));
});
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await server.close();
  await host.close();
});

/** What the clients want of the program around them: memory, and a browser. */
function program(clientMetadataUrl?: string) {
  const kept: { information?: unknown; state?: unknown; tokens?: unknown; verifier?: string; opened?: URL } =
    {};
  return {
    kept,
    redirectUrl,
    clientMetadata,
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    clientInformation: () => kept.information,
    saveClientInformation: (information: unknown) => {
      kept.information = information;
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens: unknown) => {
      kept.tokens = tokens;
    },
    codeVerifier: () => String(kept.verifier),
    saveCodeVerifier: (verifier: string) => {
      kept.verifier = verifier;
    },
    saveDiscoveryState: (state: unknown) => {
      kept.state = state;
    },
    discoveryState: () => kept.state,
    redirectToAuthorization: (url: URL) => {
      kept.opened = url;
    },
  };
}
type Program = ReturnType<typeof program>;

async function consent({ kept }: Program): Promise<URLSearchParams> {
  const callback = await new UserAgent(server.url).authorize(String(kept.opened?.search.slice(1)), jack);
  return callback.searchParams;
}

const versions = {
  "@modelcontextprotocol/sdk 1": {
    authorize: (own: Program, more: object = {}) =>
      authV1(own as unknown as Parameters<typeof authV1>[0], { serverUrl: resource, ...more }),
    connect: async (own: Program) => {
      const client = new ClientV1({ name: "test", version: "1" });
      const authProvider = own as unknown as Parameters<typeof authV1>[0];
      await client.connect(new TransportV1(new URL(resource), { authProvider }) as never);
      return client;
    },
  },
  "@modelcontextprotocol/client 2": {
    authorize: (own: Program, more: object = {}) =>
      authV2(own as unknown as Parameters<typeof authV2>[0], { serverUrl: resource, ...more }),
    connect: async (own: Program) => {
      const client = new ClientV2({ name: "test", version: "1" });
      const authProvider = own as unknown as Parameters<typeof authV2>[0];
      await client.connect(new TransportV2(new URL(resource), { authProvider }) as never);
      return client;
    },
  },
};

describe.each(Object.entries(versions))("%s", (_name, { authorize, connect }) => {
  it.each(["registration", "a metadata document"])(
    "finds the server, gets in by %s, refreshes, and calls a tool",
    async (how) => {
      const url = `${host.origin}/mcp-client.json`;
      host.publish("/mcp-client.json", { client_id: url, ...clientMetadata });
      const own = program(how === "registration" ? undefined : url);
      expect(await authorize(own)).toBe("REDIRECT");
      expect(own.kept.opened?.searchParams.get("resource")).toBe(resource);
      const clientId = String(own.kept.opened?.searchParams.get("client_id"));
      expect(clientId).toMatch(how === "registration" ? /^cs_c_/ : /^https:/);
      const answer = await consent(own);
      const more = { authorizationCode: answer.get("code"), iss: answer.get("iss") };
      expect(await authorize(own, more)).toBe("AUTHORIZED");
      const first = own.kept.tokens as { access_token: string };
      // There is a refresh token: the client uses it without a person.
      expect(await authorize(own)).toBe("AUTHORIZED");
      expect((own.kept.tokens as typeof first).access_token).not.toBe(first.access_token);
      const client = await connect(own);
      const said = await client.callTool({ name: "whose_notes", arguments: {} });
      expect(said.content).toEqual([{ type: "text", text: `Notes of account ${jacksId}` }]);
      await client.close();
    },
  );
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
