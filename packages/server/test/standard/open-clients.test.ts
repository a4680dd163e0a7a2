/** Clients that nobody registered here: what they get, what they are held to, and what they leave behind. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyRing } from "../../src/crypto/key-ring.js";
import type { OpenClientSettings } from "../../src/oauth/open-clients/settings.js";
import { documentLimits } from "../../src/outgoing/documents.js";
import { openClientsOwner } from "../../src/storage/port/records.js";
import { postProven, prover } from "../fapi2/proofs.js";
import { type DocumentHost, startDocumentHost } from "../support/document-host.js";
import { type Answer, send } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { tokensOf } from "../support/tokens.js";
import { callbackOf, textOf, UserAgent } from "../support/user-agent.js";
import { auditOf, pkce, post, refusalOf, secretsOfTheHouse, startHouse, verifier } from "./house.js";

const settings: OpenClientSettings = {
  kinds: ["cimd", "register"],
  scopes: ["notes.read", "notes.write"],
  scopeTexts: { "notes.read": "Read your notes" },
  resources: ["https://mcp.example.com/mcp"],
  hosts: [],
  schemes: ["cursor"],
};
const callback = "http://127.0.0.1:33418/callback";
const usual = {
  client_name: "Notebook",
  redirect_uris: [callback],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};

let host: DocumentHost;
let server: TestServer;

beforeAll(async () => {
  host = await startDocumentHost();
  server = await startHouse({ openClients: settings, outgoing: host.outgoing });
});
afterAll(async () => {
  await server.close();
  await host.close();
});

function register(body: unknown, at = server): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return send(`${at.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: text,
  });
}

const idOf = (answer: Answer) => String(answer.json().client_id);

const queryOf = (clientId: string, more: Record<string, string> = {}) =>
  new URLSearchParams({
    ...{ response_type: "code", client_id: clientId, redirect_uri: callback, ...pkce, ...more },
  }).toString();

const show = (clientId: string, more?: Record<string, string>, at = server) =>
  new UserAgent(at.url).get(`/oauth/authorize?${queryOf(clientId, more)}`);

async function consentPage(clientId: string, more?: Record<string, string>): Promise<string> {
  return textOf((await new UserAgent(server.url).openConsent(queryOf(clientId, more), jack)).text);
}

async function tokensFor(clientId: string, more: Record<string, string> = {}, at = server) {
  const agent = new UserAgent(at.url);
  const code = (await agent.authorize(queryOf(clientId, more), jack)).searchParams.get("code") ?? "";
  const fields = { grant_type: "authorization_code", code, client_id: clientId, redirect_uri: callback };
  return post(at, "/oauth/token", { ...fields, code_verifier: verifier });
}

let documents = 0;
/** Publishes a document with its own address in it. */
function publish(members: object): string {
  const path = `/client-${++documents}.json`;
  return host.publish(path, { client_id: host.origin + path, ...usual, ...members });
}

describe("dynamic registration", () => {
  it("gives the same id for the same metadata, in whatever order, and stores nothing", async () => {
    const before = await server.storage.listApps(1000);
    const first = await register({ ...usual, redirect_uris: ["cursor://callback", callback] });
    expect(first.status).toBe(201);
    expect(first.headers["cache-control"]).toBe("no-store");
    expect(first.json()).toEqual({
      client_id: expect.stringMatching(/^cs_c_[\w-]+$/),
      client_name: "Notebook",
      redirect_uris: ["cursor://callback", callback],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      scope: "notes.read notes.write",
    });
    const members = { redirect_uris: [callback, "cursor://callback"], logo_uri: "https://x.example/", a: 1 };
    expect(idOf(await register({ ...members, ...usual, redirect_uris: members.redirect_uris }))).toBe(
      idOf(first),
    );
    for (let n = 0; n < 50; n++) await register({ ...usual, client_name: `Flood ${n}` });
    expect(await server.storage.listApps(1000)).toEqual(before);
  });

  it("leads to tokens, with a refresh token that rotates; the row is written at the consent", async () => {
    const id = idOf(await register(usual));
    await show(id);
    expect(await server.storage.findApp(id)).toBeUndefined();
    const tokens = tokensOf(await tokensFor(id, { scope: "notes.read openid" }));
    expect(tokens.scope).toBe("notes.read");
    const app = await server.storage.findApp(id);
    expect(app).toMatchObject({ openClient: "registration", public: true, ownerId: openClientsOwner });
    const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: id };
    const next = tokensOf(await post(server, "/oauth/token", refresh));
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
  });

  it("gives a refresh token only to a client whose grant_types ask for it", async () => {
    const { grant_types: _, ...without } = usual;
    const answer = await register(without);
    expect(answer.json().grant_types).toEqual(["authorization_code"]);
    const tokens = (await tokensFor(idOf(answer))).json();
    expect(tokens.access_token).toMatch(/^cs_at_/);
    expect(tokens).not.toHaveProperty("refresh_token");
  });

  it("holds a client to the ceilings: no other scope and no other resource", async () => {
    const answer = await register({ ...usual, scope: "openid notes.read team_access" });
    expect(answer.json().scope).toBe("notes.read");
    const id = idOf(answer);
    for (const [more, error] of [
      [{ scope: "notes.write" }, "The app does not have the scope notes.write"],
      [{ scope: "account_access" }, "The app does not have the scope account_access"],
      [{ resource: "https://files.example.com/" }, "may not ask for a token for this resource"],
    ] as const) {
      const page = await show(id, more);
      expect([page.status, textOf(page.text)]).toEqual([400, expect.stringContaining(error)]);
    }
    const resource = "https://mcp.example.com/mcp";
    expect(tokensOf(await tokensFor(id, { resource })).scope).toBe("notes.read");
  });

  it("holds a client to what it says of itself: that it pushes its requests, and binds its tokens", async () => {
    const strict = { require_pushed_authorization_requests: true, dpop_bound_access_tokens: true };
    const answer = await register({ ...usual, ...strict });
    expect(answer.json()).toMatchObject(strict);
    for (const id of [idOf(answer), publish(strict)]) {
      expect(textOf((await show(id)).text)).toContain("The request must be pushed first");
      const fields = Object.fromEntries(new URLSearchParams(queryOf(id)));
      const requestUri = String((await post(server, "/oauth/par", fields)).json().request_uri);
      const query = new URLSearchParams({ client_id: id, request_uri: requestUri }).toString();
      const callbackUrl = await new UserAgent(server.url).authorize(query, jack);
      const exchange = {
        ...{ grant_type: "authorization_code", code: String(callbackUrl.searchParams.get("code")) },
        ...{ client_id: id, redirect_uri: callback, code_verifier: verifier },
      };
      expect((await post(server, "/oauth/token", exchange)).json().error).toBe("invalid_dpop_proof");
      const bound = await postProven(server, "/oauth/token", async () => exchange, await prover());
      expect(bound.json().token_type).toBe("DPoP");
      expect(await server.storage.findApp(id)).toMatchObject({
        ...{ requirePushedRequests: true, dpopBoundTokens: true },
      });
    }
    const wrong = await register({ ...usual, dpop_bound_access_tokens: "yes" });
    expect(wrong.json().error).toBe("invalid_client_metadata");
    expect(idOf(await register({ ...usual, dpop_bound_access_tokens: false }))).toBe(
      idOf(await register(usual)),
    );
  });

  it("answers with what it makes of a request for a secret: the client is public", async () => {
    for (const method of ["client_secret_basic", "client_secret_post", "private_key_jwt"]) {
      const answer = await register({ ...usual, token_endpoint_auth_method: method });
      expect(answer.json()).toMatchObject({ token_endpoint_auth_method: "none" });
      expect(answer.json()).not.toHaveProperty("client_secret");
    }
  });

  const many = Array.from({ length: 10_000 }, (_, n) => `https://a.example/${n}`);
  it.each<[string, unknown, number, string]>([
    ["nothing", "", 400, "invalid_request"],
    ["no JSON", "{", 400, "invalid_request"],
    ["a list", [], 400, "invalid_request"],
    ["null", "null", 400, "invalid_request"],
    ["a text", '"x"', 400, "invalid_request"],
    [
      "two members of one name",
      '{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}',
      400,
      "invalid_request",
    ],
    [
      "two members of one name, one escaped",
      '{"redirect_uris":["https://a.example/"],"redirect_\\u0075ris":["https://b.example/"]}',
      400,
      "invalid_request",
    ],
    ["no redirect_uris", {}, 400, "invalid_client_metadata"],
    ["redirect_uris null", { redirect_uris: null }, 400, "invalid_client_metadata"],
    ["no redirect URI", { redirect_uris: [] }, 400, "invalid_client_metadata"],
    ["a text for the list", { redirect_uris: callback }, 400, "invalid_client_metadata"],
    ["an object for the list", { redirect_uris: { 0: callback, length: 1 } }, 400, "invalid_client_metadata"],
    ["numbers in the list", { redirect_uris: [1] }, 400, "invalid_client_metadata"],
    ["lists in the list", { redirect_uris: [[callback]] }, 400, "invalid_client_metadata"],
    ["11 redirect URIs", { redirect_uris: many.slice(0, 11) }, 400, "invalid_client_metadata"],
    ["10,000 redirect URIs", { redirect_uris: many }, 413, "invalid_request"],
    [
      "an inherited member",
      '{"__proto__":{"redirect_uris":["https://a.example/"]}}',
      400,
      "invalid_client_metadata",
    ],
    [
      "a redirect URI that is too long",
      { redirect_uris: [`https://a.example/${"a".repeat(500)}`] },
      400,
      "invalid_redirect_uri",
    ],
    [
      "more than fits into an id",
      { redirect_uris: many.slice(0, 10).map((uri) => uri + "b".repeat(400)) },
      400,
      "invalid_client_metadata",
    ],
    ["a name that is a list", { ...usual, client_name: ["a"] }, 400, "invalid_client_metadata"],
    ["a name that is an object", { ...usual, client_name: { toString: 1 } }, 400, "invalid_client_metadata"],
    ["a name of 101 characters", { ...usual, client_name: "a".repeat(101) }, 400, "invalid_client_metadata"],
    ["a name of two lines", { ...usual, client_name: "a\nb" }, 400, "invalid_client_metadata"],
    ["a name that turns text around", { ...usual, client_name: "a\u202eb" }, 400, "invalid_client_metadata"],
    [
      "half a character",
      '{"redirect_uris":["https://a.example/"],"client_name":"\\ud800"}',
      400,
      "invalid_client_metadata",
    ],
    ["a null character", { ...usual, client_name: "a\u0000" }, 400, "invalid_client_metadata"],
    ["grant types without the code", { ...usual, grant_types: ["implicit"] }, 400, "invalid_client_metadata"],
    [
      "grant types as a text",
      { ...usual, grant_types: "authorization_code" },
      400,
      "invalid_client_metadata",
    ],
    [
      "response types without the code",
      { ...usual, response_types: ["token"] },
      400,
      "invalid_client_metadata",
    ],
    ["a scope that is a list", { ...usual, scope: ["notes.read"] }, 400, "invalid_client_metadata"],
    ["a scope that is none", { ...usual, scope: 'a"b' }, 400, "invalid_client_metadata"],
    [
      "a method that is a number",
      { ...usual, token_endpoint_auth_method: 1 },
      400,
      "invalid_client_metadata",
    ],
    ["deep nesting", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, 400, "invalid_request"],
    ["a large body", { ...usual, client_name: "a".repeat(70_000) }, 413, "invalid_request"],
    ...[
      "javascript:alert(1)",
      "JavaScript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "file:///etc/passwd",
      "blob:https://a.example/1",
      "http://a.example/",
      "http://127.0.0.1.a.example/",
      "http://2130706433.example/",
      "https://a.example/#fragment",
      "https://a.example/#",
      "https://user:password@a.example/",
      "https://a.example/?code=1",
      "https://a.example/a b",
      "https://a.example\\@b.example/",
      "https://exämple.example/",
      "https://a.example/\u0000",
      "//a.example/",
      "vscode://a",
      "",
      "https://",
    ].map((uri): [string, unknown, number, string] => [
      `the redirect URI ${JSON.stringify(uri)}`,
      { redirect_uris: [callback, uri] },
      400,
      "invalid_redirect_uri",
    ]),
  ])("refuses %s", async (_what, body, status, error) => {
    const answer = await register(body);
    expect(refusalOf(answer)).toEqual([status, error]);
    expect(answer.json().error_description).toEqual(expect.stringMatching(/^[\x20-\x7e]{5,500}$/));
  });

  it("wants JSON, and says so in RFC 6749's shape", async () => {
    const form = await post(server, "/oauth/register", { redirect_uris: callback });
    expect(refusalOf(form)).toEqual([415, "invalid_request"]);
    const get = await send(`${server.url}/oauth/register`);
    expect([get.status, get.headers.allow]).toEqual([405, "POST"]);
  });
});

describe("an id that was not made here", () => {
  it.each([
    [
      "of another server",
      () => register(usual),
      new KeyRing(["another secret, long enough to be one: 9876543210"]),
    ],
  ])("is unknown: %s", async (_what, registered, ring) => {
    const other = await startHouse({ openClients: settings, ring });
    const page = await show(idOf(await registered()), {}, other);
    expect([page.status, page.text]).toEqual([400, expect.stringContaining("not known to this server")]);
    await other.close();
  });

  it("is unknown when a bit of it is changed, cut off, or spelled in another way", async () => {
    const id = idOf(await register(usual));
    const bytes = Buffer.from(id.slice(5), "base64url");
    const flipped = (at: number) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      return `cs_c_${copy.toString("base64url")}`;
    };
    const spelled = [
      `${id}=`,
      id.replace("cs_c_", "cs_c_ "),
      `${id}A`,
      id.slice(0, -1),
      "cs_c_",
      `cs_c_${"A".repeat(900)}`,
    ];
    for (const other of [flipped(0), flipped(15), flipped(20), ...spelled])
      expect([(await show(other)).status, other]).toEqual([400, other]);
  });

  it("outlives a change of the secrets, and a retired secret once a person has consented", async () => {
    const old = secretsOfTheHouse[0] as string;
    const fresh = "a fresh secret of the tests, long enough: 5566778899";
    const ring = new KeyRing([old]);
    const own = await startHouse({ openClients: settings, ring });
    const [consented, never] = await Promise.all([
      register(usual, own),
      register({ ...usual, client_name: "B" }, own),
    ]);
    tokensOf(await tokensFor(idOf(consented), {}, own));
    ring.replace([fresh, old]);
    expect((await show(idOf(never), {}, own)).status).toBe(200);
    expect(idOf(await register(usual, own))).not.toBe(idOf(consented));
    ring.replace([fresh]);
    expect((await show(idOf(never), {}, own)).status).toBe(400);
    expect((await show(idOf(consented), {}, own)).status).toBe(200);
    await own.close();
  });
});

describe("a metadata document", () => {
  it("is fetched once, makes a client, and brings it up to date at the next consent", async () => {
    const id = publish({ client_name: "First name" });
    const path = new URL(id).pathname;
    const tokens = tokensOf(await tokensFor(id));
    expect(tokens.refresh_token).toMatch(/^cs_rt_/);
    await tokensFor(id);
    expect(host.asked.filter((one) => one === path)).toHaveLength(1);
    expect(await server.storage.findApp(id)).toMatchObject({ openClient: "document", name: "First name" });
    host.publish(path, {
      ...usual,
      client_id: id,
      client_name: "Second name",
      grant_types: ["authorization_code"],
    });
    server.clock.advance(3_600_001);
    expect((await tokensFor(id)).json()).not.toHaveProperty("refresh_token");
    const kept = await server.storage.findApp(id);
    expect(kept).toMatchObject({ name: "Second name", refreshTokens: "none" });
  });

  it("is kept as long as it says, from five minutes to a day", async () => {
    for (const [control, keptSeconds] of [
      ["max-age=1", 300],
      ["no-store", 300],
      ["public, max-age=7200", 7200],
      ["max-age=999999999", 86_400],
    ] as const) {
      const path = `/kept-${keptSeconds}-${control.length}.json`;
      const members = JSON.stringify({ ...usual, client_id: host.origin + path });
      host.publish(path, (_request, response) =>
        response
          .writeHead(200, { "content-type": "application/json", "cache-control": control })
          .end(members),
      );
      const fetches = async (after: number) => {
        server.clock.advance(after);
        expect((await show(host.origin + path)).status).toBe(200);
        return host.asked.filter((one) => one === path).length;
      };
      expect([await fetches(0), await fetches(keptSeconds * 1000 - 1), await fetches(1)]).toEqual([1, 1, 2]);
    }
  });

  it.each<[string, object]>([
    ["another client_id", { client_id: "https://client.example.com/other.json" }],
    ["no client_id", { client_id: undefined }],
    ["a secret", { client_secret: "x" }],
    ["a secret that is null", { client_secret: null }],
    ["a way to authenticate with a secret", { token_endpoint_auth_method: "client_secret_post" }],
    ["a way to authenticate with keys", { token_endpoint_auth_method: "private_key_jwt" }],
    ["no redirect URI", { redirect_uris: [] }],
    ["a dangerous redirect URI", { redirect_uris: ["javascript:alert(1)"] }],
    ["a name that is no text", { client_name: [] }],
  ])("with %s is refused", async (_what, members) => {
    const page = await show(publish(members));
    expect([page.status, page.text]).toEqual([
      400,
      expect.stringContaining("metadata document cannot be used"),
    ]);
  });

  it("of another host than those listed is not fetched", async () => {
    const own = await startHouse({
      openClients: { ...settings, hosts: ["claude.ai", "*.example.org"] },
      outgoing: host.outgoing,
    });
    const before = host.asked.length;
    const page = await show(publish({}), {}, own);
    expect([page.status, host.asked.length]).toEqual([400, before]);
    expect(textOf(page.text)).toContain("this server reads none from client.example.com");
    await own.close();
  });

  it("is not fetched for an app that an operator has disabled", async () => {
    const id = publish({});
    tokensOf(await tokensFor(id));
    await server.storage.updateApp(id, { disabled: true }, server.clock.now());
    server.clock.advance(86_400_001);
    const before = host.asked.length;
    expect([(await show(id)).status, host.asked.length]).toEqual([400, before]);
  });
});

describe("limits of fetching", () => {
  it("hold for one who asks for ever other documents, and a failure is remembered", async () => {
    const own = await startHouse({ openClients: settings, outgoing: host.outgoing });
    const before = host.asked.length;
    const statuses: number[] = [];
    for (let n = 0; n < documentLimits.caller.capacity + 5; n++)
      statuses.push((await show(`${host.origin}/none-${n}.json`, {}, own)).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(host.asked.length - before).toBe(documentLimits.caller.capacity);
    // What is known already costs nothing.
    expect((await show(`${host.origin}/none-0.json`, {}, own)).status).toBe(400);
    expect(host.asked.length - before).toBe(documentLimits.caller.capacity);
    const limited = await show(`${host.origin}/none-99.json`, {}, own);
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    await own.close();
  });

  it("fetch a document once for all who ask at the same time", async () => {
    const path = `/shared-${++documents}.json`;
    const members = JSON.stringify({ ...usual, client_id: host.origin + path });
    host.publish(path, (_request, response) =>
      setImmediate(() => response.writeHead(200, { "content-type": "application/json" }).end(members)),
    );
    server.clock.advance(60_000);
    const pages = await Promise.all(Array.from({ length: 10 }, () => show(host.origin + path)));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(host.asked.filter((one) => one === path)).toHaveLength(1);
  });
});

describe("the consent page of an open client", () => {
  it("shows the host, and that nobody has checked the name", async () => {
    server.clock.advance(60_000);
    const id = publish({ client_name: "<b>Google</b>", redirect_uris: ["https://client.example.com/back"] });
    const agent = new UserAgent(server.url);
    const query = queryOf(id, { redirect_uri: "https://client.example.com/back" });
    const page = await agent.openConsent(query, jack);
    expect(page.text).not.toContain("<b>Google");
    const text = textOf(page.text);
    expect(text).toContain(`Nobody here has checked this app. It is published at ${new URL(id).host}`);
    expect(text).toContain("You return to client.example.com");
    expect(text).not.toContain("runs on your device");
    expect(text).toContain("Read your notes");
  });

  it("shows a name in another script beside the host it cannot choose", async () => {
    server.clock.advance(60_000);
    // Cyrillic letters that look like Latin ones.
    const text = await consentPage(publish({ client_name: "\u0421laude" }));
    expect(text).toContain("published at client.example.com");
  });

  it("warns of one that is on the person's own device alone, and asks each time", async () => {
    const id = idOf(await register(usual));
    const first = await consentPage(id);
    expect(first).toContain("It registered itself, and chose its own name.");
    expect(first).toContain("It runs on your device, where any program can claim this name.");
    tokensOf(await tokensFor(id));
    expect(await consentPage(id)).toContain("Nobody here has checked this app.");
  });

  it("is the only way to its callback: no error leads there by itself", async () => {
    const id = idOf(await register({ ...usual, redirect_uris: ["https://evil.example/"] }));
    const more = { redirect_uri: "https://evil.example/", prompt: "none" };
    const page = await show(id, more);
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
    const agent = new UserAgent(server.url);
    const denied = await agent.authorize(
      queryOf(id, { redirect_uri: "https://evil.example/" }),
      jack,
      "deny",
    );
    expect(denied.searchParams.get("error")).toBe("access_denied");
  });

  it("has its place among the connected apps, where access ends", async () => {
    const id = idOf(await register({ ...usual, client_name: "To be removed" }));
    const tokens = tokensOf(await tokensFor(id));
    const agent = new UserAgent(server.url);
    const page = await agent.follow(
      await agent.submit(await agent.get("/connected-apps"), "/connected-apps/login", jack),
    );
    expect(textOf(page.text)).toContain("To be removed");
    expect(textOf(page.text)).toContain("Run by an unknown person: it registered itself");
    await agent.submit(page, `/connected-apps/revoke?client_id=${encodeURIComponent(id)}`, {});
    const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: id };
    expect(refusalOf(await post(server, "/oauth/token", refresh))).toEqual([400, "invalid_grant"]);
  });
});

describe("where open clients are not let in", () => {
  it("nothing of it is there: no endpoint, no member of the metadata, no lookup", async () => {
    const closed = await startHouse({ outgoing: host.outgoing });
    const metadata = (await send(`${closed.url}/.well-known/oauth-authorization-server`)).json();
    expect(Object.keys(metadata)).not.toContain("registration_endpoint");
    expect(Object.keys(metadata)).not.toContain("client_id_metadata_document_supported");
    expect((await register(usual, closed)).status).toBe(404);
    const before = host.asked.length;
    const ids = [publish({}), idOf(await register(usual))];
    for (const id of ids) expect((await show(id, {}, closed)).status).toBe(400);
    expect(host.asked.length).toBe(before);
    await closed.close();
  });

  it("the metadata says which of the two there is", async () => {
    for (const kinds of [["cimd"], ["register"], ["cimd", "register"]] as const) {
      const own = await startHouse({ openClients: { ...settings, kinds } });
      const metadata = (await send(`${own.url}/.well-known/oauth-authorization-server`)).json();
      const [cimd, registers] = [kinds.some((k) => k === "cimd"), kinds.some((k) => k === "register")];
      expect(metadata.client_id_metadata_document_supported).toBe(cimd || undefined);
      expect(metadata.registration_endpoint).toBe(registers ? `${own.url}/oauth/register` : undefined);
      expect(metadata.scopes_supported).toEqual(settings.scopes);
      expect((await register(usual, own)).status).toBe(registers ? 201 : 404);
      await own.close();
    }
  });
});

describe("what operators see", () => {
  it("leaves out open clients and their owner, unless asked", async () => {
    const all = await server.storage.pageApps({ limit: 1000, openClients: true });
    const usualApps = await server.storage.pageApps({ limit: 1000 });
    expect(all.items.length).toBeGreaterThan(usualApps.items.length);
    expect(usualApps.items.every(({ openClient }) => openClient === undefined)).toBe(true);
    const { items } = await server.storage.pageAccounts({ limit: 1000 });
    expect(items.map(({ id }) => id)).not.toContain(openClientsOwner);
    expect(await server.storage.findAccount(openClientsOwner)).toMatchObject({ locked: true });
    expect(
      (await auditOf(server, "consent_given")).some(({ clientId }) => clientId?.startsWith("https://")),
    ).toBe(true);
  });
});

it("a callback of a registered client on another port of the device is its own", async () => {
  const id = idOf(await register(usual));
  const agent = new UserAgent(server.url);
  const page = await agent.openConsent(queryOf(id, { redirect_uri: "http://127.0.0.1:5000/callback" }), jack);
  const answer = await agent.submit(page, "/oauth/authorize?", { decision: "allow" });
  expect(callbackOf(answer).host).toBe("127.0.0.1:5000");
});
