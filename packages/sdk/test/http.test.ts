/** One request over whatever the application sends it with: foreign fetches, listeners that fail, faults that are named. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { fetch as undiciFetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Configuration,
  InvalidResponseError,
  MemoryTokenStore,
  NetworkError,
  OAuthApi,
  TimeoutError,
  TokenKeeper,
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
async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => expect.fail("expected a rejection"),
    (error: Error) => error,
  );
}
const refresh = { refreshToken: "r" };
const tokens = {
  access_token: "at",
  refresh_token: "next",
  token_type: "Bearer",
  expires_in: 60,
  scope: "ü",
};

/** As node-fetch and its kin: the body is a stream of Node. */
const overNode: Configuration["fetch"] = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, signal }, (response: IncomingMessage) =>
      resolve({
        status: response.statusCode ?? 0,
        headers: new Headers(response.headers as Record<string, string>),
        body: response,
        text: () => new Response(Readable.toWeb(response) as ReadableStream).text(),
      }),
    );
    outgoing.on("error", reject).end(body instanceof ArrayBuffer ? Buffer.from(body) : body);
  });

describe("a fetch other than the runtime's", () => {
  /** An answer of which only the text can be had, as React Native's is. */
  const textOnly: Configuration["fetch"] = async (url, init) => {
    const { status, headers, ...response } = await fetch(url, init).then(async (got) => ({
      status: got.status,
      headers: got.headers,
      said: await got.text(),
    }));
    return { status, headers, body: undefined, text: async () => response.said };
  };
  const inStrings: Configuration["fetch"] = async () => ({
    status: 200,
    headers: new Headers(),
    body: Readable.from([JSON.stringify(tokens).slice(0, 20), JSON.stringify(tokens).slice(20)]),
    text: () => expect.fail("the body is read as a stream"),
  });

  it.each<[name: string, fetch: Configuration["fetch"]]>([
    ["undici", undiciFetch],
    ["one whose bodies are streams of Node", overNode],
    ["one without streams", textOnly],
    ["one whose stream is of strings", inStrings],
  ])("%s refreshes with one request, and is held to the size of a body", async (_, fetch) => {
    const server = await serve({ body: tokens });
    const api = new OAuthApi({ baseUrl: server.url, fetch });
    expect(await api.oauthTokenRefresh(refresh)).toMatchObject({ accessToken: "at", scope: "ü" });
    expect(server.requests.length).toBeLessThanOrEqual(1);
    const small = new OAuthApi({ baseUrl: server.url, fetch, maxResponseBytes: 30 });
    expect(await failure(small.oauthTokenRefresh(refresh))).toBeInstanceOf(InvalidResponseError);
  });

  it("calls the API in a user's name, renewing a token that is refused", async () => {
    const server = await serve(({ path, headers }) => {
      if (path === "/oauth/token?refresh") return { body: { ...tokens, access_token: "fresh" } };
      return headers.authorization === "Bearer fresh" ? { body: { is: "there" } } : { status: 401 };
    });
    let nowMilliseconds = 1_800_000_000_000;
    const config = { baseUrl: server.url, fetch: overNode };
    const store = new MemoryTokenStore();
    const keeper = new TokenKeeper({
      clientId: "c",
      clientSecret: "s",
      store,
      config,
      now: () => nowMilliseconds,
    });
    await keeper.save("jill", { accessToken: "at", refreshToken: "r", tokenType: "Bearer", expiresIn: 3600 });
    nowMilliseconds += 60_000;
    const response = await keeper.fetch("jill")(`${server.url}/v3/x`, { method: "POST", body: "x" });
    expect(await response.text()).toBe('{"is":"there"}');
  });
});

describe("a listener", () => {
  /** Rejections that nobody handled while this ran. */
  const unhandledDuring = async (work: () => Promise<unknown>) => {
    const found: unknown[] = [];
    const others = process.rawListeners("unhandledRejection");
    const listen = (reason: unknown) => void found.push(reason);
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", listen);
    await work();
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", listen);
    for (const other of others) process.on("unhandledRejection", other as (reason: unknown) => void);
    return found;
  };
  const broken: [name: string, listener: () => Promise<void>][] = [
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("broken");
      },
    ],
    [
      "gives back a thing whose then throws",
      () =>
        // biome-ignore lint/suspicious/noThenProperty: it is what is tested
        Object.defineProperty({}, "then", {
          get: () => {
            throw new Error("broken");
          },
        }) as Promise<void>,
    ],
  ];

  it.each(broken)("of the debug log that %s ends nothing", async (_, debug) => {
    const server = await serve({ body: tokens });
    const api = new OAuthApi({ baseUrl: server.url, debug });
    expect(await unhandledDuring(() => api.oauthTokenRefresh(refresh))).toEqual([]);
  });

  it.each(broken)("of a keeper's events that %s ends nothing", async (_, onEvent) => {
    const server = await serve({ body: tokens });
    const store = new MemoryTokenStore();
    const keeper = new TokenKeeper({ clientId: "c", clientSecret: "s", store, config: server.url, onEvent });
    await keeper.save("jill", { accessToken: "old", refreshToken: "r", tokenType: "Bearer", expiresIn: 0 });
    expect(await unhandledDuring(() => keeper.accessToken("jill"))).toEqual([]);
  });
});

describe("a request without an answer", () => {
  it("names its method, its host and what went wrong, once the connection is refused", async () => {
    const server = await startRecorder({});
    await server.close();
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.message).toBe(`POST ${server.url}/oauth/token: connection refused`);
    expect(error.code).toBe("ECONNREFUSED");
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it("names a host that does not exist", async () => {
    const error = await failure(new OAuthApi("http://nowhere.invalid").oauthTokenRefresh(refresh));
    expect(error.message).toMatch(
      /^POST http:\/\/nowhere\.invalid\/oauth\/token: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/,
    );
    expect(error.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });

  it("names the code once: where the words of the system have it, it is not added", async () => {
    const messageOf = async (words: string, code: string) => {
      const fetch = async () => {
        throw new TypeError("fetch failed", { cause: Object.assign(new Error(words), { code }) });
      };
      return (await failure(new OAuthApi({ fetch }).oauthTokenRefresh(refresh))).message;
    };
    const request = "POST https://app.hellosign.com/oauth/token";
    const timedOut = "connect ETIMEDOUT 192.0.2.1:443";
    expect(await messageOf(timedOut, "ETIMEDOUT")).toBe(`${request}: ${timedOut}`);
    expect(await messageOf("socket hang up", "ECONNRESET")).toBe(`${request}: socket hang up (ECONNRESET)`);
  });

  it("names a connection that was broken", async () => {
    const server = await serve((_, response) => void response.destroy());
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh));
    expect(error.message).toBe(`POST ${server.url}/oauth/token: other side closed (UND_ERR_SOCKET)`);
  });

  it("names what a fetch of one's own throws, without what was sent", async () => {
    for (const thrown of ["text", undefined, null, new Error("cannot send refresh-token-1")]) {
      const fetch = async () => {
        throw thrown;
      };
      const error = await failure(
        new OAuthApi({ fetch }).oauthTokenRefresh({ refreshToken: "refresh-token-1" }),
      );
      expect(error).toBeInstanceOf(NetworkError);
      expect(error.message).toMatch(
        /^POST https:\/\/app\.hellosign\.com\/oauth\/token: (no response|cannot send \[redacted\])$/,
      );
    }
  });

  it("names the request that took too long", async () => {
    const server = await serve(() => undefined);
    const error = await failure(new OAuthApi(server.url).oauthTokenRefresh(refresh, { timeoutMs: 20 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(`POST ${server.url}/oauth/token: no complete response within 20 ms`);
  });
});
