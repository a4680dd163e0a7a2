/** What the live service refuses is refused: an emulator that takes it would let tests pass for nothing. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/http.js";
import { demo, jillsApiKey, seed, startServer, type TestServer } from "../support/server.js";
import { authorizationQuery, callbackOf, UserAgent } from "../support/user-agent.js";

const native = {
  ...demo,
  name: "Native app",
  clientId: "9".repeat(32),
  clientSecret: undefined,
  public: true,
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ seed: { ...seed, apps: [...seed.apps, native] } });
});
afterAll(() => server.close());

const callbackFor = async (query: string) =>
  callbackOf(await new UserAgent(server.url).get(`/oauth/authorize?${query}`)).searchParams;

describe("a scope parameter", () => {
  it.each(["scope=", "scope", "scope=basic_account_info", "scope=&scope="])(
    "is refused whatever it holds: %s",
    async (scope) => {
      const sent = await callbackFor(`${authorizationQuery(demo.clientId)}&${scope}`);
      expect([sent.get("error"), sent.get("error_description")]).toEqual([
        ...["invalid_scope", "Custom scopes are not supported yet"],
      ]);
    },
  );
});

describe("an API key", () => {
  const asked = (credentials: string) =>
    send(`${server.url}/v3/account`, {
      headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
    });

  const expectRefused = (answer: Awaited<ReturnType<typeof asked>>, what: string) => {
    expect(answer.status, what).toBe(401);
    expect(answer.json()).toEqual({
      error: { error_msg: "Unauthorized api key", error_name: "unauthorized" },
    });
  };

  it("is refused without the colon behind it, like a wrong key", async () => {
    expect((await asked(`${jillsApiKey}:`)).status).toBe(200);
    for (const credentials of [jillsApiKey, "", "x", jillsApiKey.slice(1)])
      expectRefused(await asked(credentials), credentials);
  });

  it("is refused with anything behind the colon: its password is empty", async () => {
    for (const password of ["x", ":", " ", jillsApiKey, "\0"])
      expectRefused(await asked(`${jillsApiKey}:${password}`), password);
    expect(server.logLines.at(-1)).toContain("have a password behind the API key");
  });

  it("is refused where its base64 is none", async () => {
    const good = Buffer.from(`${jillsApiKey}:`).toString("base64");
    const sent = (authorization: string) => send(`${server.url}/v3/account`, { headers: { authorization } });
    expect((await sent(`basic  ${good} `)).status).toBe(200);
    for (const text of [
      `${good}!`,
      `${good.slice(0, 20)} ${good.slice(20)}`,
      `${good},x`,
      `${good}===`,
      "",
      "=",
    ])
      expectRefused(await sent(`Basic ${text}`), text);
  });
});

it("a public app is refused: nothing would bind its codes to it", async () => {
  const sent = await callbackFor(authorizationQuery(native.clientId));
  expect(sent.get("error")).toBe("unauthorized_client");
  expect(sent.get("code")).toBeNull();
});
