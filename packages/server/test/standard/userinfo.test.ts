/** Who a token is for, in the words that sign-in libraries know: the userinfo endpoint. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { profiles } from "../../src/oauth/profile/profiles.js";
import { send } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { jack, jillsApiKey, type TestServer } from "../support/server.js";
import type { Tokens } from "../support/tokens.js";
import {
  basic,
  jacksId,
  jillsId,
  jwt,
  native,
  otherResource,
  post,
  resource,
  startHouse,
  tokensFor,
  web,
} from "./house.js";

const docs = { ...web, clientId: "docs", scopes: ["read:docs"] };
const mailing = { ...web, clientId: "mailing", scopes: ["read:docs", "email"] };

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
  const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("userinfo") };
  for (const app of [docs, mailing]) await createApp(deps, { ...app, ownerId: jillsId });
});
afterAll(() => server.close());

const ask = (headers: Record<string, string>, query = "") =>
  send(`${server.url}/oauth/userinfo${query}`, { headers });
const askWith = ({ access_token: token }: Pick<Tokens, "access_token">) =>
  ask({ authorization: `Bearer ${token}` });

describe("userinfo", () => {
  it("says who signed in, and nothing more, to any token for this server", async () => {
    const answer = await askWith(await tokensFor(server, docs));
    expect([answer.status, answer.json()]).toEqual([200, { sub: jacksId }]);
    expect(answer.headers).toMatchObject({ "cache-control": "no-store", "access-control-allow-origin": "*" });
  });

  it.each([mailing, web, native])(
    "says the address to a token with a scope for it: $clientId",
    async (app) => {
      const answer = await askWith(await tokensFor(server, app));
      expect(answer.json()).toEqual({ sub: jacksId, email: jack.email, email_verified: true });
    },
  );

  it("says no address to a token that was narrowed to less", async () => {
    const answer = await askWith(await tokensFor(server, mailing, { scope: "read:docs" }));
    expect(answer.json()).toEqual({ sub: jacksId });
  });

  it("is not for a token made for another resource, in either form", async () => {
    for (const more of [{ resource }, { resource: otherResource }]) {
      const answer = await askWith(await tokensFor(server, jwt, more));
      expect([answer.status, answer.json().error]).toEqual([401, "invalid_token"]);
    }
    expect((await askWith(await tokensFor(server, jwt))).json()).toMatchObject({ sub: jacksId });
  });

  it("is refused without a token, with another kind of one, by an API key, and in the query", async () => {
    const { access_token: access, refresh_token: refresh } = await tokensFor(server, web);
    const refused = [
      await ask({}),
      await askWith({ access_token: refresh }),
      await ask(basic(jillsApiKey)),
      await ask({}, `?access_token=${access}`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    for (const { headers } of refused)
      expect(headers["www-authenticate"]).toMatch(/^Bearer realm="API"[^B]*$/);
  });

  it("ends with the token", async () => {
    const tokens = await tokensFor(server, web);
    await post(server, "/oauth/revoke", {
      ...{ client_id: web.clientId, client_secret: String(web.clientSecret), token: tokens.refresh_token },
    });
    expect((await askWith(tokens)).status).toBe(401);
  });

  it("is in the metadata where it is served, and absent elsewhere", async () => {
    const metadata = async (url: string) =>
      (await send(`${url}/.well-known/oauth-authorization-server`)).json();
    expect((await metadata(server.url)).userinfo_endpoint).toBe(`${server.url}/oauth/userinfo`);
    const live = await startHouse({ profile: profiles["dropbox-sign"] });
    expect((await send(`${live.url}/oauth/userinfo`)).status).toBe(404);
    await live.close();
  });
});
