import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { AccountApi as DropboxAccountApi } from "@dropbox/sign";
import { ProxyAgent } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import {
  type AccessTokens,
  AccountApi,
  InvalidArgumentError,
  ReauthorizationRequired,
  withTokenKeeper,
} from "../src/index.js";
import { type StubServer, startStub } from "./support/authorization-server.js";
import { testClock, testKeeper } from "./support/keeper.js";
import { type Recorder, type Responder, startRecorder } from "./support/recorder.js";

const servers: (StubServer | Recorder)[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function record(answer: Responder): Promise<Recorder> {
  const server = await startRecorder(answer);
  servers.push(server);
  return server;
}
async function scene() {
  const clock = testClock();
  const server = await startStub({ now: clock.now, expiresIn: 3600 });
  servers.push(server);
  const { keeper, store } = testKeeper(server.url, clock);
  const token = server.authorize();
  await keeper.save("jill", token);
  return { clock, server, keeper, store, token, api: `${server.url}/v3/account` };
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("expected a rejection"),
    (error: Error) => error,
  );
}

describe("the fetch of a user", () => {
  it("calls the API with the user's token", async () => {
    const { keeper, api, token } = await scene();
    const response = await keeper.fetch("jill")(api);
    expect(await response.json()).toMatchObject({ account: { account_id: token.accessToken } });
  });

  it("tries once more with a fresh token after a 401, the body included", async () => {
    const { keeper, server, clock, api, token } = await scene();
    const isActive = server.isActive;
    server.isActive = (accessToken) => accessToken !== token.accessToken && isActive(accessToken);
    clock.advance(60);
    const form = new FormData();
    form.set("a", "1");
    for (const [body, sent] of [
      ["text", "text"],
      [new URLSearchParams({ a: "1" }), "a=1"],
      [form, 'name="a"'],
      [new Blob(["blob"]).stream(), "blob"],
    ] as const) {
      const init = { method: "POST", body, duplex: "half" } as RequestInit;
      const response = await keeper.fetch("jill")(new Request(api, init));
      expect(response.status).toBe(200);
      expect(((await response.json()) as { account: { received: string } }).account.received).toContain(sent);
    }
    expect(server.refreshes).toBe(1);
  });

  it("gives back the second 401 instead of going round in circles", async () => {
    const { keeper, server, clock, api } = await scene();
    server.isActive = () => false;
    clock.advance(60);
    expect((await keeper.fetch("jill")(api)).status).toBe(401);
    expect(server.refreshes).toBe(1);
    expect((await keeper.fetch("jill")(api)).status).toBe(401);
    expect(server.refreshes).toBe(1);
  });

  it("does not send twice when there is no other token to try", async () => {
    const { keeper } = await scene();
    const api = await record({ status: 401 });
    expect((await keeper.fetch("jill", { origins: [api.url] })(api.url)).status).toBe(401);
    expect(api.requests).toHaveLength(1);
  });

  it("says that the user must authorize again when the server has revoked them", async () => {
    const { keeper, server, clock, api, token } = await scene();
    server.revoke(token.refreshToken);
    clock.advance(60);
    expect(await failure(keeper.fetch("jill")(api))).toBeInstanceOf(ReauthorizationRequired);
  });

  it("never sends the token to another origin", async () => {
    const { keeper } = await scene();
    const elsewhere = await record({ body: {} });
    const error = await failure(keeper.fetch("jill")(`${elsewhere.url}/v3/account`));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(elsewhere.requests).toEqual([]);
    await keeper.fetch("jill", { origins: [elsewhere.url] })(`${elsewhere.url}/`);
    expect(elsewhere.requests[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it("leaves the token behind when a redirect leaves the origin, even one the caller set", async () => {
    const { keeper } = await scene();
    const elsewhere = await record({ body: { there: true } });
    const home = await record(({ path }) =>
      path === "/here"
        ? { status: 302, headers: { location: "/there" } }
        : { status: 302, headers: { location: `${elsewhere.url}/file` } },
    );
    const fetchApi = keeper.fetch("jill", { origins: [home.url] });
    const response = await fetchApi(`${home.url}/here`, { headers: { Authorization: "Bearer mine" } });
    expect(await response.json()).toEqual({ there: true });
    expect(home.requests.map(({ headers }) => headers.authorization)).toEqual([
      expect.stringMatching(/^Bearer at\./),
      expect.stringMatching(/^Bearer at\./),
    ]);
    expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined();
    const manual = await fetchApi(`${home.url}/here`, { redirect: "manual" });
    expect(manual.status).toBe(302);
  });

  it("stops with the caller's signal", async () => {
    const { keeper, server, api } = await scene();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    expect(await failure(keeper.fetch("jill")(api, { signal }))).toBe(reason);
    expect(server.refreshes).toBe(0);
  });
});

/** What a redirect is answered with, and everything that arrived, less what names the caller. */
interface Journey {
  readonly outcome: unknown;
  readonly arrived: readonly unknown[];
}

describe("a redirect is followed by the fetch of a user as by fetch itself", () => {
  /** `there` is another origin. The token is not compared: fetch has none. */
  const travel = async (kind: "fetch" | "keeper", path: string, init: RequestInit): Promise<Journey> => {
    const arrived: unknown[] = [];
    let there = "";
    const answer: Responder = ({ method, path: asked, headers, body }) => {
      const { authorization: _, host: __, connection: ___, ...others } = headers;
      arrived.push({ method, asked, others, body });
      const [, status, target = ""] = /^\/(\d{3})\/(.*)$/.exec(asked) ?? [];
      if (status === undefined) return { body: { at: asked } };
      const location = decodeURIComponent(target).replace("there", there);
      const headersOf: Record<string, string> = location === "" ? {} : { location };
      return { status: Number(status), headers: headersOf, body: "" };
    };
    const [home, elsewhere] = [await record(answer), await record(answer)];
    there = elsewhere.url;
    const { keeper } = await scene();
    const call = kind === "fetch" ? fetch : keeper.fetch("jill", { origins: [home.url] });
    const place = (url: string) => url.replace(home.url, "home").replace(there, "there");
    const outcome = await call(`${home.url}${path}`, init).then(
      async (response) => ({
        status: response.status,
        redirected: response.redirected,
        url: place(response.url),
        body: await response.text(),
      }),
      (error: Error) => error.name,
    );
    return { outcome, arrived };
  };
  const away = encodeURIComponent("there/file");
  const credentials = { cookie: "sid=hush", "proxy-authorization": "Basic aHVzaA==", "x-mine": "1" };

  it.each<[name: string, path: string, init: RequestInit]>([
    ...[301, 302, 303, 307, 308].flatMap((status): [string, string, RequestInit][] => [
      [`GET, ${status}`, `/${status}/%2Fnext`, { headers: credentials }],
      [`POST, ${status}`, `/${status}/%2Fnext`, { method: "POST", body: "a=1", headers: credentials }],
      [`PUT, ${status}`, `/${status}/%2Fnext`, { method: "PUT", body: "ab" }],
      [`HEAD, ${status}`, `/${status}/%2Fnext`, { method: "HEAD" }],
      [`GET to another origin, ${status}`, `/${status}/${away}`, { headers: credentials }],
      [
        `POST to another origin, ${status}`,
        `/${status}/${away}`,
        { method: "POST", body: "x", headers: credentials },
      ],
      [`GET without a location, ${status}`, `/${status}/`, {}],
      [`mode error, ${status}`, `/${status}/%2Fnext`, { redirect: "error" }],
      [`mode error without a location, ${status}`, `/${status}/`, { redirect: "error" }],
      [`mode manual, ${status}`, `/${status}/%2Fnext`, { redirect: "manual", method: "POST", body: "x" }],
    ]),
    ["a status that is no redirect", "/300/%2Fnext", {}],
    ["a path in UTF-8", `/302/${encodeURIComponent(Buffer.from("/ü").toString("latin1"))}`, {}],
    ["an address that is none", `/302/${encodeURIComponent("http://")}`, {}],
    ["another scheme", `/302/${encodeURIComponent("data:text/plain,x")}`, {}],
    ["credentials in a foreign address", `/302/${encodeURIComponent("http://a:b@127.0.0.1:1/")}`, {}],
    ["a body that is a form", "/307/%2Fnext", { method: "POST", body: new URLSearchParams({ a: "1" }) }],
  ])("%s", async (_, path, init) => {
    expect(await travel("keeper", path, init)).toEqual(await travel("fetch", path, init));
  });

  it("20 times and not once more", async () => {
    const { keeper } = await scene();
    let left = 0;
    const home = await record(() =>
      left-- > 0 ? { status: 302, headers: { location: "/on" }, body: "" } : { body: { arrived: true } },
    );
    const call = keeper.fetch("jill", { origins: [home.url] });
    left = 20;
    expect(await (await call(home.url)).json()).toEqual({ arrived: true });
    left = 21;
    const error = await failure(call(home.url));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("20");
  });
});

describe("the token on a redirect", () => {
  it("does not come back once a foreign server has chosen the way", async () => {
    const { keeper } = await scene();
    const home = await record(({ path }) =>
      path === "/start"
        ? { status: 302, headers: { location: `${foreign.url}/` }, body: "" }
        : { status: 401 },
    );
    const foreign = await record(() => ({
      status: 307,
      headers: { location: `${home.url}/chosen` },
      body: "",
    }));
    const response = await keeper.fetch("jill", { origins: [home.url] })(`${home.url}/start`);
    expect([response.status, response.redirected]).toEqual([401, true]);
    expect(home.requests.map(({ path, headers }) => [path, headers.authorization !== undefined])).toEqual([
      ["/start", true],
      ["/chosen", false],
    ]);
  });

  it("goes from one listed origin to another; cookies and proxy credentials go to none", async () => {
    const { keeper, token } = await scene();
    const second = await record({ body: {} });
    const first = await record(() => ({ status: 302, headers: { location: second.url }, body: "" }));
    const origins = [first.url, second.url];
    await keeper.fetch("jill", { origins })(first.url, {
      headers: { cookie: "a=b", "proxy-authorization": "Basic eA==" },
    });
    expect(second.requests[0]?.headers.authorization).toBe(`Bearer ${token.accessToken}`);
    expect(first.requests[0]?.headers).toMatchObject({ cookie: "a=b", "proxy-authorization": "Basic eA==" });
    expect(second.requests[0]?.headers.cookie).toBeUndefined();
    expect(second.requests[0]?.headers["proxy-authorization"]).toBeUndefined();
  });

  it("is renewed for the hop that refused it, and what has acted before is not asked again", async () => {
    const { keeper, server, clock } = await scene();
    clock.advance(60);
    let refused = 0;
    const home = await record(({ method }) => {
      if (method === "POST") return { status: 303, headers: { location: "/made" }, body: "" };
      return refused++ === 0 ? { status: 401 } : { body: { made: true } };
    });
    const call = keeper.fetch("jill", { origins: [home.url] });
    expect(await (await call(home.url, { method: "POST", body: "x" })).json()).toEqual({ made: true });
    expect(home.requests.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
    expect(server.refreshes).toBe(1);
  });

  it("is not renewed because a foreign server answers 401", async () => {
    const { keeper, server, clock } = await scene();
    clock.advance(60);
    const foreign = await record({ status: 401 });
    const home = await record({ status: 302, headers: { location: foreign.url }, body: "" });
    expect((await keeper.fetch("jill", { origins: [home.url] })(home.url)).status).toBe(401);
    expect(server.refreshes).toBe(0);
  });
});

describe("the options of a call", () => {
  /** What the configured fetch is called with. */
  const sent = async (input: string | Request, init?: RequestInit) => {
    const clock = testClock();
    const calls: Record<string, unknown>[] = [];
    const answers = [{ status: 302, headers: { location: "/next" } }, { status: 200 }];
    const fetch = async (url: string, given: object) => {
      calls.push({ url, ...given });
      return new Response(null, answers[calls.length - 1]);
    };
    const { keeper } = testKeeper("", clock, { config: { apiBaseUrl: "https://api.example/v3", fetch } });
    await keeper.save("jill", { accessToken: "at", tokenType: "Bearer", expiresIn: 3600 });
    await keeper.fetch("jill")(input, init);
    return calls;
  };

  it("reach the configured fetch at every hop, also those that this package does not know", async () => {
    const options = {
      cache: "no-store",
      credentials: "omit",
      keepalive: true,
      referrerPolicy: "no-referrer",
    };
    const foreign = { dispatcher: { a: 1 }, next: { revalidate: 60 }, cf: { cacheTtl: 5 }, priority: "low" };
    const calls = await sent("https://api.example/a", { ...options, ...foreign } as unknown as RequestInit);
    expect(calls).toHaveLength(2);
    for (const call of calls) expect(call).toMatchObject({ ...options, ...foreign, redirect: "manual" });
    expect(calls[1]).toMatchObject({ url: "https://api.example/next", method: "GET" });
  });

  it("are taken from a Request, and overridden by those beside it", async () => {
    const request = new Request("https://api.example/a", {
      cache: "reload",
      credentials: "omit",
      method: "PUT",
    } as RequestInit);
    const calls = await sent(request, { credentials: "include" });
    expect(calls[0]).toMatchObject({ cache: "reload", credentials: "include", method: "PUT" });
    expect(calls[0]).not.toHaveProperty("mode");
    expect(calls[0]).not.toHaveProperty("referrer");
  });

  it("send the call through the proxy that the dispatcher is", async () => {
    const { keeper, api, server, token } = await scene();
    const proxied: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      proxied.push(request.url ?? "");
      const { hostname, port } = new URL(server.url);
      const upstream = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on("error", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const dispatcher = new ProxyAgent({ uri: `http://127.0.0.1:${port}`, proxyTunnel: true });
    try {
      const response = await keeper.fetch("jill")(api, { dispatcher } as unknown as RequestInit);
      expect(await response.json()).toMatchObject({ account: { account_id: token.accessToken } });
      expect(proxied).toEqual([new URL(server.url).host]);
    } finally {
      await dispatcher.destroy();
      proxy.close();
    }
  });
});

describe("the port of tokens", () => {
  const answering = (tokens: string[]) => {
    const asked: unknown[] = [];
    const accessToken: AccessTokens["accessToken"] = async (userId, options) => {
      asked.push([userId, options?.rejected]);
      return tokens.shift() as string;
    };
    return { tokens: { accessToken }, asked };
  };
  const api = () =>
    record(({ headers }) =>
      headers.authorization === "Bearer good" ? { body: { account: { account_id: "a" } } } : { status: 401 },
    );

  it("is all that AccountApi needs, which asks once more after a 401", async () => {
    const { url: baseUrl, requests } = await api();
    const { tokens, asked } = answering(["stale", "good"]);
    const { account } = await new AccountApi({ baseUrl }, { tokens, userId: "jill" }).accountGet();
    expect(account.accountId).toBe("a");
    expect(asked).toEqual([
      ["jill", undefined],
      ["jill", "stale"],
    ]);
    expect(requests).toHaveLength(2);
  });

  it("gives AccountApi the 401 when there is no other token, and every other error at once", async () => {
    const { url: baseUrl, requests } = await api();
    const { tokens } = answering(["stale", "stale"]);
    const call = new AccountApi({ baseUrl }, { tokens, userId: "jill" }).accountGet();
    expect(await failure(call)).toMatchObject({ code: 401 });
    expect(requests).toHaveLength(1);
    const down = await record({ status: 503 });
    const other = answering(["good"]);
    const error = await failure(
      new AccountApi(down.url, { tokens: other.tokens, userId: "jill" }).accountGet(),
    );
    expect(error).toMatchObject({ code: 503 });
    expect(other.asked).toHaveLength(1);
  });

  it("is all that the official SDK needs", async () => {
    const { url } = await api();
    const official = withTokenKeeper(new DropboxAccountApi(url), answering(["good"]).tokens, "jill");
    expect((await official.accountGet()).body.account?.accountId).toBe("a");
  });
});

describe("the official SDK with a keeper", () => {
  it("makes every call with a token that is fresh at that moment", async () => {
    const { keeper, server, clock, token } = await scene();
    const official = new DropboxAccountApi(`${server.url}/v3`);
    const api = withTokenKeeper(official, keeper, "jill");
    expect(api).toBe(official);
    expect((await api.accountGet()).body.account?.accountId).toBe(token.accessToken);
    clock.advance(3600);
    const second = (await api.accountGet()).body.account?.accountId;
    expect(second).toBe(await keeper.accessToken("jill"));
    expect(second).not.toBe(token.accessToken);
  });

  it("fails with the keeper's own error, and keeps the token from another host", async () => {
    const { keeper, server } = await scene();
    const api = withTokenKeeper(new DropboxAccountApi(`${server.url}/v3`), keeper, "jill");
    const elsewhere = await record({ body: { account: {} } });
    api.basePath = elsewhere.url;
    await api.accountGet();
    expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined();
    api.basePath = `${server.url}/v3`;
    await keeper.revoke("jill");
    expect(await failure(api.accountGet())).toBeInstanceOf(ReauthorizationRequired);
  });
});
