/** The two requests of the API's documentation, byte for byte as its Ruby SDK sends them, at both addresses. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashed } from "../../src/crypto/compare.js";
import { send, sendJson, sendRaw } from "../support/http.js";
import { callbackUrl, demo, jack, startServer, type TestServer } from "../support/server.js";
import { account, newTokens } from "../support/tokens.js";
import { newCode } from "../support/user-agent.js";

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const documentedCode = "1b0d28d90c86c141";

/** The document's code does not come from chance: it is put where an authorization would have put it. */
async function issueDocumentedCode(): Promise<void> {
  const account = await server.storage.findAccountByEmail(jack.email);
  await server.storage.issueCode({
    hash: hashed(documentedCode),
    accountId: account?.id ?? "",
    clientId: demo.clientId,
    scopes: demo.scopes,
    resources: [],
    redirectUri: callbackUrl,
    redirectUriGiven: false,
    state: "900e06e2",
    codeChallenge: undefined,
    dpopJkt: undefined,
    issuedAt: server.clock.now(),
    expiresAt: server.clock.now() + 3_600_000,
  });
}

/** The recorded request, with the headers that HTTP itself adds. */
function recorded(path: string, body: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    "User-Agent: OpenAPI-Generator/1.10-dev/ruby",
    "Content-Type: application/json",
    "Accept: application/json",
    `Host: ${new URL(server.url).host}`,
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}

function parsed(response: string): { status: number; headers: string; body: Record<string, unknown> } {
  const [head = "", body = ""] = response.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), headers: head.toLowerCase(), body: JSON.parse(body) };
}

const generate =
  '{"client_id":"cc91c61d00f8bb2ece1428035716b","client_secret":"1d14434088507ffa390e6f5528465","code":"1b0d28d90c86c141","grant_type":"authorization_code","state":"900e06e2"}';
const documentedRefresh =
  '{"grant_type":"refresh_token","refresh_token":"hNTI2MTFmM2VmZDQxZTZjOWRmZmFjZmVmMGMyNGFjMzI2MGI5YzgzNmE3"}';

describe.each(["/oauth/token", "/v3/oauth/token"])("at %s", (path) => {
  it("answers oauth_token_generate with a token response that echoes the state", async () => {
    await issueDocumentedCode();
    const { status, headers, body } = parsed(await sendRaw(server.url, recorded(path, generate)));
    expect(status).toBe(200);
    expect(headers).toContain("content-type: application/json");
    expect(headers).toContain("cache-control: no-store");
    expect(Object.keys(body).sort()).toEqual([
      "access_token",
      "expires_in",
      "refresh_token",
      "state",
      "token_type",
    ]);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 86_400, state: "900e06e2" });
    expect((await account(server, String(body.access_token))).status).toBe(200);
  });

  it("refuses oauth_token_refresh with the document's token cleanly, in the API's shape", async () => {
    const response = await sendRaw(server.url, recorded(`${path}?refresh`, documentedRefresh));
    const { status, headers, body } = parsed(response);
    expect(status).toBe(400);
    expect(headers).toContain("content-type: application/json");
    expect(body).toEqual({
      error: { error_msg: "Invalid grant data (refresh token)", error_name: "bad_request" },
    });
  });

  it("answers oauth_token_refresh with the same refresh token, a new access token and no state", async () => {
    const tokens = await newTokens(server, demo, jack);
    const request = `{"grant_type":"refresh_token","refresh_token":"${tokens.refresh_token}"}`;
    const { status, body } = parsed(await sendRaw(server.url, recorded(`${path}?refresh`, request)));
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "refresh_token", "token_type"]);
    expect(body.refresh_token).toBe(tokens.refresh_token);
    expect(body.access_token).not.toBe(tokens.access_token);
  });
});

describe("the shape of what is issued", () => {
  it("is a code of 16 hex digits, an access token of 140 characters and a refresh token of 96", async () => {
    const code = await newCode(server, demo, jack);
    expect(code).toMatch(/^[0-9a-f]{16}$/);
    const tokens = await newTokens(server, demo, jack);
    expect(tokens.access_token).toHaveLength(140);
    expect(Buffer.from(tokens.access_token, "base64").toString("latin1")).toMatch(/^[0-9a-f]{104}$/);
    expect(tokens.refresh_token).toHaveLength(96);
    expect(Buffer.from(tokens.refresh_token, "base64").toString("latin1")).toMatch(/^[0-9a-f]{72}$/);
  });

  it("is expires_in as a number, and state only if it was sent to the token endpoint", async () => {
    const code = await newCode(server, demo, jack, { state: "abc" });
    const { clientId, clientSecret } = demo;
    const answer = await sendJson(`${server.url}/oauth/token`, {
      client_id: clientId,
      client_secret: clientSecret,
      code,
    });
    expect(answer.text).toContain('"expires_in":86400');
    expect(answer.json()).not.toHaveProperty("state");
  });
});

it("chooses the operation by grant_type, and by the query key refresh only without it", async () => {
  const tokens = await newTokens(server, demo, jack);
  const refresh = { refresh_token: tokens.refresh_token };
  const statusAt = async (query: string, body: object) =>
    (await sendJson(`${server.url}${query}`, body)).status;
  expect(await statusAt("/oauth/token", { grant_type: "refresh_token", ...refresh })).toBe(200);
  expect(await statusAt("/oauth/token?refresh", refresh)).toBe(200);
  expect(await statusAt("/oauth/token?refresh&a=1", refresh)).toBe(200);
  expect(await statusAt("/oauth/token?a=1&refresh=", refresh)).toBe(200);
  expect(await statusAt("/oauth/token?a=refresh", refresh)).toBe(400);
  expect(await statusAt("/oauth/token", refresh)).toBe(400);
  const code = await newCode(server, demo, jack);
  const { clientId, clientSecret } = demo;
  const exchange = {
    grant_type: "authorization_code",
    client_id: clientId,
    client_secret: clientSecret,
    code,
  };
  expect(await statusAt("/oauth/token?refresh", exchange)).toBe(200);
});

it("answers 404 at the API host's address where one setting asks for what the live service does", async () => {
  const live = await startServer({ liveApiHostTokenPath: true });
  const answer = await sendJson(`${live.url}/v3/oauth/token`, generate);
  expect(answer.status).toBe(404);
  expect(answer.json()).toEqual({ error: { error_msg: "Invalid URI...", error_name: "not_found" } });
  await live.close();
});

it("answers GET /v3/account with every field of the description", async () => {
  const tokens = await newTokens(server, demo, jack);
  const answer = await send(`${server.url}/v3/account`, {
    headers: { authorization: `Bearer ${tokens.access_token}`, "content-type": "application/json" },
  });
  expect(answer.json().account).toEqual({
    account_id: expect.stringMatching(/^[0-9a-f]{40}$/),
    email_address: jack.email,
    is_locked: false,
    is_paid_hs: false,
    is_paid_hf: false,
    quotas: {
      api_signature_requests_left: 0,
      documents_left: 3,
      templates_total: 0,
      templates_left: 0,
      sms_verifications_left: 0,
      num_fax_pages_left: 0,
    },
    callback_url: null,
    role_code: null,
    team_id: null,
    locale: "en-US",
    usage: { fax_pages_sent: 0 },
    settings: { signer_access_codes: false, sms_delivery: false, sms_authentication: false },
  });
});
