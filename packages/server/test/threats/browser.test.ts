/** Attacks through the person's own browser: forged forms, frames, planted cookies, hostile text (RFC 9700 §4.7, §4.16; RFC 6819 §4.4.1.7 to §4.4.1.9). */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionHash } from "../../src/accounts/login.js";
import { createApp } from "../../src/apps/create-app.js";
import { authorize, jacksId, jillsId, startHouse, web } from "../standard/house.js";
import type { Answer } from "../support/http.js";
import { seededRandom } from "../support/random.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { authorizationQuery, formOf, UserAgent } from "../support/user-agent.js";

let server: TestServer;
let victim: UserAgent;
beforeEach(async () => {
  server = await startHouse();
  victim = new UserAgent(server.url);
});
afterEach(() => server.close());

const query = authorizationQuery(web.clientId);
const loginPath = `/oauth/authorize/login?${query}`;
const cookie = (agent: UserAgent, name: string) =>
  [...agent.cookies].find(([key]) => key.includes(`-${name}`)) as [string, string];

/** A form that came from the attacker's own visit, whole and valid there. */
async function attackersForm(action: string, open: (agent: UserAgent) => Promise<Answer>) {
  const attacker = new UserAgent(server.url);
  return formOf(await open(attacker), action).hidden;
}

describe("CSRF on the sign-in form", () => {
  it("signs nobody in to the attacker's account: without a token, with a made-up one, with the attacker's own", async () => {
    await victim.get(`/oauth/authorize?${query}`);
    const theirs = await attackersForm("/oauth/authorize/login", (agent) =>
      agent.get(`/oauth/authorize?${query}`),
    );
    for (const csrf of [undefined, "", "A".repeat(43), theirs.csrf]) {
      const answer = await victim.post(loginPath, { ...jill, ...(csrf !== undefined && { csrf }) });
      expect(answer.status).toBe(403);
      expect(cookie(victim, "session")).toBeUndefined();
    }
  });

  it("refuses a form that the browser says is another site's, though its token is right", async () => {
    const { hidden } = formOf(await victim.get(`/oauth/authorize?${query}`), "/oauth/authorize/login");
    for (const site of ["cross-site", "same-site"]) {
      const answer = await victim.post(loginPath, { ...jill, ...hidden }, { "sec-fetch-site": site });
      expect(answer.status).toBe(403);
    }
    const own = await victim.post(loginPath, { ...jack, ...hidden }, { "sec-fetch-site": "same-origin" });
    expect(own.status).toBe(303);
  });
});

describe("CSRF on consent", () => {
  it("allows nothing without the token of this person's own session", async () => {
    const consent = await victim.openConsent(query, jack);
    const theirs = await attackersForm("/oauth/authorize?", (agent) => agent.openConsent(query, jill));
    for (const csrf of ["", "B".repeat(43), String(theirs.csrf)]) {
      const answer = await victim.post(`/oauth/authorize?${query}`, { decision: "allow", csrf });
      expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
    }
    expect(await server.storage.findGrant(jacksId, web.clientId)).toBeUndefined();
    expect((await victim.submit(consent, "/oauth/authorize?", { decision: "allow" })).status).toBe(303);
  });

  it("is not got around by planting the cookie that goes with the attacker's own token", async () => {
    const attacker = new UserAgent(server.url);
    const { hidden } = formOf(await attacker.openConsent(query, jill), "/oauth/authorize?");
    await victim.openConsent(query, jack);
    const [name, visit] = cookie(attacker, "visit");
    victim.cookies.set(name, visit);
    const answer = await victim.post(`/oauth/authorize?${query}`, { ...hidden, decision: "allow" });
    expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
    expect(await server.storage.findGrant(jacksId, web.clientId)).toBeUndefined();
  });

  it("takes no decision from a link: only a form that was sent allows", async () => {
    await victim.openConsent(query, jack);
    const answer = await victim.get(`/oauth/authorize?${query}&decision=allow`);
    expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
    expect(await server.storage.findGrant(jacksId, web.clientId)).toBeUndefined();
  });

  it("does not carry the token of one session into the next", async () => {
    const page = await victim.openConsent(query, jack);
    const { hidden } = formOf(page, "/oauth/authorize?");
    const again = await victim.get(`/oauth/authorize?${query}&prompt=login`);
    await victim.logIn(again, jack);
    const answer = await victim.post(`/oauth/authorize?${query}`, { ...hidden, decision: "allow" });
    expect(answer.status).toBe(403);
  });
});

describe("CSRF elsewhere", () => {
  it("disconnects no app and signs nobody out without the session's own token", async () => {
    await authorize(server, web, {}, victim);
    const session = cookie(victim, "session")[1];
    for (const path of [`/connected-apps/revoke?client_id=${web.clientId}`, "/connected-apps/logout"]) {
      expect((await victim.post(path, { csrf: "C".repeat(43) })).status).toBe(403);
    }
    const switched = await victim.post(`/oauth/authorize/switch?${query}`, {});
    expect(switched.status).toBe(303);
    expect((await server.storage.findGrant(jacksId, web.clientId))?.revokedAt).toBeUndefined();
    expect(await server.storage.findSession(sessionHash(session), server.clock.now())).toBeDefined();
  });
});

describe("clickjacking", () => {
  it("lets no page be framed, error pages included", async () => {
    const login = await victim.get(`/oauth/authorize?${query}`);
    const pages = [
      ...[login, await victim.logIn(login, jack), await victim.get("/connected-apps")],
      ...[await victim.get("/oauth/authorize?client_id=nobody"), await victim.get("/no-such-page")],
    ];
    for (const page of pages) {
      expect(page.headers["x-frame-options"]).toBe("DENY");
      expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    }
  });
});

describe("session fixation", () => {
  it("gives a new session and a new visit at each sign-in, and ends the one that was planted", async () => {
    const attacker = new UserAgent(server.url);
    await attacker.openConsent(query, jill);
    const planted = [cookie(attacker, "session"), cookie(attacker, "visit")];
    for (const [name, value] of planted) victim.cookies.set(name, value);
    const page = await victim.get(`/oauth/authorize?${query}&prompt=login`);
    await victim.logIn(page, jack);
    for (const [name, value] of planted) expect(victim.cookies.get(name)).not.toBe(value);
    const [, session] = planted[0] as [string, string];
    expect(await server.storage.findSession(sessionHash(session), server.clock.now())).toBeUndefined();
    const own = sessionHash(cookie(victim, "session")[1]);
    expect((await server.storage.findSession(own, server.clock.now()))?.account.id).toBe(jacksId);
  });

  it("believes no session that this server did not start", async () => {
    const [name] = cookie(await signedIn(), "session");
    for (const value of ["attacker", "A".repeat(43), "", "../../x"]) {
      const agent = new UserAgent(server.url);
      agent.cookies.set(name, value);
      expect((await agent.get(`/oauth/authorize?${query}`)).text).toContain("/oauth/authorize/login");
    }
  });

  const signedIn = async () => {
    await victim.openConsent(query, jack);
    return victim;
  };

  it("ends a session for good at sign-out, and after its time", async () => {
    const agent = await signedIn();
    const [name, value] = cookie(agent, "session");
    const logout = await agent.get("/connected-apps");
    await agent.submit(logout, "/connected-apps/logout", {});
    agent.cookies.set(name, value);
    expect((await agent.get(`/oauth/authorize?${query}`)).text).toContain("/oauth/authorize/login");
    const other = new UserAgent(server.url);
    await other.openConsent(query, jack);
    server.clock.advance(14 * 86_400_000);
    expect((await other.get(`/oauth/authorize?${query}`)).text).toContain("/oauth/authorize/login");
  });

  it("ends every session of an account whose password is changed", async () => {
    const agent = await signedIn();
    expect((await agent.get("/connected-apps")).text).toContain(jack.email);
    const other = await server.storage.findAccount(jillsId);
    await server.storage.updateAccount(jacksId, { passwordHash: String(other?.passwordHash) });
    expect((await agent.get("/connected-apps")).text).not.toContain(jack.email);
    const renewed = await agent.get(`/oauth/authorize?${query}`);
    await agent.logIn(renewed, { ...jack, password: jill.password });
    expect((await agent.get("/connected-apps")).text).toContain(jack.email);
  });
});

describe("cookie theft", () => {
  it("hides cookies from scripts and other sites, and over TLS from other hosts and plain connections", async () => {
    const lines = await cookiesOf(server);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    const tls = await startHouse({ issuer: () => "https://id.example.com" });
    try {
      for (const line of await cookiesOf(tls)) {
        expect(line).toMatch(/^__Host-countersign-(session|visit|device)=/);
        expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
      }
    } finally {
      await tls.close();
    }
  });

  async function cookiesOf(house: TestServer): Promise<string[]> {
    const agent = new UserAgent(house.url);
    const page = await agent.get(`/oauth/authorize?${query}`);
    const answer = await agent.submit(page, "/oauth/authorize/login", jack);
    return answer.headers["set-cookie"] ?? [];
  }
});

describe("hostile text", () => {
  it("stays text in every page, whoever wrote it", async () => {
    const name = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    const clientId = `"><svg/onload=alert(1)>`;
    const deps = { ...server, now: server.clock.now, randomBytes: seededRandom("hostile") };
    await createApp(deps, { ...web, name, clientId, ownerId: jillsId });
    const wanted = authorizationQuery(clientId, { state: name, login_hint: name });
    const login = await victim.get(`/oauth/authorize?${wanted}`);
    const wrong = await victim.submit(login, "/oauth/authorize/login", { email: name, password: "x" });
    const consent = await victim.openConsent(wanted, jack);
    await victim.submit(consent, "/oauth/authorize?", { decision: "allow" });
    const pages = [
      ...[login, wrong, consent, await victim.get("/connected-apps")],
      ...[await victim.get(`/oauth/authorize?client_id=${encodeURIComponent(name)}`)],
      ...[await victim.get(`/${encodeURIComponent(name)}`)],
    ];
    for (const { text, headers } of pages) {
      expect(text).not.toMatch(/<script>|<img src=x|<svg\/onload/);
      expect(headers["content-security-policy"]).toContain("script-src 'self'");
    }
  });
});
