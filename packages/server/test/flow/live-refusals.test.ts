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

  it("is refused without the colon behind it, like a wrong key", async () => {
    expect((await asked(`${jillsApiKey}:`)).status).toBe(200);
    for (const credentials of [jillsApiKey, "", "x", jillsApiKey.slice(1)]) {
      const answer = await asked(credentials);
      expect(answer.status, credentials).toBe(401);
      expect(answer.json()).toEqual({
        error: { error_msg: "Unauthorized api key", error_name: "unauthorized" },
      });
    }
  });
});

it("a public app is refused: nothing would bind its codes to it", async () => {
  const sent = await callbackFor(authorizationQuery(native.clientId));
  expect(sent.get("error")).toBe("unauthorized_client");
  expect(sent.get("code")).toBeNull();
});
