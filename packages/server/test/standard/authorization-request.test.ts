/** What an authorization request of the standard profile may ask, and where its answer goes (RFC 6749 §4.1, RFC 7636, RFC 8252, RFC 9207). */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultInCallbackUrl } from "../../src/oauth/authorize/redirect-uri.js";
import { jack, type TestServer } from "../support/server.js";
import { tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, textOf, UserAgent } from "../support/user-agent.js";
import {
  authorize,
  challenge,
  codeFor,
  exchangeCode,
  inBody,
  native,
  pkce,
  post,
  refusalOf,
  several,
  startHouse,
  tokensFor,
  verifier,
  web,
} from "./house.js";

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

/** What comes at once, without a person. */
const ask = (clientId: string, more: Record<string, string>) =>
  new UserAgent(server.url).get(`/oauth/authorize?${authorizationQuery(clientId, more)}`);
const errorOf = async (clientId: string, more: Record<string, string>) =>
  callbackOf(await ask(clientId, more)).searchParams.get("error");

describe("PKCE", () => {
  it("exchanges a code for the verifier of its challenge", async () => {
    const code = await codeFor(server, web, pkce);
    expect((await exchangeCode(server, web, code, { code_verifier: verifier })).status).toBe(200);
  });

  it("is required of public apps", async () => {
    expect(await errorOf(native.clientId, {})).toBe("invalid_request");
  });

  it("refuses plain, said or implied", async () => {
    const plain = { code_challenge: challenge, code_challenge_method: "plain" };
    expect(await errorOf(web.clientId, plain)).toBe("invalid_request");
    expect(await errorOf(web.clientId, { code_challenge: challenge })).toBe("invalid_request");
    expect(await errorOf(web.clientId, { ...pkce, code_challenge_method: "s256" })).toBe("invalid_request");
  });

  it("refuses a method without a challenge, and a challenge that S256 cannot make", async () => {
    expect(await errorOf(web.clientId, { code_challenge_method: "S256" })).toBe("invalid_request");
    for (const wrong of [challenge.slice(1), `${challenge}=`, challenge.replace("-", "+")]) {
      expect(await errorOf(web.clientId, { ...pkce, code_challenge: wrong })).toBe("invalid_request");
    }
  });

  it("refuses a wrong, a malformed and a missing verifier, and leaves the code to its owner", async () => {
    const code = await codeFor(server, web, pkce);
    const wrong = [`${verifier.slice(0, -1)}l`, verifier.slice(0, 42), challenge, `${verifier}+`];
    for (const codeVerifier of wrong) {
      const answer = await exchangeCode(server, web, code, { code_verifier: codeVerifier });
      expect(refusalOf(answer)).toEqual([400, "invalid_grant"]);
    }
    expect(refusalOf(await exchangeCode(server, web, code))).toEqual([400, "invalid_grant"]);
    expect((await exchangeCode(server, web, code, { code_verifier: verifier })).status).toBe(200);
  });
});

describe("the callback", () => {
  it("carries iss, with a code and with an error", async () => {
    const [granted, refused] = [
      await authorize(server, web, { state: "s" }),
      callbackOf(await ask(web.clientId, { response_type: "token" })),
    ];
    expect(granted.searchParams.get("iss")).toBe(server.url);
    expect(refused.searchParams.get("iss")).toBe(server.url);
    expect(refused.searchParams.get("error")).toBe("unsupported_response_type");
  });

  it("returns state as it came", async () => {
    const state = "ä&x=1#y %41+\u2603";
    expect((await authorize(server, web, { state })).searchParams.get("state")).toBe(state);
    const refused = callbackOf(await ask(web.clientId, { state, scope: "unheard_of" }));
    expect(Object.fromEntries(refused.searchParams)).toMatchObject({ state, error: "invalid_scope" });
  });

  it("must be named where the app has several, at the token endpoint too", async () => {
    const page = await ask(several.clientId, {});
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
    expect(textOf(page.text)).toContain("redirect_uri is required");
    const redirectUri = several.callbackUrls[1] as string;
    const callback = await authorize(server, several, { redirect_uri: redirectUri });
    expect(callback.origin + callback.pathname).toBe("https://two.example.com/callback");
    expect(callback.searchParams.get("tenant")).toBe("7");
    const code = callback.searchParams.get("code") ?? "";
    expect(refusalOf(await exchangeCode(server, several, code))).toEqual([400, "invalid_grant"]);
    const other = { redirect_uri: several.callbackUrls[0] as string };
    expect(refusalOf(await exchangeCode(server, several, code, other))).toEqual([400, "invalid_grant"]);
    expect((await exchangeCode(server, several, code, { redirect_uri: redirectUri })).status).toBe(200);
  });

  it.each([
    "https://web.example.com/callback/",
    "https://web.example.com/callback?x=1",
    "https://web.example.com/Callback",
    "https://web.example.com:443/callback",
    "https://web.example.com/a/../callback",
    "https://web.example.com/callback#fragment",
    "https://user@web.example.com/callback",
    "https://web.example.com.evil.example/callback",
    "http://web.example.com/callback",
    "javascript:alert(1)//web.example.com/callback",
  ])("is matched character for character: not %s", async (redirectUri) => {
    const page = await ask(web.clientId, { redirect_uri: redirectUri });
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
  });

  it.each(["127.0.0.1:49152", "[::1]:49152", "localhost:49152", "localhost", "127.0.0.1"])(
    "of a native app is on any port of the loopback: %s",
    async (host) => {
      const redirectUri = `http://${host}/callback`;
      const callback = await authorize(server, native, { redirect_uri: redirectUri });
      expect(callback.href.startsWith(`${redirectUri}?code=`)).toBe(true);
      const code = callback.searchParams.get("code") ?? "";
      expect(
        tokensOf(await exchangeCode(server, native, code, { redirect_uri: redirectUri })).refresh_token,
      ).toBeTruthy();
    },
  );

  it.each([
    "http://127.0.0.1:49152/other",
    "http://127.0.0.1:49152/callback?x=1",
    "http://127.0.0.1:49152/callback#x",
    "http://user@127.0.0.1:49152/callback",
    "https://127.0.0.1:49152/callback",
    "http://127.0.0.2:49152/callback",
    "http://localhost.evil.example:49152/callback",
    "http://127.0.0.1:99999/callback",
  ])("of a native app varies in nothing but the loopback's name and port: not %s", async (redirectUri) => {
    const page = await ask(native.clientId, { ...pkce, redirect_uri: redirectUri });
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
  });

  it("is bound to the code to its very port", async () => {
    const code = await codeFor(server, native, { redirect_uri: "http://127.0.0.1:5000/callback" });
    const elsewhere = { redirect_uri: "http://127.0.0.1:5001/callback" };
    expect(refusalOf(await exchangeCode(server, native, code, elsewhere))).toEqual([400, "invalid_grant"]);
  });
});

describe("a callback URL that an app registers", () => {
  it.each([
    "https://app.example.com/callback",
    "https://app.example.com:8443/callback?tenant=7",
    "http://127.0.0.1/callback",
    "http://[::1]:3000/",
    "http://localhost:3000/callback",
    "com.example.app:/callback",
  ])("may be %s", (url) => expect(faultInCallbackUrl(url)).toBeUndefined());

  it.each([
    ["/callback", "absolute"],
    ["https://app.example.com/callback#here", "fragment"],
    ["https://app.example.com/callback#", "fragment"],
    ["https://user:pass@app.example.com/callback", "user name"],
    ["https://app.example.com/call back", "white space"],
    ["https://app.example.com\\@evil.example/", "backslash"],
    ["javascript:alert(1)", "scheme"],
    ["data:text/html,x", "scheme"],
    ["vbscript:x", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["blob:https://app.example.com/1", "scheme"],
    ["about:blank", "scheme"],
    ["intent://x#Intent", "fragment"],
    ["myapp:/callback", "reversed domain name"],
    // RFC 9700 §2.6: an authorization response must not cross a network in clear.
    ["http://app.example.com/callback", "https"],
    ["http://10.0.0.7/callback", "https"],
    // RFC 3986: a URI is ASCII; a header that held anything else could not be sent.
    ["https://bücher.example/callback", "ASCII"],
    ["https://app.example.com/ü", "ASCII"],
    // Characters that would mean something in the page's content security policy.
    ["https://app;frame-ancestors/callback", "host"],
    ["https://app.example.com,evil.example/callback", "host"],
    // The response's own parameters: two of one name, and the client would choose.
    ["https://app.example.com/callback?code=x", "code"],
    ["https://app.example.com/callback?a=1&state=x", "state"],
  ])("may not be %s", (url, why) => expect(faultInCallbackUrl(url)).toContain(why));
});

describe("scope", () => {
  it("may be narrower than the app's, and the response says what was granted", async () => {
    const scope = "template_access account_access template_access";
    const tokens = tokensOf(await exchangeCode(server, web, await codeFor(server, web, { scope })));
    expect(tokens.scope).toBe("template_access account_access");
  });

  it("is the app's whole where none is asked for", async () => {
    const tokens = tokensOf(await exchangeCode(server, web, await codeFor(server, web)));
    expect(tokens.scope).toBe(web.scopes.join(" "));
  });

  it.each(["team_access", "account_access team_access", 'account_access "', "Account_access"])(
    "may not be wider or malformed: %s",
    async (scope) => {
      expect(["invalid_scope", "invalid_request"]).toContain(await errorOf(web.clientId, { scope }));
    },
  );
});

describe("the code", () => {
  it("lives for 60 seconds, not a millisecond more", async () => {
    const [inTime, late] = [await codeFor(server, web), await codeFor(server, web)];
    server.clock.advance(59_999);
    expect((await exchangeCode(server, web, inTime)).status).toBe(200);
    server.clock.advance(1);
    expect(refusalOf(await exchangeCode(server, web, late))).toEqual([400, "invalid_grant"]);
  });

  it("needs no state at the token endpoint, but a right one if it is sent", async () => {
    const code = await codeFor(server, web, { state: "one" });
    expect(refusalOf(await exchangeCode(server, web, code, { state: "two" }))).toEqual([
      400,
      "invalid_grant",
    ]);
    expect((await exchangeCode(server, web, code, { state: "one" })).json().state).toBe("one");
  });

  it("is for all of the app's scopes where a client asked only for what it adds by itself", async () => {
    expect((await tokensFor(server, web, { scope: "openid offline_access" })).scope).toBe(
      web.scopes.join(" "),
    );
    const callback = await authorize(server, web, { scope: "openid template_acces" });
    expect(callback.searchParams.get("error")).toBe("invalid_scope");
  });

  it("survives a request that was refused for its resource", async () => {
    const code = await codeFor(server, web);
    const wrong = await exchangeCode(server, web, code, { resource: "https://unknown.example.com/" });
    expect(refusalOf(wrong)).toEqual([400, "invalid_target"]);
    expect((await exchangeCode(server, web, code)).status).toBe(200);
  });

  it("is not read from the query", async () => {
    const code = await codeFor(server, web);
    const query = new URLSearchParams({ grant_type: "authorization_code", code, ...inBody(web) });
    expect(refusalOf(await post(server, `/oauth/token?${query}`, {}))).toEqual([400, "invalid_request"]);
  });
});

it("signs nobody in by a hint: the address stands in the form", async () => {
  const page = await ask(web.clientId, { login_hint: jack.email });
  expect(page.text).toContain(`value="${jack.email}"`);
});

describe("what this server cannot do", () => {
  const sent = async (more: Record<string, string>) => {
    const query = authorizationQuery(web.clientId, { state: "s", ...more });
    return callbackOf(await new UserAgent(server.url).get(`/oauth/authorize?${query}`)).searchParams;
  };

  it.each([
    [{ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
    [{ request_uri: "urn:example:1" }, "request_uri_not_supported"],
    [{ response_mode: "form_post" }, "invalid_request"],
    [{ response_mode: "fragment" }, "invalid_request"],
  ])("is refused at the callback instead of being left out: %j", async (more, error) => {
    const answer = await sent(more);
    expect([answer.get("error"), answer.get("state"), answer.get("code")]).toEqual([error, "s", null]);
  });

  it("does not stand in the way of what it can", async () => {
    const callback = await authorize(server, web, { response_mode: "query" });
    expect(callback.searchParams.get("code")).not.toBeNull();
  });
});

it("a state that is not UTF-8 is refused, not sent back as another", async () => {
  const query = authorizationQuery(web.clientId);
  for (const state of ["%FF", "a%C3", "%ED%A0%80"]) {
    const answer = await new UserAgent(server.url).get(`/oauth/authorize?${query}&state=${state}`);
    const callback = callbackOf(answer).searchParams;
    expect([callback.get("error"), callback.get("state")]).toEqual(["invalid_request", null]);
  }
  // What is not known is still ignored, and U+FFFD itself is text.
  const agent = new UserAgent(server.url);
  const callback = await authorize(server, web, { state: "\uFFFD" }, agent);
  expect(callback.searchParams.get("state")).toBe("\uFFFD");
  expect((await agent.get(`/oauth/authorize?${query}&other=%FF&prompt=login`)).status).toBe(200);
});
