/** docs/use-with.md: its code is that of examples/clients, and signs a person in on the profile that it is written for. */

import { readFileSync } from "node:fs";
import fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryTokenStore, TokenKeeper } from "../../../sdk/src/index.js";
import { jacksId } from "../standard/house.js";
import { jack } from "../support/server.js";
import type { House, ProfileName } from "./client.js";
import { CookieJar } from "./cookie-jar.js";
import { type ClientsHouse, startClientsHouse } from "./house.js";

const origin = "https://web.example.com";
const example = (name: string) => new URL(`../../../../examples/clients/${name}`, import.meta.url);

/** Loaded by a name that is not read for types: theirs bring those of a browser into every file of these tests. */
const load = async (name: string) =>
  (await import(example(name).href)) as Record<string, (...args: unknown[]) => unknown>;

describe("docs/use-with.md", () => {
  const page = readFileSync(new URL("../../../../docs/use-with.md", import.meta.url), "utf8");

  it.each(["auth-js.js", "fastify-oauth2.js"])("has all of %s", (name) => {
    const code = readFileSync(example(name), "utf8");
    const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
    const [header = "", ...rest] = code.split("\n\n");
    expect(header).toMatch(/^\/\*\*/);
    expect(blocks.map((block) => block.trim())).toContain(rest.join("\n\n").trim());
  });
});

describe.each<[ProfileName, string]>([
  ["standard", "countersign"],
  ["dropbox-sign", "dropboxSign"],
])("on the profile %s", (profile, name) => {
  let house: ClientsHouse;
  beforeAll(async () => {
    house = await startClientsHouse(profile);
  });
  afterAll(() => house.close());

  const keeperOf = ({ clientId, clientSecret, issuer }: House) =>
    new TokenKeeper({ clientId, clientSecret, config: { baseUrl: issuer }, store: new MemoryTokenStore() });
  const emailBy = async (keeper: TokenKeeper, userId: string, { accountUrl }: House) => {
    const answer = (await (await keeper.fetch(userId)(accountUrl)).json()) as Record<
      string,
      Record<string, string>
    >;
    return answer.account?.email_address;
  };

  it("Auth.js signs a person in, and the keeper has the tokens", async () => {
    const { [name]: provider, keepTokens } = await load("auth-js.js");
    const library: string = "@auth/core";
    const { Auth: answer } = await import(library);
    const id = profile === "standard" ? "countersign" : "dropbox-sign";
    const given = await house.admit({ callbackUrl: `${origin}/auth/callback/${id}` });
    const keeper = keeperOf(given);
    const { clientId, clientSecret, issuer } = given;
    const config = {
      ...{ basePath: "/auth", trustHost: true, secret: "a secret of the tests, long enough to be one" },
      providers: [provider?.({ clientId, clientSecret, issuer, url: issuer, apiUrl: issuer })],
      events: keepTokens?.(keeper),
      logger: { error() {}, warn() {} },
    };
    const jar = new CookieJar(origin, (request) => answer(request, config));
    const { csrfToken = "" } = (await (await jar.fetch("/auth/csrf")).json()) as Record<string, string>;
    const start = await jar.post(`/auth/signin/${id}`, { csrfToken });
    const authorization = new URL(String(start.headers.get("location")));
    expect(authorization.searchParams.has("state")).toBe(true);
    const callback = await given.consent(authorization);
    const forged = new URL(callback);
    forged.searchParams.set("state", "another");
    expect((await jar.fetch(forged)).headers.get("location")).toContain("error");
    const again = await jar.post(`/auth/signin/${id}`, { csrfToken });
    await jar.fetch(await given.consent(String(again.headers.get("location"))));
    const session = (await (await jar.fetch("/auth/session")).json()) as { user?: unknown };
    expect(session.user).toMatchObject({ email: jack.email });
    expect(await emailBy(keeper, jacksId, given)).toBe(jack.email);
  });

  it("@fastify/oauth2 signs a person in, takes a denial, and the keeper has the tokens", async () => {
    const { [name]: add } = await load("fastify-oauth2.js");
    const callbackUri = `${origin}/login/callback`;
    const given = await house.admit({ callbackUrl: callbackUri });
    const keeper = keeperOf(given);
    const app = fastify();
    const client = { id: given.clientId, secret: given.clientSecret };
    const { issuer } = given;
    await add?.(app, { issuer, url: issuer, client, callbackUri, keeper, userOf: () => "user-1" });
    const start = await app.inject("/login");
    const callback = await given.consent(String(start.headers.location));
    const cookies = Object.fromEntries(start.cookies.map(({ name: key, value }) => [key, value]));
    const answer = await app.inject({ url: callback.pathname + callback.search, cookies });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, "/"]);
    expect(await emailBy(keeper, "user-1", given)).toBe(jack.email);
    const denied = await app.inject({ url: "/login/callback?error=access_denied&state=x", cookies });
    expect([denied.statusCode, denied.json()]).toEqual([403, { error: "access_denied" }]);
    await app.close();
  });
});
