/** The MCP TypeScript SDK, both versions: from a refusal by an MCP server to a tool that it calls there. */

import {
  auth as authV2,
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { auth as authV1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { type Client, type House, unmodified } from "./client.js";

type ProviderV1 = Parameters<typeof authV1>[0];
type ProviderV2 = Parameters<typeof authV2>[0];

const redirectUrl = "http://127.0.0.1:33418/callback";
const clientMetadata = {
  client_name: "An MCP client",
  redirect_uris: [redirectUrl],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};

/** What the SDK wants of the program around it: memory, and a browser. */
function program(clientMetadataUrl: string | undefined) {
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

interface Version {
  authorize(own: Program, options: { serverUrl: string }): Promise<string>;
  connect(own: Program, resource: URL): Promise<Pick<ClientV1, "callTool" | "close">>;
}

const versions: Readonly<Record<string, Version>> = {
  "@modelcontextprotocol/sdk": {
    authorize: (own, options) => authV1(own as unknown as ProviderV1, options),
    connect: async (own, resource) => {
      const client = new ClientV1({ name: "test", version: "1" });
      const authProvider = own as unknown as ProviderV1;
      await client.connect(new TransportV1(resource, { authProvider }) as never);
      return client;
    },
  },
  "@modelcontextprotocol/client": {
    authorize: (own, options) => authV2(own as unknown as ProviderV2, options),
    connect: async (own, resource) => {
      const client = new ClientV2({ name: "test", version: "1" });
      const authProvider = own as unknown as ProviderV2;
      await client.connect(new TransportV2(resource, { authProvider }) as never);
      return client as unknown as ClientV1;
    },
  },
};

async function drive({ authorize, connect }: Version, by: Client["by"], house: House) {
  const { resource, said, publish } = house.mcp;
  const own = program(by === "registration" ? undefined : publish(clientMetadata));
  const step = async (wanted: string, more = {}) => {
    const came = await authorize(own, { serverUrl: resource, ...more });
    if (came !== wanted) throw new Error(`${came}, not ${wanted}`);
  };
  await step("REDIRECT");
  if (own.kept.opened?.searchParams.get("resource") !== resource) throw new Error("asked for no resource");
  const { searchParams } = await house.consent(own.kept.opened);
  await step("AUTHORIZED", { authorizationCode: searchParams.get("code"), iss: searchParams.get("iss") });
  const first = JSON.stringify(own.kept.tokens);
  // There is a refresh token: the SDK uses it without a person.
  await step("AUTHORIZED");
  if (JSON.stringify(own.kept.tokens) === first) throw new Error("did not refresh");
  const client = await connect(own, new URL(resource));
  const { content } = await client.callTool({ name: "whose_notes", arguments: {} });
  await client.close();
  if (!JSON.stringify(content).includes(said)) throw new Error(`the tool said ${JSON.stringify(content)}`);
  return {};
}

export const mcpSdks: readonly Client[] = Object.entries(versions).flatMap(([name, version]) =>
  (["registration", "a metadata document"] as const).map((by) => ({
    ...{ name, by, callbackUrl: redirectUrl },
    ways: { standard: unmodified, "dropbox-sign": { not: "no metadata, no registration, as live" } },
    drive: (house: House) => drive(version, by, house),
  })),
);
