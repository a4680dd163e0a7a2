/** An app that an operator has disabled or deleted: refused at each endpoint, and as before once it is enabled again. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { OwnerGone } from "../../src/storage/port/storage.js";
import { send } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";
import { authorizationQuery, UserAgent } from "../support/user-agent.js";
import {
  codeFor,
  exchangeCode,
  files,
  inBody,
  introspectAs,
  opaque,
  post,
  refreshWith,
  refusalOf,
  resource,
  startHouse,
  tokensFor,
  web,
} from "./house.js";

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

const setDisabled = (clientId: string, disabled: boolean) =>
  server.storage.updateApp(clientId, { disabled }, server.clock.now());

it("is refused at every endpoint while it is disabled, and loses nothing by it", async () => {
  const tokens = await tokensFor(server, web);
  const code = await codeFor(server, web);
  const asked = {
    authorize: () => send(`${server.url}/oauth/authorize?${authorizationQuery(web.clientId)}`),
    exchange: () => exchangeCode(server, web, code),
    refresh: () => refreshWith(server, web, tokens.refresh_token),
    introspect: () => post(server, "/oauth/introspect", { ...inBody(web), token: tokens.access_token }),
    account: () => account(server, tokens.access_token),
  };
  await setDisabled(web.clientId, true);
  const page = await asked.authorize();
  expect([page.status, page.text]).toEqual([400, expect.stringContaining("disabled")]);
  for (const endpoint of ["exchange", "refresh", "introspect"] as const)
    expect(refusalOf(await asked[endpoint]())).toEqual([400, "unauthorized_client"]);
  const revoked = await post(server, "/oauth/revoke", { ...inBody(web), token: tokens.refresh_token });
  expect(refusalOf(revoked)).toEqual([400, "unauthorized_client"]);
  expect((await asked.account()).status).toBe(401);
  // Whoever has not proved to be the app is not told.
  const wrong = await exchangeCode(server, { ...web, clientSecret: "wrong" }, code);
  expect(refusalOf(wrong)).toEqual([401, "invalid_client"]);

  await setDisabled(web.clientId, false);
  for (const [endpoint, ask] of Object.entries(asked))
    expect([endpoint, (await ask()).status]).toEqual([endpoint, 200]);
});

it("or an account that is deleted while its answer is on the way makes a refusal, and no fault", async () => {
  const { storage } = server;
  const agent = new UserAgent(server.url);
  const page = await agent.openConsent(authorizationQuery(web.clientId, { prompt: "consent" }), jack);
  const { issueCode, createSession } = storage;
  const gone = () => Promise.reject(new OwnerGone("deleted"));
  Object.assign(storage, { issueCode: gone, createSession: gone });
  try {
    const other = new UserAgent(server.url);
    const login = await other.get(`/oauth/authorize?${authorizationQuery(web.clientId)}`);
    const answers = [
      await agent.submit(page, "/oauth/authorize?", { decision: "allow" }),
      await other.logIn(login, jack),
    ];
    for (const { status, text } of answers)
      expect([status, text]).toEqual([400, expect.stringContaining("was deleted meanwhile")]);
  } finally {
    Object.assign(storage, { issueCode, createSession });
  }
});

it("has no active token for a resource server that asks", async () => {
  const { access_token } = await tokensFor(server, opaque, { resource });
  expect(await introspectAs(server, files, access_token)).toMatchObject({ active: true });
  await setDisabled(opaque.clientId, true);
  expect(await introspectAs(server, files, access_token)).toEqual({ active: false });
  await setDisabled(opaque.clientId, false);
});
