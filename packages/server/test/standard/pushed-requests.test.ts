/** Pushed authorization requests (RFC 9126): what is pushed, what a browser is sent with, and what each may do. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, send } from "../support/http.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, formOf, hasForm, textOf, UserAgent } from "../support/user-agent.js";
import {
  exchangeCode,
  inBody,
  native,
  pkce,
  post,
  refusalOf,
  rotating,
  startHouse,
  verifier,
  web,
} from "./house.js";

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

const asked = { response_type: "code", state: "s t&a=te", ...pkce };

const push = (more: Record<string, string> = {}, client: typeof web = web): Promise<Answer> =>
  post(server, "/oauth/par", { ...asked, ...inBody(client), ...more });

const pushed = async (more?: Record<string, string>, client?: typeof web): Promise<string> => {
  const answer = await push(more, client);
  if (answer.status !== 201) throw new Error(`not pushed: ${answer.status} ${answer.text}`);
  return String(answer.json().request_uri);
};

const queryOf = (requestUri: string, clientId = web.clientId, more: Record<string, string> = {}) =>
  new URLSearchParams({ client_id: clientId, request_uri: requestUri, ...more }).toString();

const open = (query: string, agent = new UserAgent(server.url)) => agent.get(`/oauth/authorize?${query}`);

const allow = async (agent: UserAgent, query: string) => {
  const page = await agent.openConsent(query, jack);
  if (page.headers.location !== undefined) return callbackOf(page);
  return callbackOf(await agent.submit(page, "/oauth/authorize?", { decision: "allow" }));
};

describe("a pushed request", () => {
  it("leads to a code by its request_uri alone", async () => {
    const answer = await push();
    expect([answer.status, answer.headers["cache-control"]]).toEqual([201, "no-store"]);
    expect(answer.json()).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{100,}$/),
      expires_in: 540,
    });
    const callback = await allow(new UserAgent(server.url), queryOf(String(answer.json().request_uri)));
    expect(callback.searchParams.get("state")).toBe("s t&a=te");
    const code = callback.searchParams.get("code") ?? "";
    const withoutVerifier = await exchangeCode(server, web, code);
    expect(withoutVerifier.json().error).toBe("invalid_grant");
    tokensOf(await exchangeCode(server, web, code, { code_verifier: verifier }));
  });

  it("says nothing of itself to the browser that carries it", async () => {
    const requestUri = await pushed({ login_hint: jack.email });
    const bytes = Buffer.from(requestUri.split(":").at(-1) ?? "", "base64url").toString("latin1");
    for (const secret of ["login_hint", "jack", "web", web.clientSecret ?? "", "code_challenge"])
      expect(bytes).not.toContain(secret);
    expect((await open(queryOf(requestUri))).text).toContain(`value="${jack.email}"`);
  });

  it("counts whole: parameters beside its request_uri change nothing", async () => {
    const scoped = await pushed({ scope: "template_access" });
    const query = queryOf(scoped, web.clientId, {
      ...{
        scope: "account_access",
        state: "other",
        redirect_uri: "https://evil.example.com/",
        prompt: "none",
      },
    });
    const callback = await allow(new UserAgent(server.url), query);
    expect(callback.origin).toBe("https://web.example.com");
    expect(callback.searchParams.get("state")).toBe("s t&a=te");
    const code = callback.searchParams.get("code") ?? "";
    const tokens = tokensOf(await exchangeCode(server, web, code, { code_verifier: verifier }));
    expect(tokens.scope).toBe("template_access");
  });

  it("may be opened again until its code is issued, and never after", async () => {
    const query = queryOf(await pushed({ prompt: "consent" }));
    const agent = new UserAgent(server.url);
    for (let reload = 0; reload < 3; reload += 1)
      expect(hasForm(await open(query, agent), "/oauth/authorize/login")).toBe(true);
    const earlier = await agent.openConsent(query, jack);
    expect(earlier.status).toBe(200);
    const page = await agent.openConsent(query, jack);
    const first = callbackOf(await agent.submit(page, "/oauth/authorize?", { decision: "allow" }));
    expect(first.searchParams.has("code")).toBe(true);
    const opened = await agent.openConsent(query, jack);
    for (const other of [earlier, opened]) {
      const again = await agent.submit(other, "/oauth/authorize?", { decision: "allow" });
      expect([again.status, again.headers.location]).toEqual([400, undefined]);
      expect(textOf(again.text)).toContain("The request_uri was used before");
    }
  });

  it("lands who clicks Allow twice where one click does, though the first code was exchanged", async () => {
    const query = queryOf(await pushed({ prompt: "consent" }));
    const agent = new UserAgent(server.url);
    const page = await agent.openConsent(query, jack);
    const click = async () => {
      const callback = callbackOf(await agent.submit(page, "/oauth/authorize?", { decision: "allow" }));
      expect(callback.searchParams.get("state")).toBe("s t&a=te");
      return callback.searchParams.get("code") ?? "";
    };
    const tokens = [];
    for (const code of [await click(), await click()])
      tokens.push(tokensOf(await exchangeCode(server, web, code, { code_verifier: verifier })));
    for (const { access_token } of tokens) expect((await account(server, access_token)).status).toBe(200);
  });

  it("lands who clicks Sign in twice where one click does, where consent is remembered", async () => {
    const forTheConsent = new UserAgent(server.url);
    expect((await allow(forTheConsent, queryOf(await pushed()))).searchParams.has("code")).toBe(true);
    const agent = new UserAgent(server.url);
    const query = queryOf(await pushed());
    const login = await open(query, agent);
    const click = async () =>
      callbackOf(await agent.follow(await agent.submit(login, "/oauth/authorize/login", jack)));
    for (const callback of [await click(), await click()]) {
      const code = callback.searchParams.get("code") ?? "";
      tokensOf(await exchangeCode(server, web, code, { code_verifier: verifier }));
    }
    const reused = await open(query, agent);
    expect([reused.status, textOf(reused.text)]).toEqual([400, expect.stringContaining("was used before")]);
    // The mark of a page is good in the session alone that signed in by it.
    const other = new UserAgent(server.url);
    const own = await open(query, other);
    const { showing = "" } = formOf(login, "/oauth/authorize/login").hidden;
    const marked = await other.submit(own, "/oauth/authorize/login", { ...jack, showing });
    expect(textOf((await other.follow(marked)).text)).toContain("was used before");
  });

  it("gives one code, however many ask at once", async () => {
    const query = queryOf(await pushed({ prompt: "consent" }));
    const agent = new UserAgent(server.url);
    await agent.openConsent(query, jack);
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () =>
        agent.submit(await open(query, agent), "/oauth/authorize?", { decision: "allow" }),
      ),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7);
  });

  it("lands all of many clicks on one page at the callback, and none of a form that does not say which page it was on", async () => {
    const query = queryOf(await pushed({ prompt: "consent" }));
    const agent = new UserAgent(server.url);
    const page = await agent.openConsent(query, jack);
    const clicks = Array.from({ length: 8 }, () =>
      agent.submit(page, "/oauth/authorize?", { decision: "allow" }),
    );
    expect((await Promise.all(clicks)).map(({ status }) => status)).toEqual(Array(8).fill(303));
    const unmarked = await agent.submit(page, "/oauth/authorize?", { decision: "allow", showing: "" });
    expect(textOf(unmarked.text)).toContain("The request_uri was used before");
  });

  it("is used by one person: another one's form gives no second code, whatever page it names", async () => {
    const query = queryOf(await pushed({ prompt: "consent" }));
    const agents = [new UserAgent(server.url), new UserAgent(server.url)] as const;
    const page = await agents[0].openConsent(query, jack);
    const { showing = "" } = formOf(page, "/oauth/authorize?").hidden;
    expect(showing).not.toBe("");
    callbackOf(await agents[0].submit(page, "/oauth/authorize?", { decision: "allow" }));
    for (const who of [jill, jack]) {
      const others = await agents[1].openConsent(query, who);
      const stolen = await agents[1].submit(others, "/oauth/authorize?", { decision: "allow", showing });
      expect([stolen.status, stolen.headers.location]).toEqual([400, undefined]);
      agents[1].cookies.clear();
    }
  });

  it("is good for 540 seconds", async () => {
    const query = queryOf(await pushed());
    server.clock.advance(539_999);
    expect((await open(query)).status).toBe(200);
    server.clock.advance(1);
    const late = await open(query);
    expect([late.status, late.headers.location]).toEqual([400, undefined]);
    expect(textOf(late.text)).toContain("The request_uri has expired");
  });

  it("is its client's: neither another client_id nor none opens it", async () => {
    const requestUri = await pushed();
    for (const query of [queryOf(requestUri, rotating.clientId), queryOf(requestUri, "nobody")]) {
      const answer = await open(query);
      expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
      expect(textOf(answer.text)).toContain("The request_uri is not valid");
    }
    const nameless = await open(new URLSearchParams({ request_uri: requestUri }).toString());
    expect(textOf(nameless.text)).toContain("Parameter client_id is missing");
  });

  it("is this server's: what was changed or made up opens nothing", async () => {
    const requestUri = await pushed();
    const start = "urn:ietf:params:oauth:request_uri:";
    const changed = requestUri.slice(0, -2) + (requestUri.endsWith("AA") ? "BB" : "AA");
    for (const wrong of [
      changed,
      start,
      `${start}x`,
      `${start}6esc_11ACC5bwc014ltc14eY22c`,
      `${requestUri}AAAA`,
    ])
      expect(textOf((await open(queryOf(wrong))).text)).toContain("The request_uri is not valid");
  });

  it("asks for a login once, and only a login answers that", async () => {
    const requestUri = await pushed({ prompt: "login consent", max_age: "0" });
    const agent = new UserAgent(server.url);
    const signedIn = await agent.openConsent(authorizationQuery(web.clientId, { prompt: "consent" }), jack);
    expect(hasForm(signedIn, "/oauth/authorize?")).toBe(true);
    const query = queryOf(requestUri);
    const login = await open(query, agent);
    expect(hasForm(login, "/oauth/authorize/login")).toBe(true);
    // What was pushed is sealed: the browser cannot leave the prompt out.
    expect(hasForm(await open(`${query}&prompt=none&max_age=99999`, agent), "/oauth/authorize/login")).toBe(
      true,
    );
    const consent = await agent.logIn(login, jack);
    expect(formOf(consent, "/oauth/authorize?").action).not.toContain(encodeURIComponent(requestUri));
    const callback = callbackOf(await agent.submit(consent, "/oauth/authorize?", { decision: "allow" }));
    expect(callback.searchParams.has("code")).toBe(true);
    const spent = await agent.submit(consent, "/oauth/authorize?", { decision: "allow", showing: "other" });
    expect(textOf(spent.text)).toContain("The request_uri was used before");
  });

  it("may come from a public app, which proves nothing", async () => {
    const redirectUri = "http://127.0.0.1:51234/callback";
    const requestUri = await pushed({ redirect_uri: redirectUri }, native);
    const callback = await allow(new UserAgent(server.url), queryOf(requestUri, native.clientId));
    const code = callback.searchParams.get("code") ?? "";
    tokensOf(await exchangeCode(server, native, code, { redirect_uri: redirectUri }));
  });
});

describe("pushing", () => {
  it("needs the client's credentials", async () => {
    const wrong = { ...web, clientSecret: "not the secret" };
    expect(refusalOf(await push({}, wrong))).toEqual([401, "invalid_client"]);
    expect(refusalOf(await push({}, { ...web, clientSecret: undefined }))).toEqual([401, "invalid_client"]);
    expect(refusalOf(await push({ client_id: "nobody" }))).toEqual([401, "invalid_client"]);
  });

  it.each([
    [{ response_type: "token" }, [400, "unsupported_response_type"]],
    [{ redirect_uri: "https://evil.example.com/" }, [400, "invalid_request"]],
    [{ scope: "everything" }, [400, "invalid_scope"]],
    [{ code_challenge_method: "plain" }, [400, "invalid_request"]],
    [{ request: "eyJhbGciOiJub25lIn0.e30." }, [400, "request_not_supported"]],
    [{ request_uri: "urn:ietf:params:oauth:request_uri:x" }, [400, "invalid_request"]],
    [{ state: "s".repeat(3500) }, [413, "invalid_request"]],
  ])("judges the request there and then, as RFC 6749 tells errors: %j", async (more, refusal) => {
    const answer = await push(more);
    expect(refusalOf(answer)).toEqual(refusal);
    expect(answer.json().error_description).toEqual(expect.any(String));
  });

  it("refuses a parameter that is sent twice", async () => {
    const fields = [...Object.entries({ ...asked, ...inBody(web) }), ["state", "another"]] as const;
    expect(refusalOf(await post(server, "/oauth/par", fields as never))).toEqual([400, "invalid_request"]);
  });

  it("is done by POST alone", async () => {
    for (const method of ["GET", "PUT"]) {
      const answer = await send(`${server.url}/oauth/par?${authorizationQuery(web.clientId)}`, { method });
      expect([answer.status, answer.json().error]).toEqual([expect.any(Number), expect.any(String)]);
      expect([404, 405]).toContain(answer.status);
    }
  });

  it("is counted against the limit of the token endpoint", async () => {
    const limited = await startHouse({
      rateLimits: {
        ...{ client: undefined, account: undefined },
        address: { capacity: 1, periodSeconds: 60 },
      },
    });
    try {
      const ask = () => post(limited, "/oauth/par", { ...asked, ...inBody(web) });
      expect([(await ask()).status, (await ask()).status]).toEqual([201, 429]);
    } finally {
      await limited.close();
    }
  });

  it("writes nothing", async () => {
    const before = await server.storage.purge({ now: server.clock.now() + 86_400_000_000, limit: 10_000 });
    expect(before).toBeGreaterThanOrEqual(0);
    await pushed();
    expect(await server.storage.purge({ now: server.clock.now() + 86_400_000_000, limit: 10_000 })).toBe(0);
  });
});

it("the metadata says where to push, and that nobody has to", async () => {
  const metadata = (await send(`${server.url}/.well-known/oauth-authorization-server`)).json();
  expect(metadata.pushed_authorization_request_endpoint).toBe(`${server.url}/oauth/par`);
  expect(metadata).not.toHaveProperty("require_pushed_authorization_requests");
});
