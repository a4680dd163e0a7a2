import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import {
  AccountApi,
  ApiError,
  Configuration,
  configure,
  type DebugEvent,
  InvalidArgumentError,
  InvalidResponseError,
  NetworkError,
  OAuthApi,
  OAuthTokenGenerateRequest,
  OAuthTokenRefreshRequest,
  TimeoutError,
} from "../src/index.js";
import { type Recorder, type Responder, startRecorder } from "./support/recorder.js";

const servers: Recorder[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function serve(answer: Responder): Promise<Recorder> {
  const server = await startRecorder(answer);
  servers.push(server);
  return server;
}

const generate = {
  clientId: "cc91c61d00f8bb2ece1428035716b",
  clientSecret: "1d14434088507ffa390e6f5528465",
  code: "1b0d28d90c86c141",
  state: "900e06e2",
};
const refresh = { refreshToken: "hNTI2MTFmM2VmZDQxZTZjOWRmZmFjZmVmMGMyNGFjMzI2MGI5YzgzNmE3" };
const tokens = {
  access_token: "NWNiOTMxOGFkOGVjMDhhNTAxZN2NkNjgxMjMwOWJiYTEzZTBmZGUzMjMThhMzYyMzc=",
  token_type: "Bearer",
  refresh_token: "hNTI2MTFmM2VmZDQxZTZjOWRmZmFjZmVmMGMyNGFjMzI2MGI5YzgzNmE3",
  expires_in: 86400,
  state: "900e06e2",
};

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("expected a rejection"),
    (error: unknown) => error,
  );
}

describe("the requests", () => {
  it("sends the document's generate example byte for byte as the official SDKs do", async () => {
    const server = await serve({ body: tokens });
    await new OAuthApi(server.url).oauthTokenGenerate(generate);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(`${request?.method} ${request?.path}`).toBe("POST /oauth/token");
    expect(request?.body).toBe(
      '{"client_id":"cc91c61d00f8bb2ece1428035716b","client_secret":"1d14434088507ffa390e6f5528465","code":"1b0d28d90c86c141","grant_type":"authorization_code","state":"900e06e2"}',
    );
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(request?.headers.accept).toBe("application/json");
    expect(request?.headers.authorization).toBeUndefined();
  });

  it("sends the document's refresh example byte for byte as the official SDKs do", async () => {
    const server = await serve({ body: tokens });
    await new OAuthApi(server.url).oauthTokenRefresh(refresh);
    const [request] = server.requests;
    expect(`${request?.method} ${request?.path}`).toBe("POST /oauth/token?refresh");
    expect(request?.body).toBe(
      '{"grant_type":"refresh_token","refresh_token":"hNTI2MTFmM2VmZDQxZTZjOWRmZmFjZmVmMGMyNGFjMzI2MGI5YzgzNmE3"}',
    );
  });

  it("takes model instances filled field by field, as the document writes them", async () => {
    const server = await serve({ body: tokens });
    const request = new OAuthTokenGenerateRequest();
    Object.assign(request, generate);
    expect(request.grantType).toBe("authorization_code");
    await new OAuthApi(server.url).oauthTokenGenerate(request);
    await new OAuthApi(server.url).oauthTokenRefresh(
      new OAuthTokenRefreshRequest({ ...refresh, clientId: "a" }),
    );
    expect(JSON.parse(server.requests[1]?.body ?? "")).toEqual({
      grant_type: "refresh_token",
      refresh_token: refresh.refreshToken,
      client_id: "a",
    });
  });

  it("never puts two slashes before the path, however the base address ends", async () => {
    const server = await serve({ body: tokens });
    for (const base of [`${server.url}/`, `${server.url}//`, server.url]) {
      await new OAuthApi(base).oauthTokenRefresh(refresh);
      await new OAuthApi({ appBaseUrl: base }).oauthTokenRefresh(refresh);
    }
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(["/oauth/token?refresh"]));
  });

  it("calls the live hosts by default", async () => {
    const urls: string[] = [];
    const fetch = async (url: string) => {
      urls.push(url);
      return Response.json({ ...tokens, account: {} });
    };
    await new OAuthApi({ fetch }).oauthTokenGenerate(generate);
    await new AccountApi({ fetch, apiKey: "key" }).accountGet();
    expect(urls).toEqual(["https://app.hellosign.com/oauth/token", "https://api.hellosign.com/v3/account"]);
  });

  it("asks a public app for its verifier instead of a secret", async () => {
    const server = await serve({ body: tokens });
    const { clientSecret: _, ...publicApp } = generate;
    await new OAuthApi(server.url).oauthTokenGenerate({ ...publicApp, codeVerifier: "verifier" });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({ code_verifier: "verifier" });
  });

  it.each([
    ["clientId", { ...generate, clientId: undefined }],
    ["clientSecret", { ...generate, clientSecret: null }],
    ["code", { ...generate, code: 42 }],
    ["state", { ...generate, state: "" }],
    ["grantType", { ...generate, grantType: ["authorization_code"] }],
    ["request", undefined],
    ["request", []],
    ["request", "code"],
  ])("refuses a missing or wrongly typed %s by name and sends nothing", async (field, request) => {
    const server = await serve({ body: tokens });
    const error = await failure(new OAuthApi(server.url).oauthTokenGenerate(request as never));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ field, message: expect.stringContaining(field) });
    expect(server.requests).toEqual([]);
  });

  it("sends a form where that is asked for", async () => {
    const server = await serve({ body: tokens });
    await new OAuthApi(server.url).oauthTokenRefresh({ refreshToken: "a b&c" }, { bodyFormat: "form" });
    const [request] = server.requests;
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(request?.body).toBe("grant_type=refresh_token&refresh_token=a+b%26c");
  });

  it("revokes a token with a form, as RFC 7009 has it", async () => {
    const server = await serve({ body: "" });
    await new OAuthApi(server.url).oauthTokenRevoke({ token: "t&1", clientId: "c", clientSecret: "s" });
    expect(server.requests[0]).toMatchObject({
      path: "/oauth/revoke",
      body: "token=t%261&client_id=c&client_secret=s",
    });
  });
});

describe("the answers", () => {
  it("resolves to the token response in camelCase, with HTTP beside it when asked", async () => {
    const server = await serve({ status: 201, headers: { "X-RateLimit-Limit": "100" }, body: tokens });
    const { data, statusCode, headers } = await new OAuthApi(server.url).oauthTokenGenerateWithHttpInfo(
      generate,
    );
    expect(data).toEqual({
      accessToken: tokens.access_token,
      tokenType: "Bearer",
      refreshToken: tokens.refresh_token,
      expiresIn: 86400,
      state: "900e06e2",
    });
    expect(statusCode).toBe(201);
    expect(headers["x-ratelimit-limit"]).toBe("100");
  });

  it("makes a number of expires_in in a string, keeps a null state, ignores what it does not know", async () => {
    const server = await serve({ body: { ...tokens, expires_in: "3600", state: null, extra: { a: 1 } } });
    const data = await new OAuthApi(server.url).oauthTokenRefresh(refresh);
    expect(data.expiresIn).toBe(3600);
    expect(data.state).toBeNull();
    expect(data).not.toHaveProperty("extra");
  });

  it.each([
    ["HTML", "<html>"],
    ["an empty body", ""],
    ["an array", "[]"],
    ["no access token", { ...tokens, access_token: undefined }],
    ["an empty access token", { ...tokens, access_token: "" }],
    ["an access token that no header can carry", { ...tokens, access_token: `${tokens.access_token}\n` }],
    ["a wrongly typed access token", { ...tokens, access_token: ["x"] }],
  ])("refuses %s in a 200 without printing a token", async (_, body) => {
    const server = await serve({ body });
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(tokens.access_token);
  });

  const oddities: readonly [name: string, values: readonly unknown[], expected: object][] = [
    [
      "expires_in",
      [-1, 0, 0.5, "", "3600 seconds", "2027-01-01", 1e308, 1e12, true, {}],
      { expiresIn: undefined },
    ],
    ["scope", [["a", "b"], 5, {}], { scope: undefined }],
    ["state", [5, {}], { state: undefined }],
    ["token_type", [1, "", null], { tokenType: "Bearer" }],
    ["refresh_token", [5, "", null, ["x"]], { refreshToken: undefined }],
  ];
  const cases = oddities.flatMap(([name, values, expected]) =>
    values.map((value) => [name, value, expected] as const),
  );
  it.each(cases)(
    "gives the token of a 200 whose %s is %j, and leaves that out",
    async (name, value, expected) => {
      const server = await serve({ body: { ...tokens, [name]: value } });
      const data = await new OAuthApi(server.url).oauthTokenRefresh(refresh);
      expect(data.accessToken).toBe(tokens.access_token);
      for (const [field, wanted] of Object.entries(expected))
        expect(data[field as keyof typeof data]).toBe(wanted);
    },
  );

  it.each([
    [{ error: "invalid_grant", error_description: "gone" }, "invalid_grant"],
    [{ ok: false, error: "invalid_refresh_token" }, "invalid_refresh_token"],
    [{ error: { error_name: "bad_request", error_msg: "no" } }, "bad_request"],
  ])(
    "makes an ApiError of the error %j in a 200, without the secrets that were sent",
    async (body, errorName) => {
      const server = await serve({ body: { ...body, echo: refresh.refreshToken } });
      const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ code: 200, errorName });
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(refresh.refreshToken);
    },
  );

  it.each([
    ["Wed, 21 Oct 2026 07:28:30 GMT", 30],
    ["Wednesday, 21-Oct-26 07:28:30 GMT", 30],
    ["Wed Oct 21 07:28:30 2026", 30],
    ["Wed, 21 Oct 2026 07:27:30 GMT", 0],
    ["Fri, 21 Oct 2050 07:28:30 GMT", 86_400],
    ["120", 120],
    ["1.2", 2],
    ["99999999999999999999", 86_400],
    ["soon", undefined],
    ["-5", undefined],
    ["", undefined],
    ["2026-10-21", undefined],
  ])("understands Retry-After: %s", async (value, seconds) => {
    const headers = { "Retry-After": value, Date: "Wed, 21 Oct 2026 07:28:00 GMT" };
    const server = await serve({ status: 503, headers, body: "" });
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
    expect((error as ApiError).retryAfterSeconds).toBe(seconds);
  });

  it("understands the API's error object", async () => {
    const body = {
      error: { error_msg: "Parameter code is wrong", error_name: "bad_request", error_path: "code" },
    };
    const server = await serve({ status: 400, headers: { "Retry-After": "7" }, body });
    const error = await failure(new OAuthApi(server.url).oauthTokenGenerate(generate));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: 400,
      errorName: "bad_request",
      errorMsg: "Parameter code is wrong",
      errorPath: "code",
      retryAfterSeconds: 7,
      responseHeaders: { "retry-after": "7" },
      responseBody: JSON.stringify(body),
    });
  });

  it("understands RFC 6749's error shape", async () => {
    const body = { error: "invalid_grant", error_description: "Invalid grant data (refresh token)" };
    const server = await serve({ status: 400, body });
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
    expect(error).toMatchObject({
      errorName: "invalid_grant",
      errorMsg: "Invalid grant data (refresh token)",
    });
  });

  it.each(["<html>502</html>", "", "null", '{"error":5}', "[1]"])(
    "makes an ApiError of a refusal whose body is %j",
    async (body) => {
      const server = await serve({ status: 502, body });
      const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ code: 502, errorName: undefined, message: "HTTP 502" });
    },
  );

  it("never follows a redirect: the secrets go to no other address", async () => {
    const elsewhere = await serve({ body: tokens });
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve({ status, headers: { location: `${elsewhere.url}/oauth/token` }, body: "" });
      const error = await failure(new OAuthApi(server.url).oauthTokenGenerate(generate));
      expect(error).toBeInstanceOf(InvalidResponseError);
      expect(error).toMatchObject({ code: status });
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it("stops reading a body that exceeds the limit", async () => {
    const server = await serve({ body: JSON.stringify({ ...tokens, pad: "x".repeat(5000) }) });
    const api = new OAuthApi({ baseUrl: server.url, maxResponseBytes: 1000 });
    expect(await failure(api.oauthTokenRefresh(refresh))).toBeInstanceOf(InvalidResponseError);
  });

  it("tells a broken connection, a refused one and silence apart", async () => {
    const broken = await serve((_, response) => void response.destroy());
    expect(await failure(new OAuthApi(broken.url).oauthTokenRefresh(refresh))).toBeInstanceOf(NetworkError);
    await broken.close();
    expect(await failure(new OAuthApi(broken.url).oauthTokenRefresh(refresh))).toBeInstanceOf(NetworkError);
    const silent = await serve(() => undefined);
    const error = await failure(new OAuthApi(silent.url).oauthTokenRefresh(refresh, { timeoutMs: 30 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ timeoutMs: 30 });
  });

  it("counts a body that never ends against the timeout", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write("{");
      return undefined;
    });
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh, { timeoutMs: 30 }));
    expect(error).toBeInstanceOf(TimeoutError);
  });

  it("rejects with the reason of the caller's signal", async () => {
    const reason = new Error("enough");
    const abort = new AbortController();
    const server = await serve(() => {
      abort.abort(reason);
      return undefined;
    });
    const api = new OAuthApi(server.url);
    expect(await failure(api.oauthTokenRefresh(refresh, { signal: abort.signal }))).toBe(reason);
    expect(await failure(api.oauthTokenRefresh(refresh, { signal: abort.signal }))).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });
});

describe("configuration", () => {
  it("is shared until an object is given its own", async () => {
    const server = await serve({ body: tokens });
    const other = await serve({ body: tokens });
    configure((config) => {
      config.baseUrl = server.url;
      config.userAgent = "my-app/1";
      config.defaultHeaders = { "X-Team": "blue" };
    });
    await new OAuthApi().oauthTokenRefresh(refresh, { headers: { "x-team": "red", "x-call": "1" } });
    await new OAuthApi(new Configuration({ baseUrl: other.url })).oauthTokenRefresh(refresh);
    configure((config) => Object.assign(config, new Configuration()));
    expect(server.requests[0]?.headers).toMatchObject({
      "user-agent": "my-app/1",
      "x-team": "red",
      "x-call": "1",
    });
    expect(other.requests[0]?.headers["x-team"]).toBeUndefined();
  });

  it.each(["nonsense", "ftp://host", "https://user:pass@host", "https://host/?a=1", "https://host/#x"])(
    "refuses the base address %s by name",
    async (baseUrl) => {
      const error = await failure(new OAuthApi({ baseUrl }).oauthTokenRefresh(refresh));
      expect(error).toMatchObject({ name: "InvalidArgumentError", field: "baseUrl" });
    },
  );

  it("shows the debug log every request and answer with the secrets replaced", async () => {
    const server = await serve({ headers: { "set-cookie": "sid=hush" }, body: tokens });
    const events: DebugEvent[] = [];
    const api = new OAuthApi({ baseUrl: server.url, debug: (event) => void events.push(event) });
    await api.oauthTokenGenerate(generate);
    await api.oauthTokenRevoke({ token: "to ken/1", clientId: "c", clientSecret: "s3cr=t" });
    expect(events.map(({ type }) => type)).toEqual(["request", "response", "request", "response"]);
    const text = JSON.stringify(events);
    expect(text).toContain("[redacted]");
    for (const secret of [
      generate.clientSecret,
      generate.code,
      tokens.access_token,
      "hush",
      "s3cr",
      "to+ken",
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  it("survives a debug log that throws", async () => {
    const server = await serve({ body: tokens });
    const debug = () => {
      throw new Error("disk full");
    };
    await new OAuthApi({ baseUrl: server.url, debug }).oauthTokenRefresh(refresh);
  });

  it("replaces secrets that the server repeats, and keeps forged log lines out of messages", async () => {
    const body = {
      error: { error_name: "bad_request", error_msg: `code ${generate.code}\n[info] all well` },
    };
    const server = await serve({ status: 400, body });
    const error = await failure(new OAuthApi(server.url).oauthTokenGenerate(generate));
    expect((error as Error).message).toBe("HTTP 400 bad_request: code [redacted] [info] all well");
    expect(inspect(error, { showHidden: true })).not.toContain(generate.code);
  });
});

describe("a header that cannot be sent", () => {
  it("is refused by name, its value unsaid", async () => {
    const server = await serve({ body: tokens });
    const bad = [
      new OAuthApi({ baseUrl: server.url, defaultHeaders: { "X-Bad": "hush\nX: y" } }).oauthTokenRefresh(
        refresh,
      ),
      new OAuthApi(server.url).oauthTokenRefresh(refresh, { headers: { "a b": "hush" } }),
      new AccountApi({ baseUrl: server.url, accessToken: "hush\u2603" }).accountGet(),
      new AccountApi({ baseUrl: server.url, apiKey: "hush\u2603" }).accountGet(),
      new AccountApi({ baseUrl: server.url, apiKey: "" }).accountGet(),
    ];
    for (const promise of bad) {
      const error = await failure(promise);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(inspect(error, { showHidden: true })).not.toContain("hush");
    }
    expect(server.requests).toEqual([]);
  });
});

describe("accountGet", () => {
  const account = { account_id: "5008", is_paid_hs: true, quotas: { api_signature_requests_left: 1250 } };

  it("calls the API with the token and answers in camelCase", async () => {
    const server = await serve({ body: { account } });
    const api = new AccountApi({ baseUrl: server.url, accessToken: async () => "token-1" });
    const result = await api.accountGet({ emailAddress: "jill+1@example.com" });
    expect(result).toEqual({
      account: { accountId: "5008", isPaidHs: true, quotas: { apiSignatureRequestsLeft: 1250 } },
    });
    expect(server.requests[0]?.path).toBe("/v3/account?email_address=jill%2B1%40example.com");
    expect(server.requests[0]?.headers.authorization).toBe("Bearer token-1");
  });

  it("uses an API key as the user name of HTTP Basic, and refuses to call without either", async () => {
    const server = await serve({ body: { account } });
    await new AccountApi({ baseUrl: server.url, apiKey: "key" }).accountGet();
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa("key:")}`);
    const error = await failure(new AccountApi({ baseUrl: server.url }).accountGet());
    expect(error).toMatchObject({ field: "accessToken" });
  });
});
