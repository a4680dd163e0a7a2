/** Attacks on the authorization code and its way to the app (RFC 9700 §4.1 to §4.5, §4.11, §4.12; RFC 6819 §4.4.1). */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyRing } from "../../src/crypto/key-ring.js";
import {
  authorize,
  challenge,
  codeFor,
  exchangeCode,
  inBody,
  native,
  pkce,
  post,
  refreshWith,
  refusalOf,
  rotating,
  startHouse,
  unapproved,
  verifier,
  web,
} from "../standard/house.js";
import { send } from "../support/http.js";
import { jack, jill, type TestServer } from "../support/server.js";
import { account, tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, hasForm, UserAgent } from "../support/user-agent.js";

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

const invalidGrant = [400, "invalid_grant"];
const ask = (query: string, agent = new UserAgent(server.url)) => agent.get(`/oauth/authorize?${query}`);

describe("code injection", () => {
  it("refuses a stolen code that is brought to another person's session of the same app", async () => {
    // The victim's code, and the verifier of the attacker's own flow.
    const stolen = await codeFor(server, web, pkce);
    const attackers = "attacker-verifier-attacker-verifier-attacker-1";
    const answer = await exchangeCode(server, web, stolen, { code_verifier: attackers });
    expect(refusalOf(answer)).toEqual(invalidGrant);
  });

  it("refuses a code at another app than the one it was issued to, and leaves it to its owner", async () => {
    const stolen = await codeFor(server, web);
    expect(refusalOf(await exchangeCode(server, rotating, stolen))).toEqual(invalidGrant);
    expect((await exchangeCode(server, web, stolen)).status).toBe(200);
  });

  it("refuses a code of a public app to whoever caught it on the way", async () => {
    const caught = await codeFor(server, native);
    const bare = { grant_type: "authorization_code", code: caught, client_id: native.clientId };
    expect(refusalOf(await post(server, "/oauth/token", bare))).toEqual(invalidGrant);
    const guess = { ...bare, code_verifier: challenge };
    expect(refusalOf(await post(server, "/oauth/token", guess))).toEqual(invalidGrant);
  });

  it("refuses a code that was sent to another callback than the one the app says", async () => {
    const elsewhere = { redirect_uri: "http://127.0.0.1:6666/callback" };
    const code = await codeFor(server, native, elsewhere);
    const own = { redirect_uri: "http://127.0.0.1:5000/callback" };
    expect(refusalOf(await exchangeCode(server, native, code, own))).toEqual(invalidGrant);
  });
});

describe("replay", () => {
  it("lets one of twenty simultaneous exchanges of a code win, and ends its tokens for the others' sake", async () => {
    const code = await codeFor(server, web);
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchangeCode(server, web, code)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    const [tokens] = won.map(tokensOf);
    expect((await account(server, String(tokens?.access_token))).status).toBe(401);
    const later = await refreshWith(server, web, String(tokens?.refresh_token));
    expect(refusalOf(later)).toEqual(invalidGrant);
  });

  it("does not let a thief without the verifier end the owner's tokens by replaying the code", async () => {
    const code = await codeFor(server, web, pkce);
    const tokens = tokensOf(await exchangeCode(server, web, code, { code_verifier: verifier }));
    expect(refusalOf(await exchangeCode(server, web, code))).toEqual(invalidGrant);
    expect((await account(server, tokens.access_token)).status).toBe(200);
  });

  it("makes another code for each authorization, of 256 random bits", async () => {
    const codes = [await codeFor(server, web), await codeFor(server, web)];
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(Buffer.from(code, "base64url")).toHaveLength(32);
  });
});

describe("PKCE downgrade", () => {
  it("refuses a verifier for a code whose challenge was stripped from the request", async () => {
    const code = await codeFor(server, web);
    const answer = await exchangeCode(server, web, code, { code_verifier: verifier });
    expect(refusalOf(answer)).toEqual(invalidGrant);
  });

  it("refuses to drop the verifier of a code that has a challenge, to plain, and to none for a public app", async () => {
    expect(refusalOf(await exchangeCode(server, web, await codeFor(server, web, pkce)))).toEqual(
      invalidGrant,
    );
    for (const more of [{ ...pkce, code_challenge_method: "plain" }, { code_challenge: challenge }]) {
      const callback = callbackOf(await ask(authorizationQuery(web.clientId, more)));
      expect(callback.searchParams.get("error")).toBe("invalid_request");
    }
    const bare = callbackOf(await ask(authorizationQuery(native.clientId)));
    expect(bare.searchParams.get("error")).toBe("invalid_request");
  });
});

describe("mix-up", () => {
  it("names this server at the callback, in a success and in a refusal", async () => {
    const granted = await authorize(server, web);
    const refused = callbackOf(await ask(authorizationQuery(web.clientId, { prompt: "none" })));
    for (const callback of [granted, refused])
      expect(callback.searchParams.getAll("iss")).toEqual([server.url]);
  });

  it("opens nothing with the code or the tokens of another server", async () => {
    const other = await startHouse({
      ring: new KeyRing(["the secret of another server: 9876543210-abcdef"]),
    });
    try {
      const code = await codeFor(other, web);
      expect(refusalOf(await exchangeCode(server, web, code))).toEqual(invalidGrant);
      const tokens = tokensOf(await exchangeCode(other, web, code));
      expect((await account(server, tokens.access_token)).status).toBe(401);
      expect(refusalOf(await refreshWith(server, web, tokens.refresh_token))).toEqual(invalidGrant);
    } finally {
      await other.close();
    }
  });
});

describe("open redirect", () => {
  it("leads nowhere before the app and its callback are known to be good", async () => {
    const evil = "https://evil.example/phish";
    const queries = [
      authorizationQuery("nobody", { redirect_uri: evil }),
      authorizationQuery(web.clientId, { redirect_uri: evil }),
      authorizationQuery(web.clientId, { redirect_uri: `${web.callbackUrls[0]}.evil.example` }),
      `${authorizationQuery(web.clientId)}&client_id=${unapproved.clientId}`,
      `${authorizationQuery(web.clientId)}&redirect_uri=${web.callbackUrls[0]}&redirect_uri=${evil}`,
      `response_type=code&redirect_uri=${evil}`,
    ];
    for (const query of queries) {
      const page = await ask(query);
      expect([page.status, page.headers.location]).toEqual([400, undefined]);
      expect(page.text).not.toContain('href="https://evil.example');
    }
  });

  it("follows no faulty link to an app that nobody approved, unless in its owner's browser", async () => {
    const faulty = authorizationQuery(unapproved.clientId, { scope: "not_a_scope" });
    const silent = authorizationQuery(unapproved.clientId, { prompt: "none" });
    const stranger = new UserAgent(server.url);
    await stranger.openConsent(authorizationQuery(web.clientId), jack);
    for (const agent of [new UserAgent(server.url), stranger]) {
      for (const query of [faulty, silent]) {
        const page = await ask(query, agent);
        expect([page.status, page.headers.location]).toEqual([400, undefined]);
      }
    }
    const owner = new UserAgent(server.url);
    await owner.openConsent(authorizationQuery(web.clientId), jill);
    for (const [query, error] of [
      [faulty, "invalid_scope"],
      [silent, "consent_required"],
    ] as const) {
      expect(callbackOf(await ask(query, owner)).searchParams.get("error")).toBe(error);
    }
  });

  it("goes back to this server alone after a sign-in, whatever the query holds", async () => {
    const query = `${authorizationQuery(web.clientId)}&next=https://evil.example&return_to=//evil.example`;
    const agent = new UserAgent(server.url);
    const page = await ask(query, agent);
    const signedIn = await agent.submit(page, "/oauth/authorize/login", jack);
    expect(signedIn.headers.location).toMatch(/^\/oauth\/authorize\?response_type=code&/);
  });
});

describe("CSRF on the callback", () => {
  it("brings state back untouched, so that an app can tell its own flow from a planted one", async () => {
    const state = "xyz+/=&%00 \u00e9";
    const callback = await authorize(server, web, { state });
    expect(callback.searchParams.getAll("state")).toEqual([state]);
  });

  it("refuses a planted code to an app that binds its flow by PKCE", async () => {
    const attackers = await codeFor(server, web);
    const answer = await exchangeCode(server, web, attackers, { code_verifier: verifier });
    expect(refusalOf(answer)).toEqual(invalidGrant);
  });
});

describe("a 307 redirect", () => {
  it("is never what follows a form: the browser must not send the password on", async () => {
    const agent = new UserAgent(server.url);
    const page = await ask(authorizationQuery(web.clientId), agent);
    const signedIn = await agent.submit(page, "/oauth/authorize/login", jack);
    const consent = await agent.follow(signedIn);
    const allowed = await agent.submit(consent, "/oauth/authorize?", { decision: "allow" });
    const connected = await agent.get("/connected-apps");
    const revoked = await agent.submit(connected, "/connected-apps/revoke", {});
    expect([signedIn, allowed, revoked].map(({ status }) => status)).toEqual([303, 303, 303]);
  });
});

describe("referrer leaks", () => {
  it("tells no other site where a person came from, and loads nothing from one", async () => {
    const agent = new UserAgent(server.url);
    const query = authorizationQuery(web.clientId, { state: "a-secret-of-the-app" });
    const login = await ask(query, agent);
    const consent = await agent.logIn(login, jack);
    for (const page of [login, consent]) {
      expect(["no-referrer", "same-origin"]).toContain(page.headers["referrer-policy"]);
      expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; /);
      const loaded = [...page.text.matchAll(/<(?:link|script|img|iframe)\b[^>]*(?:href|src)="([^"]*)"/g)];
      expect(loaded.length).toBeGreaterThan(0);
      for (const [, url = ""] of loaded) expect(url).toMatch(/^(\/[^/]|data:)/);
    }
    const callback = await agent.submit(consent, "/oauth/authorize?", { decision: "allow" });
    expect(callback.headers).toMatchObject({ "referrer-policy": "no-referrer", "cache-control": "no-store" });
  });

  it("keeps codes and tokens out of caches, and tokens out of every URL", async () => {
    const agent = new UserAgent(server.url);
    const consent = await agent.openConsent(authorizationQuery(web.clientId), jack);
    expect(consent.headers["cache-control"]).toBe("no-store");
    const code = callbackOf(await agent.submit(consent, "/oauth/authorize?", { decision: "allow" }));
    expect(code.hash).toBe("");
    const answer = await exchangeCode(server, web, code.searchParams.get("code") ?? "");
    expect(answer.headers).toMatchObject({ "cache-control": "no-store", pragma: "no-cache" });
    const { access_token } = tokensOf(answer);
    expect((await send(`${server.url}/v3/account?access_token=${access_token}`)).status).toBe(401);
    for (const responseType of ["token", "code token", "id_token token"]) {
      const implicit = callbackOf(
        await ask(authorizationQuery(web.clientId, { response_type: responseType })),
      );
      expect([implicit.searchParams.get("error"), implicit.hash]).toEqual(["unsupported_response_type", ""]);
    }
  });
});

it("takes no password from an app: there is no password grant", async () => {
  const grant = { grant_type: "password", username: jack.email, password: jack.password };
  const answer = await post(server, "/oauth/token", { ...grant, ...inBody(web) });
  expect(refusalOf(answer)).toEqual([400, "unsupported_grant_type"]);
});

it("asks again, silently, for nothing that a person has not seen: an app cannot widen its scope", async () => {
  const agent = new UserAgent(server.url);
  await authorize(server, web, { scope: "account_access" }, agent);
  const wider = authorizationQuery(web.clientId, { scope: "account_access template_access" });
  expect(hasForm(await ask(wider, agent), "/oauth/authorize?")).toBe(true);
  const silent = callbackOf(await ask(`${wider}&prompt=none`, agent));
  expect(silent.searchParams.get("error")).toBe("consent_required");
});
