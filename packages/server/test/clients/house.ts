/** Owns the server that clients of others are driven against: one for each profile, and what it sees of them. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CryptoKey } from "jose";
import { mcpServer } from "../../../../examples/mcp/server.js";
import { createApp, type NewApp } from "../../src/apps/create-app.js";
import { readParameters } from "../../src/http/body.js";
import { notesOf } from "../../src/http/context.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import type { Reason } from "../../src/oauth/refusal.js";
import { keyPair } from "../fapi2/client.js";
import { jacksId, jillsId, startHouse } from "../standard/house.js";
import { startDocumentHost } from "../support/document-host.js";
import { seededRandom } from "../support/random.js";
import { Clock, jack } from "../support/server.js";
import { account } from "../support/tokens.js";
import { callbackOf, UserAgent } from "../support/user-agent.js";
import type { Client, House, ProfileName, Seen } from "./client.js";

/** The clients look at the real clock, and so must the server. */
class RealClock extends Clock {
  override readonly now = (): number => Date.now();
}

interface Call {
  readonly path: string;
  readonly status: number;
  readonly crossOrigin: boolean;
  readonly reason: Reason | undefined;
  readonly fields: Readonly<Record<string, string | undefined>>;
}

export interface ClientsHouse {
  /** Registers the client, where somebody must, and gives what a person would give it. */
  admit(client: Pick<Client, "callbackUrl" | "by" | "public">): Promise<House>;
  /** Whether a token opens the API. */
  opens(accessToken: string): Promise<boolean>;
  /** What the server saw since the last time it was asked. */
  seen(): Seen;
  close(): Promise<void>;
}

const fieldNames = ["grant_type", "client_secret", "client_assertion", "code_challenge", "client_id"];

async function fieldsOf(request: FastifyRequest): Promise<Call["fields"]> {
  const basic = {
    ...(/^basic/i.test(request.headers.authorization ?? "") && { basic: "yes" }),
    ...(request.headers.dpop !== undefined && { dpop: "yes" }),
  };
  if (request.method === "GET") return { ...(request.query as Record<string, string>), ...basic };
  if (!/form/.test(request.headers["content-type"] ?? "")) return basic;
  const parameters = await readParameters(request);
  return { ...basic, ...Object.fromEntries(fieldNames.map((name) => [name, parameters.optional(name)])) };
}

/** Starts the server, an MCP server that it protects, and a host for metadata documents. */
export async function startClientsHouse(profile: ProfileName): Promise<ClientsHouse> {
  const calls: Call[] = [];
  const documents = await startDocumentHost();
  const web = createServer();
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const resource = `http://127.0.0.1:${(web.address() as AddressInfo).port}/mcp`;
  const openClients = {
    ...{ kinds: ["cimd", "register"] as const, scopes: ["notes.read"], scopeTexts: {} },
    ...{ resources: [resource], hosts: [], schemes: [] },
  };
  const server = await startHouse({
    ...{ profile: profiles[profile], clock: new RealClock(), outgoing: documents.outgoing },
    ...(profile === "standard" && { openClients }),
    extend: ({ server }) =>
      server.addHook("onSend", async (request: FastifyRequest, reply: FastifyReply) => {
        const path = request.url.split("?")[0] ?? "";
        const crossOrigin = reply.getHeader("access-control-allow-origin") === "*";
        const reason = notesOf(request).reason as Reason | undefined;
        calls.push({ path, status: reply.statusCode, crossOrigin, reason, fields: await fieldsOf(request) });
      }),
  });
  const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("clients") };
  const register = (app: Omit<NewApp, "name" | "ownerId"> & { clientId: string }) =>
    createApp(deps, { name: app.clientId, ownerId: jillsId, approved: true, ...app });
  const notes = { clientId: "notes-server", clientSecret: "notes-server-secret" };
  const callbackUrls = ["https://notes.example.com/callback"];
  await register({ ...notes, callbackUrls, scopes: ["notes.read"], resources: [resource] });
  web.on("request", mcpServer({ issuer: server.url, resource, ...notes }));
  const person = new UserAgent(server.url);
  let documentsSoFar = 0;
  const common = {
    ...{ issuer: server.url, metadata: profile !== "dropbox-sign" },
    ...{ authorizeUrl: `${server.url}/oauth/authorize`, tokenUrl: `${server.url}/oauth/token` },
    accountUrl: `${server.url}/v3/account`,
    mcp: {
      ...{ resource, said: `Notes of account ${jacksId}` },
      publish(metadata: object) {
        documentsSoFar += 1;
        const path = `/client-${documentsSoFar}.json`;
        return documents.publish(path, { client_id: documents.origin + path, ...metadata });
      },
    },
    async consent(url: string | URL) {
      const page = await person.openConsent(new URL(url).search.slice(1), jack);
      if (page.headers.location !== undefined) return callbackOf(page);
      return callbackOf(await person.submit(page, "/oauth/authorize?", { decision: "allow" }));
    },
  };
  let apps = 0;
  return {
    async admit({ callbackUrl, by, ...client }) {
      apps += 1;
      const clientId = `client-${apps}`;
      const app = { clientId, callbackUrls: [callbackUrl], scopes: ["account_access"] };
      if (profile === "fapi2") {
        const { jwks, key } = await newKey();
        await register({ ...app, jwks });
        return { ...common, clientId, clientSecret: "", key, callbackUrl };
      }
      const clientSecret = client.public ? undefined : `${clientId}-secret`;
      if (by === undefined) await register({ ...app, clientSecret, public: client.public ?? false });
      return { ...common, clientId, clientSecret: clientSecret ?? "", callbackUrl };
    },
    opens: async (accessToken) => (await account(server, accessToken)).status === 200,
    seen: () => seenOf(calls.splice(0)),
    async close() {
      web.closeAllConnections();
      web.close();
      await server.close();
      await documents.close();
    },
  };
}

/** A key as it is registered, and as a client holds it. */
async function newKey(): Promise<{ readonly jwks: string; readonly key: CryptoKey }> {
  const { publicKey, privateKey } = keyPair("ES256");
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  return { jwks: JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] }), key };
}

function seenOf(calls: readonly Call[]): Seen {
  const good = calls.filter(({ status }) => status < 400);
  const at = (path: string) => good.filter((call) => call.path === path);
  const tokens = at("/oauth/token").map(({ fields }) => fields);
  const has = (name: string) => tokens.some((fields) => fields[name] !== undefined);
  const pushed = at("/oauth/par").map(({ fields }) => fields);
  const secret = has("client_secret") ? "client_secret_post" : "none";
  const inBody = has("client_assertion") ? "private_key_jwt" : secret;
  return {
    metadata: good.find(({ path }) => path.startsWith("/.well-known/"))?.path.slice("/.well-known/".length),
    authentication: has("basic") ? "client_secret_basic" : inBody,
    pkce: [...pushed, ...at("/oauth/authorize").map(({ fields }) => fields)].some(
      (fields) => fields.code_challenge !== undefined,
    ),
    pushed: pushed.length > 0,
    bound: has("dpop"),
    refreshed: tokens.some((fields) => fields.grant_type === "refresh_token"),
    revoked: at("/oauth/revoke").length > 0,
    crossOrigin: good.every(({ path, crossOrigin }) => crossOrigin || path.startsWith("/oauth/authorize")),
    refusals: calls.flatMap(({ reason }) => reason ?? []),
    introspected: at("/oauth/introspect").some(({ fields }) => fields.client_id !== "notes-server"),
  };
}
