/** A server below its host: an issuer with a path, which every route, link and cookie has (RFC 8414 §3.1). */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/apps/create-app.js";
import { homeRoute } from "../../src/http/routes/home.js";
import { send } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { jack, type TestServer } from "../support/server.js";
import { authorizationQuery, callbackOf, formOf, hasForm, UserAgent } from "../support/user-agent.js";
import { authorize, inBody, jillsId, post, startHouse, web } from "./house.js";

let server: TestServer;
let origin: string;
beforeAll(async () => {
  server = await startHouse({
    basePath: "/auth",
    extend: ({ server: http, context }) => homeRoute(http, context),
  });
  origin = new URL(server.url).origin;
});
afterAll(() => server.close());

describe("an issuer with a path", () => {
  it("is described where RFC 8414 and OpenID Connect look, and nowhere else", async () => {
    for (const path of [
      ...["/.well-known/oauth-authorization-server/auth", "/auth/.well-known/oauth-authorization-server"],
      ...["/.well-known/openid-configuration/auth", "/auth/.well-known/openid-configuration"],
    ]) {
      const answer = await send(`${origin}${path}`);
      expect([path, answer.status, answer.json().issuer]).toEqual([path, 200, `${origin}/auth`]);
    }
    for (const path of ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"])
      expect((await send(`${origin}${path}`)).status).toBe(404);
  });

  it("names endpoints that answer below the path, and that are not found without it", async () => {
    const metadata = (await send(`${origin}/.well-known/oauth-authorization-server/auth`)).json();
    for (const [name, value] of Object.entries(metadata)) {
      if (!name.endsWith("_endpoint") && name !== "jwks_uri") continue;
      const url = new URL(String(value));
      expect(url.pathname.startsWith("/auth/")).toBe(true);
      const method = /token|revocation|introspection|device/.test(name) ? "POST" : "GET";
      expect([name, (await send(url.href, { method })).status]).not.toContain(404);
      const outside = `${origin}${url.pathname.slice("/auth".length)}`;
      expect([name, (await send(outside, { method })).status]).toEqual([name, 404]);
    }
  });

  it("leads a person from the sign-in to the callback, and an app from the code to a token", async () => {
    const agent = new UserAgent(origin);
    const page = await agent.get(`/auth/oauth/authorize?${authorizationQuery(web.clientId)}`);
    const consent = await agent.follow(await agent.submit(page, "/auth/oauth/authorize/login", jack));
    const answer = await agent.submit(consent, "/auth/oauth/authorize?", { decision: "allow" });
    const callback = callbackOf(answer);
    expect(callback.searchParams.get("iss")).toBe(`${origin}/auth`);
    const code = callback.searchParams.get("code") ?? "";
    const grant = { grant_type: "authorization_code", code, ...inBody(web) };
    expect((await post(server, "/oauth/token", grant)).status).toBe(200);
    const apps = await agent.get("/auth/connected-apps");
    expect(apps.text).toContain(web.name);
    expect(hasForm(apps, "/auth/connected-apps/revoke")).toBe(true);
    expect(hasForm(await agent.submit(consent, "/auth/oauth/authorize/switch", {}), "/")).toBe(false);
  });

  it("leads a person who types a device's code from the sign-in to consent", async () => {
    const agent = new UserAgent(origin);
    const page = await agent.get("/auth/device?user_code=BCDF-GHJK");
    const asked = await agent.follow(await agent.submit(page, "/auth/device/login?", jack));
    expect(asked.text).toContain('value="BCDF-GHJK"');
    expect(hasForm(asked, "/auth/device/switch")).toBe(true);
    expect(hasForm(asked, "/auth/device")).toBe(true);
    const { hidden } = formOf(asked, "/auth/device/switch");
    const answer = await agent.post("/auth/device", { ...hidden, user_code: "BCDF-GHJK" });
    expect([answer.status, answer.text.includes("This code is wrong or has expired")]).toEqual([400, true]);
    expect((await send(`${origin}/device`)).status).toBe(404);
  });

  it.each(["allow", "deny"] as const)(
    "leads a person from a device's link to the answer: %s",
    async (decision) => {
      const clientId = `television-${decision}`;
      const deps = { ...server, now: server.clock.now, randomBytes: seededRandom(clientId) };
      const app = {
        name: "Television",
        clientId,
        ownerId: jillsId,
        callbackUrls: [],
        scopes: ["account_access"],
      };
      await createApp(deps, { ...app, public: true, approved: true, grantTypes: ["device_code"] });
      const device = (await post(server, "/oauth/device_authorization", { client_id: clientId })).json();
      const link = new URL(String(device.verification_uri_complete));
      expect([device.verification_uri, link.origin + link.pathname]).toEqual(
        Array(2).fill(`${origin}/auth/device`),
      );
      const agent = new UserAgent(origin);
      const login = await agent.get(link.pathname + link.search);
      const asked = await agent.follow(await agent.submit(login, "/auth/device/login?", jack));
      const typed = { ...formOf(asked, "/auth/device/switch").hidden, user_code: String(device.user_code) };
      const consent = await agent.post("/auth/device", typed);
      expect(hasForm(consent, "/auth/device/switch")).toBe(true);
      const answered = await agent.submit(consent, "/auth/device/decide", { decision });
      expect(answered.status).toBe(200);
      const token = await post(server, "/oauth/token", {
        ...{ grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: clientId },
        device_code: String(device.device_code),
      });
      expect(token.json().error ?? "none").toBe(decision === "allow" ? "none" : "access_denied");
    },
  );

  it("loads its pages' files from below the path, and leaves no link that leads out of it", async () => {
    const agent = new UserAgent(origin);
    for (const path of ["/auth", "/auth/", "/auth/connected-apps", "/auth/device"]) {
      const page = await agent.get(path);
      expect(page.status).toBe(200);
      const links = [...page.text.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, link = ""]) => link);
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(link).toMatch(/^\/auth\/|\/auth$/);
      for (const link of links.filter((one) => one.includes("/assets/")))
        expect((await send(`${origin}${link}`)).status).toBe(200);
    }
  });

  it("sets cookies for its path alone, and over TLS with the prefix that allows one", async () => {
    const cookies = async (issuer?: string) => {
      const house = await startHouse({
        basePath: "/auth",
        ...(issuer !== undefined && { issuer: () => issuer }),
      });
      const page = await send(`${house.url}/connected-apps`, { headers: { accept: "text/html" } });
      await house.close();
      return page.headers["set-cookie"]?.join() ?? "";
    };
    expect(await cookies()).toMatch(/^countersign-visit-\d+=[\w-]+; Path=\/auth; HttpOnly; SameSite=Lax$/);
    expect(await cookies("https://sign.example.com/auth")).toMatch(
      /^__Secure-countersign-visit=[\w-]+; Path=\/auth; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it("answers probes of a node with the path and without", async () => {
    for (const path of ["/health", "/ready", "/auth/health", "/auth/ready"])
      expect((await send(`${origin}${path}`)).status).toBe(200);
  });

  it("answers what is found nowhere in the shape of its caller", async () => {
    const api = await send(`${origin}/auth/v3/nothing`, { headers: { accept: "text/html" } });
    expect(api.json().error).toMatchObject({ error_msg: "Invalid URI..." });
    expect((await send(`${origin}/auth/oauth/token`)).status).toBe(405);
  });
});

describe("an authorization request in the body of a POST", () => {
  it("is refused on a page where no browser would carry it on as a URL", async () => {
    const answer = await new UserAgent(origin).post("/auth/oauth/authorize", { state: "a".repeat(8000) });
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
    expect(answer.text).toContain("at most 8000 characters");
  });

  it("goes on like one in the query, and decides nothing", async () => {
    const agent = new UserAgent(origin);
    const fields = Object.fromEntries(
      new URLSearchParams(authorizationQuery(web.clientId, { state: "a&b" })),
    );
    const answer = await agent.post("/auth/oauth/authorize", { ...fields, decision: "allow" });
    expect(answer.status).toBe(303);
    const onward = new URL(answer.headers.location ?? "", origin);
    expect(onward.searchParams.get("state")).toBe("a&b");
    expect(hasForm(await agent.follow(answer), "/auth/oauth/authorize/login")).toBe(true);
  });

  it("is refused like one in the query", async () => {
    const agent = new UserAgent(origin);
    const page = await agent.follow(await agent.post("/auth/oauth/authorize", { client_id: "nobody" }));
    expect(page.status).toBe(400);
  });
});

describe("PKCE for every app", () => {
  it("is required of an app that is set to", async () => {
    await server.storage.updateApp(web.clientId, { requirePkce: true }, server.clock.now());
    const agent = new UserAgent(origin);
    const answer = await agent.get(`/auth/oauth/authorize?${authorizationQuery(web.clientId)}`);
    const refusal = callbackOf(answer).searchParams;
    expect([refusal.get("error"), refusal.get("error_description")]).toEqual([
      ...["invalid_request", "code_challenge is required"],
    ]);
    await server.storage.updateApp(web.clientId, { requirePkce: false }, server.clock.now());
    expect((await agent.get(`/auth/oauth/authorize?${authorizationQuery(web.clientId)}`)).status).toBe(200);
  });

  it("is required of all where the profile says so", async () => {
    const { profiles } = await import("../../src/oauth/profile/profiles.js");
    const profile = { ...profiles.standard, pkceRequiredOf: "all" } as const;
    const house = await startHouse({ profile });
    const ask = (more: object) =>
      new UserAgent(house.url).get(`/oauth/authorize?${authorizationQuery(web.clientId, { ...more })}`);
    expect(callbackOf(await ask({})).searchParams.get("error")).toBe("invalid_request");
    expect((await authorize(house, { ...web, clientSecret: undefined })).searchParams.has("code")).toBe(true);
    await house.close();
  });
});
