/** When a person is asked: sign-in, consent kept, `prompt`, `max_age`, approval, and what takes consent back. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, send } from "../support/http.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, hasForm, textOf, UserAgent } from "../support/user-agent.js";
import {
  auditOf,
  authorize,
  codeFor,
  exchangeCode,
  introspectAs,
  jacksId,
  jwt,
  native,
  otherResource,
  pkce,
  refreshWith,
  refusalOf,
  resource,
  startHouse,
  tokensFor,
  unapproved,
  web,
} from "./house.js";

let server: TestServer;
let agent: UserAgent;
beforeEach(async () => {
  server = await startHouse();
  agent = new UserAgent(server.url);
});
afterEach(() => server.close());

const ask = (clientId: string, more: Record<string, string> = {}) =>
  agent.get(`/oauth/authorize?${authorizationQuery(clientId, more)}`);

function whatIsShown(answer: Answer): string {
  if (answer.headers.location !== undefined) {
    const { searchParams } = callbackOf(answer);
    return searchParams.has("code") ? "code" : String(searchParams.get("error"));
  }
  if (hasForm(answer, "/oauth/authorize/login")) return "login";
  return hasForm(answer, "/oauth/authorize?") ? "consent" : `page ${answer.status}`;
}

const shown = async (more: Record<string, string> = {}, clientId = web.clientId) =>
  whatIsShown(await ask(clientId, more));

describe("a consent given before", () => {
  it("spares the second click, for the same scopes or fewer", async () => {
    await authorize(server, web, {}, agent);
    expect(await shown()).toBe("code");
    expect(await shown({ scope: "account_access" })).toBe("code");
  });

  it("is for the resources it named, and no other: not even for none", async () => {
    const asked = (more: readonly (readonly [string, string])[]) => authorize(server, jwt, more, agent);
    await asked([["resource", resource]]);
    expect(await shown({ resource }, jwt.clientId)).toBe("code");
    expect(await shown({ resource: otherResource }, jwt.clientId)).toBe("consent");
    expect(await shown({}, jwt.clientId)).toBe("consent");
    await asked([]);
    await asked([["resource", otherResource]]);
    const all: Record<string, string>[] = [{}, { resource }, { resource: otherResource }];
    for (const more of all) expect(await shown(more, jwt.clientId)).toBe("code");
  });

  it("says on the page what the access is for, and where the browser goes next", async () => {
    await server.storage.updateApp(
      jwt.clientId,
      {
        ...{ scopes: ["read:docs"], scopeTexts: { "read:docs": "Read your documents" } },
        callbackUrls: ["com.evil.app://accounts.bank.example/cb"],
      },
      server.clock.now(),
    );
    const query = authorizationQuery(jwt.clientId, { resource });
    const text = textOf((await agent.openConsent(query, jack)).text);
    for (const shown of [resource, "Read your documents", "com.evil.app:"]) expect(text).toContain(shown);
    for (const hidden of ["accounts.bank.example", "charged", "Dropbox"]) expect(text).not.toContain(hidden);
  });

  it("does not stretch to more scopes", async () => {
    await authorize(server, web, { scope: "account_access" }, agent);
    expect(await shown({ scope: "account_access template_access" })).toBe("consent");
    expect(await shown({ scope: "account_access" })).toBe("code");
  });

  it("is not kept for a denial", async () => {
    const page = await agent.openConsent(authorizationQuery(web.clientId), jack);
    const denied = await agent.submit(page, "/oauth/authorize?", { decision: "deny" });
    expect(whatIsShown(denied)).toBe("access_denied");
    expect(await shown()).toBe("consent");
  });

  it("is not kept for a public app, which anybody can claim to be", async () => {
    await authorize(server, native, {}, agent);
    expect(await shown(pkce, native.clientId)).toBe("consent");
  });

  it("is another person's own", async () => {
    await authorize(server, web, {}, new UserAgent(server.url));
    const page = await agent.openConsent(authorizationQuery(web.clientId), jill);
    expect(whatIsShown(page)).toBe("consent");
  });

  it("ends when the person takes it back", async () => {
    await authorize(server, web, {}, agent);
    const connected = await agent.get("/connected-apps");
    await agent.submit(connected, "/connected-apps/revoke", {});
    expect(await shown()).toBe("consent");
    expect(await auditOf(server, "grant_revoked")).toMatchObject([
      { clientId: web.clientId, accountId: jacksId },
    ]);
  });

  it("ends with every token when the app's scopes change, and only then", async () => {
    const tokens = await tokensFor(server, web);
    const code = await codeFor(server, web);
    const same = [...web.scopes].reverse();
    await server.storage.updateApp(web.clientId, { scopes: same, name: "Renamed" }, server.clock.now());
    expect((await account(server, tokens.access_token)).status).toBe(200);
    const scopes = ["account_access", "team_access"];
    const changed = await server.storage.updateApp(web.clientId, { scopes }, server.clock.now());
    expect(changed).toEqual({ grantsRevoked: 1 });
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect(refusalOf(await refreshWith(server, web, tokens.refresh_token))).toEqual([400, "invalid_grant"]);
    expect(refusalOf(await exchangeCode(server, web, code))).toEqual([400, "invalid_grant"]);
    expect(await introspectAs(server, web, tokens.access_token)).toEqual({ active: false });
  });
});

describe("prompt", () => {
  it("consent asks again", async () => {
    await authorize(server, web, {}, agent);
    expect(await shown({ prompt: "consent" })).toBe("consent");
  });

  it("login asks for the password again, once", async () => {
    await authorize(server, web, {}, agent);
    const page = await ask(web.clientId, { prompt: "login" });
    expect(whatIsShown(page)).toBe("login");
    expect(whatIsShown(await agent.logIn(page, jack))).toBe("code");
  });

  it("login and consent ask for both, in turn", async () => {
    await authorize(server, web, {}, agent);
    const page = await ask(web.clientId, { prompt: "login consent" });
    expect(whatIsShown(page)).toBe("login");
    expect(whatIsShown(await agent.logIn(page, jack))).toBe("consent");
  });

  it("select_account shows who is signed in although consent is remembered, and no more after a sign-in", async () => {
    await authorize(server, web, {}, agent);
    expect(await shown({})).toBe("code");
    expect(await shown({ prompt: "select_account" })).toBe("consent");
    const page = await ask(web.clientId, { prompt: "login select_account" });
    expect(whatIsShown(page)).toBe("login");
    expect(whatIsShown(await agent.logIn(page, jack))).toBe("code");
  });

  it("none asks nothing, and says at the callback what it would have asked", async () => {
    expect(await shown({ prompt: "none" })).toBe("login_required");
    const page = await agent.openConsent(authorizationQuery(web.clientId), jack);
    expect(await shown({ prompt: "none" })).toBe("consent_required");
    await agent.submit(page, "/oauth/authorize?", { decision: "allow" });
    expect(await shown({ prompt: "none" })).toBe("code");
    server.clock.advance(11_000);
    expect(await shown({ prompt: "none", max_age: "10" })).toBe("login_required");
  });

  it.each(["none login", "none select_account", "create", "LOGIN"])("%j is refused", async (prompt) => {
    expect(await shown({ prompt })).toBe("invalid_request");
  });
});

describe("max_age", () => {
  it("asks for the password when the last sign-in is older, to the second", async () => {
    await authorize(server, web, {}, agent);
    server.clock.advance(60_000);
    expect(await shown({ max_age: "60" })).toBe("code");
    server.clock.advance(1);
    const page = await ask(web.clientId, { max_age: "60" });
    expect(whatIsShown(page)).toBe("login");
    expect(whatIsShown(await agent.logIn(page, jack))).toBe("code");
  });

  it("of 0 always asks", async () => {
    await authorize(server, web, {}, agent);
    expect(await shown({ max_age: "0" })).toBe("login");
  });

  it.each(["-1", "1.5", "x", "1e3"])("%s is refused", async (maxAge) => {
    expect(await shown({ max_age: maxAge })).toBe("invalid_request");
  });
});

describe("an app that is not approved", () => {
  const submit = async (who: typeof jill, decision: "allow" | "deny") => {
    const page = await agent.openConsent(authorizationQuery(unapproved.clientId), who);
    return { page, answer: await agent.submit(page, "/oauth/authorize?", { decision }) };
  };

  it("is authorized by its owner", async () => {
    const { answer } = await submit(jill, "allow");
    const code = callbackOf(answer).searchParams.get("code") ?? "";
    expect(tokensOf(await exchangeCode(server, unapproved, code)).access_token).toBeTruthy();
  });

  it("is authorized by nobody else, whatever they send", async () => {
    const { page, answer } = await submit(jack, "allow");
    expect(textOf(page.text)).toContain("only its owner can allow it");
    expect(whatIsShown(answer)).toBe("access_denied");
    expect(await server.storage.findGrant(jacksId, unapproved.clientId)).toBeUndefined();
  });

  it("loses the others' tokens when its approval is taken back", async () => {
    const tokens = await tokensFor(server, web);
    await server.storage.updateApp(web.clientId, { approved: false }, server.clock.now());
    expect((await account(server, tokens.access_token)).status).toBe(401);
    expect(refusalOf(await refreshWith(server, web, tokens.refresh_token))).toEqual([400, "invalid_grant"]);
    expect(await introspectAs(server, web, tokens.access_token)).toEqual({ active: false });
    expect(await introspectAs(server, web, tokens.refresh_token)).toEqual({ active: false });
  });
});

it("ends a locked person's session and tokens", async () => {
  const callback = await authorize(server, web, {}, agent);
  const tokens = tokensOf(await exchangeCode(server, web, callback.searchParams.get("code") ?? ""));
  await server.storage.updateAccount(jacksId, { locked: true });
  expect(await shown()).toBe("login");
  expect((await account(server, tokens.access_token)).status).toBe(401);
  expect(refusalOf(await refreshWith(server, web, tokens.refresh_token))).toEqual([400, "invalid_grant"]);
  expect((await send(`${server.url}/connected-apps`)).text).not.toContain(jack.email);
});
