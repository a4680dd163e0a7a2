/** The authorization endpoint as a browser meets it: who is sent where, and who is not sent anywhere. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionSeconds } from "../../src/accounts/login.js";
import { type Answer, send, sendForm } from "../support/http.js";
import {
  callbackUrl,
  demo,
  jack,
  jill,
  startServer,
  type TestServer,
  twoCallbacks,
  unapproved,
} from "../support/server.js";
import { account, exchange } from "../support/tokens.js";
import { authorizationQuery, callbackOf, formOf, hasForm, textOf, UserAgent } from "../support/user-agent.js";

let server: TestServer;
let agent: UserAgent;
beforeEach(async () => {
  server = await startServer();
  agent = new UserAgent(server.url);
});
afterEach(() => server.close());

const query = authorizationQuery(demo.clientId, { state: "900e06e2" });
const open = (search: string) => agent.get(`/oauth/authorize?${search}`);

function expectPage(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
}

function expectGuarded(page: Answer, leadsToCallback = false): void {
  const formAction = leadsToCallback ? "" : " form-action 'self';";
  expect(page.headers).toMatchObject({
    "content-security-policy": `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';${formAction} frame-ancestors 'none'; base-uri 'none'`,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
}

describe("a request whose client or callback is not known to be good shows a page and never redirects:", () => {
  const unusable: [string, string, string][] = [
    ["an unknown client", authorizationQuery("nobody"), "combo client_id/code is wrong"],
    ["no client", "response_type=code", "Parameter client_id is missing"],
    ["two clients", `${query}&client_id=${demo.clientId}`, "Parameter client_id is repeated"],
    ["another host", `${query}&redirect_uri=http://evil.example/callback`, "doesn't match the app's"],
    ["a longer path", `${query}&redirect_uri=${callbackUrl}/more`, "doesn't match the app's"],
    ["an added query", `${query}&redirect_uri=${callbackUrl}?a=1`, "doesn't match the app's"],
    ["a fragment", `${query}&redirect_uri=${callbackUrl}%23a`, "doesn't match the app's"],
    ["another case", `${query}&redirect_uri=${callbackUrl.toUpperCase()}`, "doesn't match the app's"],
    ["user information", `${query}&redirect_uri=http://127.0.0.1:9@evil.example/callback`, "doesn't match"],
    [
      "another loopback port",
      `${query}&redirect_uri=http://127.0.0.1:10/callback`,
      "doesn't match the app's",
    ],
    ["a script", `${query}&redirect_uri=javascript:alert(1)`, "doesn't match the app's"],
    ["two callbacks", `${query}&redirect_uri=${callbackUrl}&redirect_uri=${callbackUrl}`, "is repeated"],
    [
      "a list of callbacks",
      `${query}&redirect_uri[]=${callbackUrl}&redirect_uri=x`,
      "doesn't match the app's",
    ],
    ["no choice of several", authorizationQuery(twoCallbacks.clientId), "redirect_uri is required"],
  ];

  it.each(unusable)("%s", async (_what, search, text) => {
    const page = await open(search);
    expectPage(page, 400);
    expectGuarded(page);
    expect(textOf(page.text)).toContain(text);
    expect(hasForm(page, "")).toBe(false);
    // Nor do the forms behind it, whatever they are sent.
    for (const [path, form] of [
      ["/oauth/authorize/login", jack],
      ["/oauth/authorize", { decision: "allow" }],
      ["/oauth/authorize", { decision: "deny" }],
    ] as const) {
      expectPage(await agent.post(`${path}?${search}`, form), 400);
    }
  });

  it("and the page shows what was sent as text, not as syntax", async () => {
    const hostile = '"><script>alert(1)</script>';
    const page = await open(authorizationQuery(hostile, { redirect_uri: hostile, state: hostile }));
    expectPage(page, 400);
    expect(page.text).not.toContain("<script>alert");
    const login = await open(`${query}&x=${encodeURIComponent(hostile)}`);
    expect(login.text).not.toContain("<script>alert");
  });
});

describe("any other fault goes to the callback, with the state:", () => {
  const refused: [string, string, string, string, string | null][] = [
    [
      "a scope",
      `${query}&scope=request_signature`,
      "invalid_scope",
      "Custom scopes are not supported yet",
      "900e06e2",
    ],
    [
      "another response type",
      query.replace("=code", "=token"),
      "unsupported_response_type",
      "The only supported response_type is code",
      "900e06e2",
    ],
    [
      "no response type",
      query.replace("response_type=code&", ""),
      "invalid_request",
      "Parameter response_type is missing",
      "900e06e2",
    ],
    [
      "two response types",
      `${query}&response_type=code`,
      "invalid_request",
      "Parameter response_type is repeated",
      "900e06e2",
    ],
    [
      "two scopes",
      `${query}&scope=a&scope=b`,
      "invalid_scope",
      "Custom scopes are not supported yet",
      "900e06e2",
    ],
    [
      "a scope, be it empty",
      `${query}&scope=`,
      "invalid_scope",
      "Custom scopes are not supported yet",
      "900e06e2",
    ],
    ["two states", `${query}&state=2`, "invalid_request", "Parameter state is repeated", null],
  ];

  it.each(refused)("%s", async (_what, search, error, text, state) => {
    const answer = await open(search);
    expect(answer.status).toBe(302);
    const { origin, pathname, searchParams } = callbackOf(answer);
    expect(`${origin}${pathname}`).toBe(callbackUrl);
    expect(Object.fromEntries(searchParams)).toEqual({
      error,
      error_description: text,
      ...(state !== null && { state }),
    });
  });
});

describe("login and consent", () => {
  it("lead to the callback with code and state, each form answered by 303", async () => {
    const login = await open(query);
    expectPage(login, 200);
    expect(textOf(login.text)).toContain("to continue to Demo app");
    const loggedIn = await agent.submit(login, "/oauth/authorize/login", jack);
    expect(loggedIn.status).toBe(303);
    const consent = await agent.follow(loggedIn);
    const text = textOf(consent.text);
    for (const words of ["Demo app", jack.email, jill.email, "127.0.0.1:9"]) expect(text).toContain(words);
    expect(text).toContain("See basic account information");
    expect(text).toContain("What the app does is charged to its owner.");
    const allowed = await agent.submit(consent, "/oauth/authorize?", { decision: "allow" });
    expect(allowed.status).toBe(303);
    expect(allowed.headers["cache-control"]).toBe("no-store");
    expect(allowed.headers["referrer-policy"]).toBe("no-referrer");
    const callback = callbackOf(allowed);
    expect([...callback.searchParams.keys()]).toEqual(["code", "state"]);
    expect(callback.searchParams.get("state")).toBe("900e06e2");
  });

  it("are asked for anew each time, and only consent of whoever is signed in", async () => {
    await agent.authorize(query, jack);
    const second = await open(query);
    expect(hasForm(second, "/oauth/authorize?")).toBe(true);
    expect(hasForm(second, "/oauth/authorize/login")).toBe(false);
  });

  it("have no words for prompts, hints and ages: those are left unread", async () => {
    for (const more of ["prompt=none", "prompt=surprise", "max_age=soon", "login_hint=a&prompt=login"]) {
      const page = await agent.follow(await open(`${query}&${more}`));
      expect(page.status).toBe(200);
      expect(page.text).toContain('name="password"');
    }
  });

  it("carry any state back as it was sent, and none where none was sent", async () => {
    const state = "ä €+%&=?#/\"'<> 🖋\u0000 ".repeat(20);
    const callback = await agent.authorize(authorizationQuery(demo.clientId, { state }), jack);
    expect(callback.searchParams.get("state")).toBe(state);
    const without = await agent.authorize(authorizationQuery(demo.clientId), jack);
    expect(without.searchParams.has("state")).toBe(false);
  });

  it("keep the query of a callback URL", async () => {
    const redirectUri = twoCallbacks.callbackUrls[1] as string;
    const search = authorizationQuery(twoCallbacks.clientId, { redirect_uri: redirectUri });
    const callback = await agent.authorize(search, jack);
    expect(callback.href).toMatch(/^https:\/\/app\.example\.com\/back\?tenant=7&code=[0-9a-f]{16}$/);
  });

  it("bring a denial to the callback with the state, and leave no grant", async () => {
    const callback = await agent.authorize(query, jack, "deny");
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: "access_denied",
      error_description: "The user denied the request",
      state: "900e06e2",
    });
    const account = await server.storage.findAccountByEmail(jack.email);
    expect(await server.storage.findGrant(account?.id ?? "", demo.clientId)).toBeUndefined();
  });

  it("offer another account: the session ends and sign-in is asked for", async () => {
    const consent = await agent.openConsent(query, jack);
    const switched = await agent.follow(await agent.submit(consent, "/oauth/authorize/switch", {}));
    expect(hasForm(switched, "/oauth/authorize/login")).toBe(true);
    const next = await agent.logIn(switched, jill);
    expect(textOf(next.text)).toContain(`Signed in as ${jill.email}`);
  });

  it("show a scope that is the app's own by its name, be it one that every object has", async () => {
    await server.storage.updateApp(
      demo.clientId,
      { scopes: ["constructor", "own:scope"] },
      server.clock.now(),
    );
    const consent = await agent.openConsent(query, jack);
    expectPage(consent, 200);
    for (const words of ["constructor", "own:scope", "A permission this app defines."]) {
      expect(textOf(consent.text)).toContain(words);
    }
  });

  it("take no decision without a word that says which", async () => {
    const consent = await agent.openConsent(query, jack);
    expectPage(await agent.submit(consent, "/oauth/authorize?", {}), 403);
    expectPage(await agent.submit(consent, "/oauth/authorize?", { decision: "yes" }), 403);
  });
});

describe("an app that is not approved", () => {
  const search = authorizationQuery(unapproved.clientId, { state: "s" });

  it("can be allowed by its owner", async () => {
    const code = (await agent.authorize(search, jill)).searchParams.get("code") ?? "";
    const tokens = await exchange(server, unapproved, code);
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });

  it("offers everybody else the way back only", async () => {
    const consent = await agent.openConsent(search, jack);
    expect(textOf(consent.text)).toContain("only its owner can allow it");
    expect(consent.text).not.toContain('value="allow"');
    const forced = callbackOf(await agent.submit(consent, "/oauth/authorize?", { decision: "allow" }));
    const left = callbackOf(await agent.submit(consent, "/oauth/authorize?", { decision: "deny" }));
    for (const { searchParams } of [forced, left]) {
      expect(Object.fromEntries(searchParams)).toEqual({
        error: "access_denied",
        error_description: "The app is not approved: only its owner can authorize it",
        state: "s",
      });
    }
  });
});

describe("a wrong login", () => {
  const attempt = async (email: string, password: string) => {
    const visitor = new UserAgent(server.url);
    const page = await visitor.get(`/oauth/authorize?${query}`);
    return visitor.submit(page, "/oauth/authorize/login", { email, password });
  };
  /** The page without what is of this visit alone. */
  const plain = (answer: Answer, email: string) =>
    answer.text
      .replaceAll(email, "EMAIL")
      .replace(/name="csrf" value="[^"]*"/g, "")
      .replace(/<code>[0-9a-f]+<\/code>/g, "");

  it("is a page with status 401 that says the same whether the account exists or not", async () => {
    const wrong = await attempt(jill.email, "wrong");
    const unknown = await attempt("nobody@example.com", "wrong");
    expectPage(wrong, 401);
    expectPage(unknown, 401);
    expect(textOf(wrong.text)).toContain("The email address or password is wrong.");
    expect(plain(unknown, "nobody@example.com")).toBe(plain(wrong, jill.email));
    const omitted = new Set(["date", "set-cookie", "content-length", "x-request-id"]);
    const heads = [wrong, unknown].map(({ headers }) =>
      Object.entries(headers).filter(([name]) => !omitted.has(name)),
    );
    expect(heads[0]).toEqual(heads[1]);
  });

  it("is all that a locked account gets, too", async () => {
    const account = await server.storage.findAccountByEmail(jill.email);
    await server.storage.updateAccount(account?.id ?? "", { locked: true });
    const locked = await attempt(jill.email, jill.password);
    const wrong = await attempt(jill.email, "wrong");
    expect(locked.status).toBe(401);
    expect(plain(locked, jill.email)).toBe(plain(wrong, jill.email));
  });

  it("starts no session, and the next try of the same page may be right", async () => {
    const page = await open(query);
    const again = await agent.submit(page, "/oauth/authorize/login", { ...jack, password: "wrong" });
    expect([...agent.cookies.keys()].some((name) => name.includes("session"))).toBe(false);
    expect(again.text).toContain(`value="${jack.email}"`);
    expect(again.text).not.toContain("wrong&#34;");
    expect(hasForm(await agent.logIn(again, jack), "/oauth/authorize?")).toBe(true);
  });

  it("is also one without a password, or with a field sent twice", async () => {
    const page = await open(query);
    expectPage(await agent.submit(page, "/oauth/authorize/login", { email: jack.email }), 401);
    const { action, hidden } = formOf(page, "/oauth/authorize/login");
    const twice = `csrf=${hidden.csrf}&email=a@b.c&email=${jack.email}&password=x`;
    const answer = await sendForm(`${server.url}${action}`, twice, { accept: "text/html" });
    expect(answer.status).toBe(400);
  });

  it("is refused after ten for one account from one browser that it does not know, for everybody alike", async () => {
    const page = await open(query);
    const tryOnce = (who: typeof jill) => agent.submit(page, "/oauth/authorize/login", who);
    for (let count = 0; count < 10; count++) {
      expect((await tryOnce({ email: jill.email, password: `guess ${count}` })).status).toBe(401);
    }
    expectPage(await tryOnce(jill), 429);
    server.clock.advance(900_000);
    expect((await tryOnce(jill)).status).toBe(303);
  });
});

describe("a form that does not come from the person's own visit changes nothing:", () => {
  const stranger = () => new UserAgent(server.url);
  const consentForm = async () => {
    const consent = await agent.openConsent(query, jack);
    const { action, hidden } = formOf(consent, "/oauth/authorize?");
    return { action, fields: { ...hidden, decision: "allow" } };
  };
  const grantOfJack = async () => {
    const account = await server.storage.findAccountByEmail(jack.email);
    return server.storage.findGrant(account?.id ?? "", demo.clientId);
  };

  it("no token, an empty one, a made-up one", async () => {
    const { action } = await consentForm();
    for (const csrf of [undefined, "", "x", "A".repeat(43)]) {
      const answer = await agent.post(action, { decision: "allow", ...(csrf !== undefined && { csrf }) });
      expectPage(answer, 403);
      expect(textOf(answer.text)).toContain("This form has expired");
    }
    expect(await grantOfJack()).toBeUndefined();
  });

  it("a token of another browser, be it of the same person", async () => {
    const { action } = await consentForm();
    const other = stranger();
    const { hidden } = formOf(await other.openConsent(query, jack), "/oauth/authorize?");
    expectPage(await agent.post(action, { ...hidden, decision: "allow" }), 403);
    expect((await other.post(action, { ...hidden, decision: "allow" })).status).toBe(303);
  });

  it.each(["cross-site", "same-site"])("a right token sent %s", async (site) => {
    const { action, fields } = await consentForm();
    expectPage(await agent.post(action, fields, { "sec-fetch-site": site }), 403);
    expect(await grantOfJack()).toBeUndefined();
    expect((await agent.post(action, fields, { "sec-fetch-site": "same-origin" })).status).toBe(303);
  });

  it("a right token without cookies", async () => {
    const { action, fields } = await consentForm();
    expectPage(await stranger().post(action, fields), 403);
  });

  it("a login form of another visit: nobody is signed in to a stranger's account", async () => {
    const { action, hidden } = formOf(
      await stranger().get(`/oauth/authorize?${query}`),
      "/oauth/authorize/login",
    );
    await open(query);
    const answer = await agent.post(action, { ...hidden, ...jack });
    expectPage(answer, 403);
    expect(textOf(answer.text)).toContain("This form has expired");
    expect(hasForm(await open(query), "/oauth/authorize/login")).toBe(true);
  });

  it("a switch of account", async () => {
    const consent = await agent.openConsent(query, jack);
    await agent.post(formOf(consent, "/oauth/authorize/switch").action, { csrf: "x" });
    expect(hasForm(await open(query), "/oauth/authorize?")).toBe(true);
  });
});

describe("a session", () => {
  const sessionCookie = () => [...agent.cookies].find(([name]) => name.includes("session"));
  const visitCookie = () => [...agent.cookies].find(([name]) => name.includes("visit"));

  it("is a cookie that scripts cannot read and other sites do not send, named for the port", async () => {
    const login = await agent.submit(await open(query), "/oauth/authorize/login", jack);
    const cookies = login.headers["set-cookie"] ?? [];
    const { port } = new URL(server.url);
    expect(cookies.map((line) => line.split("=")[0]).sort()).toEqual([
      `countersign-device-${port}`,
      `countersign-session-${port}`,
      `countersign-visit-${port}`,
    ]);
    for (const line of cookies) expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(sessionCookie()?.[1]).toMatch(/^[A-Za-z0-9_-]{65}$/);
  });

  it("is new at every login, and nothing planted before is worth anything after", async () => {
    const page = await open(query);
    const planted = visitCookie() as [string, string];
    const before = formOf(page, "/oauth/authorize/login").hidden.csrf as string;
    await agent.logIn(page, jack);
    const first = sessionCookie() as [string, string];
    expect(visitCookie()?.[1]).not.toBe(planted[1]);
    const stale = { csrf: before, decision: "allow" };
    expectPage(await agent.post(`/oauth/authorize?${query}`, stale), 403);
    agent.cookies.set(...planted);
    expectPage(await agent.post(`/oauth/authorize?${query}`, stale), 403);
    // Whoever planted the visit has no session by it.
    const attacker = new UserAgent(server.url);
    attacker.cookies.set(...planted);
    expect(hasForm(await attacker.get(`/oauth/authorize?${query}`), "/oauth/authorize/login")).toBe(true);
    // A second login ends the first session.
    const { hidden } = formOf(await open(query), "/oauth/authorize?");
    await agent.post(`/oauth/authorize/login?${query}`, { ...hidden, ...jill });
    expect(sessionCookie()?.[1]).not.toBe(first[1]);
    attacker.cookies.set(...first);
    expect(hasForm(await attacker.get(`/oauth/authorize?${query}`), "/oauth/authorize/login")).toBe(true);
  });

  it("lasts fourteen days to the millisecond", async () => {
    const consent = await agent.openConsent(query, jack);
    server.clock.advance(sessionSeconds * 1000 - 1);
    expect(hasForm(await open(query), "/oauth/authorize?")).toBe(true);
    server.clock.advance(1);
    expect(hasForm(await open(query), "/oauth/authorize/login")).toBe(true);
    const late = await agent.submit(consent, "/oauth/authorize?", { decision: "allow" });
    expect(late.headers.location).toBeUndefined();
    expect(hasForm(late, "/oauth/authorize/login")).toBe(true);
  });

  it("is over at once when the account is locked", async () => {
    const consent = await agent.openConsent(query, jack);
    const account = await server.storage.findAccountByEmail(jack.email);
    await server.storage.updateAccount(account?.id ?? "", { locked: true });
    const late = await agent.submit(consent, "/oauth/authorize?", { decision: "allow" });
    expect(hasForm(late, "/oauth/authorize/login")).toBe(true);
  });
});

describe("every page", () => {
  it("has the strict headers; forms lead elsewhere only where they end at a callback", async () => {
    const login = await open(query);
    expectGuarded(login, true);
    expectGuarded(await agent.submit(login, "/oauth/authorize/login", { ...jack, password: "x" }), true);
    expectGuarded(await agent.logIn(await open(query), jack), true);
    expectGuarded(await agent.post(`/oauth/authorize?${query}`, { decision: "allow" }));
    expectGuarded(await agent.get("/connected-apps"));
    expectGuarded(await new UserAgent(server.url).get("/connected-apps"));
    expectGuarded(await agent.get("/nothing/here"));
  });

  it("loads only what is served here, under names that change with the content", async () => {
    const page = await open(query);
    const assets = [...page.text.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|js))"/g)].map(([, path]) => path);
    expect(assets).toHaveLength(2);
    for (const path of assets) {
      const answer = await send(`${server.url}${path}`);
      expect(answer.status).toBe(200);
      expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    }
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)|\son[a-z]+=|style="/);
  });

  it("loads its files compressed where the browser takes that, and else as they are", async () => {
    const [, path] = /href="(\/[^"]+\.css)"/.exec((await open(query)).text) ?? [];
    const loaded = async (coding: string) => {
      const answer = await fetch(`${server.url}${path}`, { headers: { "accept-encoding": coding } });
      return [answer.headers.get("content-encoding"), answer.headers.get("vary"), await answer.text()];
    };
    const [, , text] = await loaded("identity");
    for (const coding of ["identity", "br", "gzip;q=0", "gzip; q=0.0, br"])
      expect(await loaded(coding)).toEqual([null, "accept-encoding", text]);
    for (const coding of ["gzip", "br, gzip, deflate", "GZIP;q=0.5"])
      expect(await loaded(coding)).toEqual(["gzip", "accept-encoding", text]);
    // A page has a secret in it, which the length of a compressed answer could tell.
    const page = await fetch(`${server.url}/oauth/authorize?${query}`, {
      headers: { "accept-encoding": "gzip" },
    });
    expect(page.headers.get("content-encoding")).toBeNull();
  });
});
