import { afterEach, describe, expect, it } from "vitest";
import {
  AuthorizationFlow,
  type AuthorizationFlowOptions,
  authorizationUrl,
  CallbackError,
  codeChallenge,
  configure,
  cookieState,
  InvalidArgumentError,
  MemoryStateStore,
  type StateKeeper,
  storedState,
} from "../src/index.js";
import { type Recorder, startRecorder } from "./support/recorder.js";

const servers: Recorder[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function serve(): Promise<Recorder> {
  const server = await startRecorder({ body: { access_token: "a", token_type: "Bearer", expires_in: 60 } });
  servers.push(server);
  return server;
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("expected a rejection"),
    (error: Error) => error,
  );
}
const secret = "0123456789abcdef0123456789abcdef";
const cookieOf = (setCookie: string) => setCookie.split(";")[0] as string;
const stateOf = (url: string) => new URL(url).searchParams.get("state") as string;

describe("authorizationUrl", () => {
  it("names the live host, the code flow and what it was given, encoded", () => {
    configure((config) => Object.assign(config, { baseUrl: undefined }));
    const url = authorizationUrl({
      clientId: "a&b",
      state: "s t",
      redirectUri: "https://app.example/cb?x=1",
    });
    expect(url).toBe(
      "https://app.hellosign.com/oauth/authorize?response_type=code&client_id=a%26b&state=s+t&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1",
    );
  });

  it("adds scope and an S256 challenge where they are given", async () => {
    // The example of RFC 7636 appendix B.
    const challenge = await codeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    expect(challenge).toBe("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    const url = authorizationUrl(
      { clientId: "a", state: "s", scope: "x y", codeChallenge: challenge },
      "http://h:1/",
    );
    expect(url).toBe(
      `http://h:1/oauth/authorize?response_type=code&client_id=a&state=s&scope=x+y&code_challenge=${challenge}&code_challenge_method=S256`,
    );
  });

  it("refuses to be built without a state or a client", () => {
    expect(() => authorizationUrl({ clientId: "a" } as never)).toThrow(/state/);
    expect(() => authorizationUrl({ clientId: "a", state: "" })).toThrow(/state/);
    expect(() => authorizationUrl({ state: "s" } as never)).toThrow(InvalidArgumentError);
  });

  it("refuses a verifier that RFC 7636 does not allow", async () => {
    for (const verifier of ["short", "x".repeat(129), `${"x".repeat(50)}!`]) {
      expect(await failure(codeChallenge(verifier))).toMatchObject({ field: "codeVerifier" });
    }
  });
});

const clock = { ms: 1_800_000_000_000 };
const now = () => clock.ms;

/** Both helpers, with what stands for the browser. */
const helpers: [
  string,
  () => { state: StateKeeper; binding: (setCookie: string) => string; begin: object },
][] = [
  [
    "a signed cookie",
    () => ({
      state: cookieState({ secret, now }),
      binding: (setCookie) => `a=1; ${cookieOf(setCookie)}; b=2`,
      begin: {},
    }),
  ],
  [
    "a store",
    () => ({
      state: storedState({ store: new MemoryStateStore(now), now }),
      binding: () => "session 1",
      begin: { binding: "session 1" },
    }),
  ],
];

describe.each(helpers)("a login whose state is kept in %s", (_, make) => {
  async function login(options: Partial<AuthorizationFlowOptions> = {}, context?: string) {
    const server = await serve();
    const { state, binding, begin } = make();
    const flow = new AuthorizationFlow({
      clientId: "c",
      clientSecret: "s",
      state,
      config: server.url,
      ...options,
    });
    const { url, setCookie } = await flow.begin({ ...begin, context });
    return { server, flow, url, state: stateOf(url), browser: binding(setCookie) };
  }

  it("ends with a token and what was bound to the state", async () => {
    const context = "/settings?tab=1; ü.";
    const { server, flow, state, browser } = await login({ redirectUri: "https://app.example/cb" }, context);
    const result = await flow.handleCallback(`/cb?code=4711&state=${state}`, browser);
    expect(result).toMatchObject({
      outcome: "authorized",
      token: { accessToken: "a", expiresIn: 60 },
      context,
    });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      client_id: "c",
      client_secret: "s",
      code: "4711",
      grant_type: "authorization_code",
      state,
      redirect_uri: "https://app.example/cb",
    });
  });

  it("takes the user's no as an outcome and exchanges nothing", async () => {
    const { server, flow, state, browser } = await login();
    const url = new URL(`https://app.example/cb?error=access_denied&state=${state}`);
    expect(await flow.handleCallback(url, browser)).toMatchObject({ outcome: "denied" });
    expect(server.requests).toEqual([]);
  });

  it("is finished once", async () => {
    const { server, flow, state, browser } = await login();
    const url = `/cb?code=4711&state=${state}`;
    await flow.handleCallback(url, browser);
    expect(await failure(flow.handleCallback(url, browser))).toBeInstanceOf(CallbackError);
    expect(server.requests).toHaveLength(1);
  });

  it("is finished within ten minutes, not a millisecond later", async () => {
    for (const [wait, ok] of [
      [599_000, true],
      [600_000, false],
    ] as const) {
      const { flow, state, browser } = await login();
      clock.ms += wait;
      const result = flow.handleCallback(`/cb?code=1&state=${state}`, browser);
      if (ok) expect(await result).toMatchObject({ outcome: "authorized" });
      else expect(await failure(result)).toMatchObject({ reason: "state_expired" });
    }
  });

  it("is not finished by another browser, nor with another login's state", async () => {
    const mine = await login();
    const theirs = await login();
    const url = `/cb?code=1&state=${theirs.state}`;
    expect(await failure(mine.flow.handleCallback(url, mine.browser))).toMatchObject({
      reason: "state_mismatch",
    });
    expect(await failure(theirs.flow.handleCallback(url, "other session"))).toMatchObject({
      reason: "state_mismatch",
    });
    expect([...mine.server.requests, ...theirs.server.requests]).toEqual([]);
  });

  it("proves itself by a verifier that fits its challenge, where PKCE is on", async () => {
    const { server, flow, url, state, browser } = await login({ pkce: true });
    await flow.handleCallback(`/cb?code=1&state=${state}`, browser);
    const { code_verifier } = JSON.parse(server.requests[0]?.body ?? "") as { code_verifier: string };
    expect(new URL(url).searchParams.get("code_challenge")).toBe(await codeChallenge(code_verifier));
    expect(url).not.toContain(code_verifier);
  });

  it.each([
    ["no state", "?code=1", "state_missing"],
    ["an empty state", "?code=1&state=", "state_missing"],
    ["a made-up state", "?code=1&state=x", "state_mismatch"],
    ["two states", "?code=1&state=STATE&state=x", "repeated_parameter"],
    ["two codes", "?code=1&code=2&state=STATE", "repeated_parameter"],
    ["neither code nor error", "?state=STATE", "code_missing"],
    ["an empty code", "?code=&state=STATE", "code_missing"],
    ["another server's iss", "?code=1&state=STATE&iss=https://evil.example", "issuer_mismatch"],
    ["another error", "?error=server_error&state=STATE", "authorization_error"],
    ["a denial without its state", "?error=access_denied", "state_missing"],
  ])("refuses a callback with %s, and exchanges nothing", async (_, query, reason) => {
    const { server, flow, state, browser } = await login();
    const error = await failure(flow.handleCallback(`/cb${query.replace("STATE", state)}`, browser));
    expect(error).toBeInstanceOf(CallbackError);
    expect(error).toMatchObject({ reason });
    expect(server.requests).toEqual([]);
  });

  it("accepts the server's own iss, and demands it where that is asked for (RFC 9207)", async () => {
    const first = await login();
    const iss = encodeURIComponent(first.server.url);
    const url = `/cb?code=1&state=${first.state}&iss=${iss}`;
    expect(await first.flow.handleCallback(url, first.browser)).toMatchObject({ outcome: "authorized" });
    const second = await login({ requireIssuer: true });
    const without = second.flow.handleCallback(`/cb?code=1&state=${second.state}`, second.browser);
    expect(await failure(without)).toMatchObject({ reason: "issuer_mismatch" });
  });

  it("keeps the server's error name, but not a forged one", async () => {
    for (const [name, kept] of [
      ["server_error", "server_error"],
      ["<b>%0A", "unknown"],
    ]) {
      const { flow, state, browser } = await login();
      const error = await failure(flow.handleCallback(`/cb?error=${name}&state=${state}`, browser));
      expect(error).toMatchObject({ errorName: kept });
    }
  });
});

describe("a flow", () => {
  it("is not made without client id, nor without secret and PKCE both", () => {
    const state = cookieState({ secret });
    expect(() => new AuthorizationFlow({ clientId: "", clientSecret: "s", state })).toThrow(/clientId/);
    expect(() => new AuthorizationFlow({ clientId: "c", state })).toThrow(/clientSecret/);
    expect(new AuthorizationFlow({ clientId: "c", pkce: true, state })).toBeInstanceOf(AuthorizationFlow);
  });
});

describe("the cookie", () => {
  it("is HttpOnly, SameSite=Lax, Secure and bound to the host, and removed at the end", async () => {
    const keeper = cookieState({ secret, now });
    const { state, setCookie = "" } = await keeper.issue();
    expect(setCookie).toMatch(
      /^__Host-oauth-state-\d+=\S+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const { clearCookie } = await keeper.verify(state, cookieOf(setCookie));
    expect(clearCookie).toMatch(/^__Host-oauth-state-\d+=; Max-Age=0; Path=\/; /);
  });

  it("works over plain http where that is asked for", async () => {
    const { setCookie = "" } = await cookieState({ secret, secure: false }).issue();
    expect(setCookie).toMatch(/^oauth-state-/);
    expect(setCookie).not.toContain("Secure");
  });

  it("lets two tabs log in at once", async () => {
    const keeper = cookieState({ secret, now });
    const [one, two] = [await keeper.issue({ context: "1" }), await keeper.issue({ context: "2" })];
    const header = `${cookieOf(one.setCookie ?? "")}; ${cookieOf(two.setCookie ?? "")}`;
    expect((await keeper.verify(one.state, header)).context).toBe("1");
    expect((await keeper.verify(two.state, header)).context).toBe("2");
  });

  it("is of no use once a byte of it is changed, or its secret is gone", async () => {
    const keeper = cookieState({ secret, now });
    const { state, setCookie = "" } = await keeper.issue({ context: "/a" });
    const cookie = cookieOf(setCookie);
    const later = cookie.replace(/\.(\d+)\./, (_, expires: string) => `.${Number(expires) + 1}.`);
    for (const changed of [
      later,
      cookie.replace(`.${btoa("/a").replace("=", "")}.`, `.${btoa("/b").replace("=", "")}.`),
      `${cookie.slice(0, -2)}AA`,
      "",
      "x",
      cookie.split(".")[0],
    ]) {
      expect(await failure(keeper.verify(state, changed))).toMatchObject({ reason: "state_mismatch" });
    }
    const stranger = cookieState({ secret: "f".repeat(32), now });
    expect(await failure(stranger.verify(state, cookie))).toMatchObject({ reason: "state_mismatch" });
  });

  it("signed by an older secret is good until that is taken off the list", async () => {
    const old = cookieState({ secret, now });
    const rotated = cookieState({ secret: ["f".repeat(32), secret], now });
    const { state, setCookie = "", codeVerifier } = await old.issue();
    expect(await rotated.verify(state, cookieOf(setCookie))).toMatchObject({ codeVerifier });
  });

  it("carries any text, broken Unicode too", async () => {
    const keeper = cookieState({ secret, now });
    for (const [context, back] of [
      ["a;b=c.d, ü", "a;b=c.d, ü"],
      ["\ud800", "\ufffd"],
      ["", undefined],
    ]) {
      const { state, setCookie = "" } = await keeper.issue({ context });
      expect((await keeper.verify(state, cookieOf(setCookie))).context).toBe(back);
    }
  });

  it("cannot be had with a short secret or an endless context", async () => {
    for (const weak of ["short", [], [secret, "short"], undefined as never]) {
      expect(() => cookieState({ secret: weak })).toThrow(InvalidArgumentError);
    }
    const error = await failure(cookieState({ secret }).issue({ context: "x".repeat(1025) }));
    expect(error).toMatchObject({ field: "context" });
  });
});

describe("the state in a store", () => {
  it("is kept as a hash, and needs the session it belongs to", async () => {
    const kept: string[] = [];
    const memory = new MemoryStateStore(now);
    const put = memory.put.bind(memory);
    memory.put = async (key, value, expiresAtMs) => {
      kept.push(key, value);
      return put(key, value, expiresAtMs);
    };
    const keeper = storedState({ store: memory, now });
    const { state } = await keeper.issue({ binding: "session 1" });
    expect(kept.join()).not.toContain(state);
    expect(kept.join()).not.toContain("session 1");
    expect(await failure(keeper.issue())).toMatchObject({ field: "binding" });
    expect(await failure(keeper.verify(state, undefined))).toMatchObject({ field: "binding" });
  });

  it("is taken by one of two callbacks at once", async () => {
    const keeper = storedState({ store: new MemoryStateStore(now), now });
    const { state } = await keeper.issue({ binding: "s" });
    const results = await Promise.allSettled([keeper.verify(state, "s"), keeper.verify(state, "s")]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
