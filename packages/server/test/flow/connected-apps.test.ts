/** What a person sees of their own: the apps they allowed, and taking it back. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { demo, jack, jill, startServer, strict, type TestServer } from "../support/server.js";
import { account, newTokens, refresh } from "../support/tokens.js";
import { formOf, hasForm, textOf, UserAgent } from "../support/user-agent.js";

let server: TestServer;
let agent: UserAgent;
beforeEach(async () => {
  server = await startServer();
  agent = new UserAgent(server.url);
});
afterEach(() => server.close());

async function signIn(who: typeof jill) {
  const page = await agent.get("/connected-apps");
  return agent.follow(await agent.submit(page, "/connected-apps/login", who));
}
const revokePath = (clientId: string) => `/connected-apps/revoke?client_id=${clientId}`;

it("asks a stranger to sign in, and refuses a wrong password", async () => {
  const page = await agent.get("/connected-apps");
  const refused = await agent.submit(page, "/connected-apps/login", { ...jack, password: "x" });
  expect(refused.status).toBe(401);
  expect(hasForm(await signIn(jack), "/connected-apps/logout")).toBe(true);
});

it("lists the apps that a person allowed, and nobody else's", async () => {
  await newTokens(server, demo, jack);
  await newTokens(server, strict, jill);
  const text = textOf((await signIn(jack)).text);
  expect(text).toContain("Demo app");
  expect(text).toContain("Send signature requests");
  expect(text).toContain("15 January 2026");
  expect(text).not.toContain("Strict app");
});

it("takes an app's access back: its tokens stop at once, those of others live on", async () => {
  const [ofDemo, ofStrict] = [await newTokens(server, demo, jack), await newTokens(server, strict, jack)];
  const ofJill = await newTokens(server, demo, jill);
  const page = await signIn(jack);
  const revoked = await agent.submit(page, revokePath(demo.clientId), {});
  expect(revoked.status).toBe(303);
  const after = await agent.follow(revoked);
  expect(textOf(after.text)).toContain("The app no longer has access.");
  expect(hasForm(after, revokePath(demo.clientId))).toBe(false);
  expect((await account(server, ofDemo.access_token)).status).toBe(401);
  expect((await refresh(server, ofDemo.refresh_token)).status).toBe(400);
  expect((await account(server, ofStrict.access_token)).status).toBe(200);
  expect((await account(server, ofJill.access_token)).status).toBe(200);
});

it("gives an app that is allowed again new tokens, and the old ones stay dead", async () => {
  const old = await newTokens(server, demo, jack);
  await agent.submit(await signIn(jack), revokePath(demo.clientId), {});
  const fresh = await newTokens(server, demo, jack);
  expect((await account(server, fresh.access_token)).status).toBe(200);
  expect((await account(server, old.access_token)).status).toBe(401);
  expect((await refresh(server, old.refresh_token)).status).toBe(400);
});

it("takes nothing back for a form of another visit, another site or no session", async () => {
  const tokens = await newTokens(server, demo, jack);
  const { action, hidden } = formOf(await signIn(jack), revokePath(demo.clientId));
  const stranger = new UserAgent(server.url);
  const foreign = formOf(await stranger.get("/connected-apps"), "/connected-apps/login").hidden;
  expect((await agent.post(action, foreign as Record<string, string>)).status).toBe(403);
  expect((await agent.post(action, {})).status).toBe(403);
  const crossSite = { "sec-fetch-site": "cross-site" };
  expect((await agent.post(action, hidden as Record<string, string>, crossSite)).status).toBe(403);
  expect(
    hasForm(await stranger.post(action, hidden as Record<string, string>), "/connected-apps/login"),
  ).toBe(true);
  expect((await account(server, tokens.access_token)).status).toBe(200);
});

it("signs out: the session is over on the server, not only in the browser", async () => {
  const page = await signIn(jack);
  const kept = new Map(agent.cookies);
  const bye = await agent.submit(page, "/connected-apps/logout", {});
  expect(textOf(bye.text)).toContain("You are signed out");
  for (const [name, value] of kept) agent.cookies.set(name, value);
  expect(hasForm(await agent.get("/connected-apps"), "/connected-apps/login")).toBe(true);
});

it("signs nobody out for a form of another site", async () => {
  await signIn(jack);
  expect((await agent.post("/connected-apps/logout", { csrf: "x" })).status).toBe(403);
  expect(hasForm(await agent.get("/connected-apps"), "/connected-apps/logout")).toBe(true);
});
