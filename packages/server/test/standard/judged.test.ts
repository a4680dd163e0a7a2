/** Identify, then judge: a token is named by its seal, whatever state its account, its app and itself are in. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccountChanges, AppChanges } from "../../src/storage/port/acts.js";
import { send } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { account } from "../support/tokens.js";
import {
  codeFor,
  exchangeCode,
  inBody,
  jacksId,
  jwt,
  post,
  refreshWith,
  refusalOf,
  startHouse,
  tokensFor,
  web,
} from "./house.js";

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

const changeJack = (changes: AccountChanges) => server.storage.updateAccount(jacksId, changes);
const changeApp = (clientId: string, changes: AppChanges) =>
  server.storage.updateApp(clientId, changes, server.clock.now());
const revoke = (client: typeof web, token: string) =>
  post(server, "/oauth/revoke", { ...inBody(client), token });

/** States in which a token must not be used, each with the way back. */
const states: readonly [
  string,
  (clientId: string) => Promise<unknown>,
  (clientId: string) => Promise<unknown>,
][] = [
  ["the account is locked", () => changeJack({ locked: true }), () => changeJack({ locked: false })],
  [
    "the account is not confirmed",
    () => changeJack({ confirmedAt: undefined }),
    () => changeJack({ confirmedAt: server.clock.now() }),
  ],
  [
    "the app is not approved",
    (clientId) => changeApp(clientId, { approved: false }),
    (clientId) => changeApp(clientId, { approved: true }),
  ],
];

describe.each([
  ["an opaque", web],
  ["a JWT", jwt],
])("revocation by %s access token", (_kind, client) => {
  it.each(states)("ends both tokens while %s", async (_state, into, outOf) => {
    const tokens = await tokensFor(server, client);
    await into(client.clientId);
    expect((await revoke(client, tokens.access_token)).status).toBe(200);
    await outOf(client.clientId);
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect(refusalOf(await refreshWith(server, client, tokens.refresh_token))).toEqual([
      400,
      "invalid_grant",
    ]);
  });

  it("ends the refresh token although the access token has expired", async () => {
    const tokens = await tokensFor(server, client);
    server.clock.advance(3_600_000);
    expect((await revoke(client, tokens.access_token)).status).toBe(200);
    expect(refusalOf(await refreshWith(server, client, tokens.refresh_token))).toEqual([
      400,
      "invalid_grant",
    ]);
  });

  it("is refused to another app in every state, and ends nothing", async () => {
    const other = client === web ? jwt : web;
    const tokens = await tokensFor(server, client);
    await changeJack({ locked: true });
    expect(refusalOf(await revoke(other, tokens.access_token))).toEqual([400, "unauthorized_client"]);
    await changeJack({ locked: false });
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });
});

describe("a code", () => {
  it("of an account that was locked since is no code, until it is unlocked", async () => {
    const code = await codeFor(server, web);
    await changeJack({ locked: true });
    expect(refusalOf(await exchangeCode(server, web, code))).toEqual([400, "invalid_grant"]);
    await changeJack({ locked: false });
    expect((await exchangeCode(server, web, code)).status).toBe(200);
  });

  it("of an app that lost its approval since is no code", async () => {
    const code = await codeFor(server, web);
    await changeApp(web.clientId, { approved: false });
    expect(refusalOf(await exchangeCode(server, web, code))).toEqual([400, "invalid_grant"]);
  });

  it("used twice ends the tokens of its first use, also while the account is locked", async () => {
    const code = await codeFor(server, web);
    const tokens = (await exchangeCode(server, web, code)).json();
    await changeJack({ locked: true });
    expect(refusalOf(await exchangeCode(server, web, code))).toEqual([400, "invalid_grant"]);
    await changeJack({ locked: false });
    expect((await account(server, String(tokens.access_token))).status).toBe(401);
  });
});

describe("a JWT access token", () => {
  it("opens nothing in another spelling: spare bits at the end of a part are not free", async () => {
    const { access_token: token } = await tokensFor(server, jwt);
    expect((await account(server, token)).status).toBe(200);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spellings = [...alphabet].map((last) => token.slice(0, -1) + last).filter((one) => one !== token);
    for (const spelling of spellings) expect((await account(server, spelling)).status, spelling).toBe(401);
  });
});

it("introspection without credentials is 401 invalid_client, not a fault in the request", async () => {
  const { access_token: token } = await tokensFor(server, web);
  expect(refusalOf(await post(server, "/oauth/introspect", { token }))).toEqual([401, "invalid_client"]);
});

describe("a token request", () => {
  it("must name its grant type", async () => {
    const code = await codeFor(server, web);
    const answer = await post(server, "/oauth/token", { ...inBody(web), code });
    expect(refusalOf(answer)).toEqual([400, "invalid_request"]);
    expect(answer.json().error_description).toBe("Parameter grant_type is missing");
    expect((await exchangeCode(server, web, code)).status).toBe(200);
  });

  it.each(["?refresh", "?refresh=1", "?grant_type=refresh_token", "?refresh&grant_type=refresh_token"])(
    "is not decided by its query: %s",
    async (query) => {
      const tokens = await tokensFor(server, web);
      const fields = { ...inBody(web), refresh_token: tokens.refresh_token };
      expect(refusalOf(await post(server, `/oauth/token${query}`, fields))).toEqual([400, "invalid_request"]);
      const code = await codeFor(server, web);
      const exchange = { ...inBody(web), grant_type: "authorization_code", code };
      expect((await post(server, `/oauth/token${query}`, exchange)).status).toBe(200);
    },
  );
});

describe("the challenge of the API (RFC 6750 §3.1)", () => {
  const asked = async (authorization: string) => {
    const answer = await send(`${server.url}/v3/account`, { headers: { authorization } });
    return [answer.status, String(answer.headers["www-authenticate"]).split(", Basic")[0]] as const;
  };

  it.each(["Bearer", "Bearer ", "Bearer a b", "bearer \u00e9", "Bearer a,b"])(
    "calls %j a malformed request",
    async (header) => {
      const [status, challenge] = await asked(header);
      expect([status, challenge]).toEqual([400, expect.stringContaining('error="invalid_request"')]);
    },
  );

  it("names it in the scheme that was used, where that is DPoP", async () => {
    const [status, header] = await asked("DPoP a");
    expect([status, header]).toEqual([401, expect.stringMatching(/^DPoP .*error="invalid_token"/)]);
  });

  it.each(["Digest username=x", "token x", "Bearerx"])(
    "names no error to who came with another scheme: %j",
    async (header) => expect(await asked(header)).toEqual([401, 'Bearer realm="API"']),
  );
});
