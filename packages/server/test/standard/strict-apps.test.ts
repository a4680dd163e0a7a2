/** What an app may ask of the server for itself: that its requests are pushed (RFC 9126 §6), its tokens bound (RFC 9449 §5.2). */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { accountProven, type Prover, postProven, prover } from "../fapi2/proofs.js";
import { seededRandom } from "../support/random.js";
import { jack, type TestServer } from "../support/server.js";
import { account, type Tokens, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, UserAgent } from "../support/user-agent.js";
import {
  type Credentials,
  codeFor,
  exchangeCode,
  inBody,
  introspectAs,
  jillsId,
  post,
  refreshWith,
  refusalOf,
  startHouse,
  tokensFor,
  web,
} from "./house.js";

const pushing = { clientId: "pushing", clientSecret: "pushing-secret-f3a91c" };
const bound = { clientId: "bound", clientSecret: "bound-secret-f3a91c" };

let server: TestServer;
let mine: Prover;
beforeAll(async () => {
  server = await startHouse();
  mine = await prover();
  const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("strict") };
  const made = {
    ...{ name: "A strict app", ownerId: jillsId, callbackUrls: ["https://web.example.com/callback"] },
    ...{ scopes: ["account_access"], approved: true },
  };
  await createApp(deps, { ...made, ...pushing, requirePushedRequests: true });
  const grantTypes = ["client_credentials", "device_code"] as const;
  await createApp(deps, { ...made, ...bound, dpopBoundTokens: true, grantTypes });
});
afterAll(() => server.close());

const noProof = [
  400,
  "invalid_dpop_proof",
  expect.stringContaining("all tokens of the app are bound to keys"),
];
const toldOf = (answer: Awaited<ReturnType<typeof post>>) => [
  ...refusalOf(answer),
  answer.json().error_description,
];

const proven = (fields: Record<string, string>, client: Credentials = bound) =>
  postProven(server, "/oauth/token", async () => ({ ...fields, ...inBody(client) }), mine);

describe("an app that must push its requests", () => {
  it("gets a code for one that it pushed", async () => {
    const pushed = await post(server, "/oauth/par", { response_type: "code", ...inBody(pushing) });
    const query = new URLSearchParams({
      client_id: pushing.clientId,
      request_uri: String(pushed.json().request_uri),
    });
    const callback = await new UserAgent(server.url).authorize(query.toString(), jack);
    const code = callback.searchParams.get("code") ?? "";
    expect(tokensOf(await exchangeCode(server, pushing, code)).access_token).toEqual(expect.any(String));
  });

  it("is refused at its callback for one that came through the browser, where another app is not", async () => {
    const agent = new UserAgent(server.url);
    const refused = callbackOf(
      await agent.get(`/oauth/authorize?${authorizationQuery(pushing.clientId, { state: "s" })}`),
    );
    expect(Object.fromEntries(refused.searchParams)).toMatchObject({
      ...{ error: "invalid_request", state: "s" },
      error_description: "The request must be pushed first (RFC 9126)",
    });
    expect((await agent.get(`/oauth/authorize?${authorizationQuery(web.clientId)}`)).status).toBe(200);
  });
});

describe("an app whose tokens are all bound", () => {
  it("is refused a code's tokens without a proof, and the code is good yet for a request with one", async () => {
    const code = await codeFor(server, bound);
    expect(toldOf(await exchangeCode(server, bound, code))).toEqual(noProof);
    const answer = await proven({ grant_type: "authorization_code", code });
    expect(answer.json().token_type).toBe("DPoP");
    const { access_token, refresh_token } = tokensOf(answer);
    expect((await accountProven(server, access_token, mine)).status).toBe(200);
    expect(toldOf(await refreshWith(server, bound, refresh_token))).toEqual(noProof);
    expect((await proven({ grant_type: "refresh_token", refresh_token })).json().token_type).toBe("DPoP");
  });

  it("is refused a token of its own without a proof", async () => {
    const fields = { grant_type: "client_credentials" };
    expect(toldOf(await post(server, "/oauth/token", { ...fields, ...inBody(bound) }))).toEqual(noProof);
    const { access_token: token } = tokensOf(await proven(fields));
    expect(await introspectAs(server, bound, token)).toMatchObject({ active: true, cnf: { jkt: mine.jkt } });
  });

  it("proves who it is first: nothing is said of its setting to anybody else", async () => {
    const stranger = { ...bound, clientSecret: "not the secret" };
    const answer = await exchangeCode(server, stranger, "any");
    expect(refusalOf(answer)).toEqual([401, "invalid_client"]);
  });

  it("keeps the Bearer tokens that it had before, which it can refresh with a proof only", async () => {
    const before: Tokens = await tokensFor(server, web);
    await server.storage.updateApp(web.clientId, { dpopBoundTokens: true }, server.clock.now());
    expect((await account(server, before.access_token)).status).toBe(200);
    expect(toldOf(await refreshWith(server, web, before.refresh_token))).toEqual(noProof);
    const fields = { grant_type: "refresh_token", refresh_token: before.refresh_token };
    expect((await proven(fields, web)).json().token_type).toBe("DPoP");
    await server.storage.updateApp(web.clientId, { dpopBoundTokens: false }, server.clock.now());
  });
});
