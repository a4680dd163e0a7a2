import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Configuration, configure, NetworkError, OAuthApi } from "../src/index.js";
import { type StubServer, startStub } from "./support/authorization-server.js";

/** The examples run, and the documentation shows nothing else than what runs. */

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const examples = join(repository, "examples/sdk");
const folder = mkdtempSync(join(tmpdir(), "countersign-examples-"));
const closing: (() => Promise<unknown>)[] = [];
let stub: StubServer;

beforeAll(async () => {
  stub = await startStub();
  const settings = {
    CLIENT_ID: "client",
    CLIENT_SECRET: "secret",
    COOKIE_SECRET: "0123456789abcdef0123456789abcdef",
    OAUTH_URL: stub.url,
    TOKEN_FOLDER: join(folder, "tokens"),
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  // An example reads them when it is loaded, and another file of this process may have loaded it.
  vi.resetModules();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.resetModules();
  for (const close of closing) await close();
  await stub.close();
  rmSync(folder, { recursive: true, force: true });
});

type Request = (path: string, cookie: string, headers?: Record<string, string>) => Promise<Response>;

async function listen(listener: RequestListener): Promise<Request> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return (path, cookie, headers = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual", headers: { ...headers, cookie } });
}

/** How each framework is asked, by the same name as its example. */
const frameworks: Record<string, () => Promise<Request>> = {
  express: async () => listen((await import("../../../examples/sdk/express.js")).server),
  fastify: async () => {
    const { server } = await import("../../../examples/sdk/fastify.js");
    await server.ready();
    return listen((request, response) => server.routing(request, response));
  },
  hono: async () => {
    const { server } = await import("../../../examples/sdk/hono.js");
    return async (path, cookie, headers = {}) => server.request(path, { headers: { ...headers, cookie } });
  },
  next: async () => {
    const routes = {
      "/connect": (await import("../../../examples/sdk/next/connect/route.js")).GET,
      "/callback": (await import("../../../examples/sdk/next/callback/route.js")).GET,
      "/me": (await import("../../../examples/sdk/next/me/route.js")).GET,
    };
    return async (path, cookie, headers = {}) => {
      const url = new URL(path, "http://localhost");
      return routes[url.pathname as keyof typeof routes](
        new globalThis.Request(url, { headers: { ...headers, cookie } }),
      );
    };
  },
};

describe.each(Object.keys(frameworks))("the %s example", (name) => {
  const user = `user=${name}-jill`;

  it("connects a user and calls the API in their name", async () => {
    const request = await (frameworks[name] as () => Promise<Request>)();
    expect((await request("/me", user)).headers.get("location")).toBe("/connect");
    const connect = await request("/connect", user);
    expect(connect.status).toBe(303);
    const cookie = `${user}; ${connect.headers.get("set-cookie")?.split(";")[0]}`;
    const consent = await fetch(connect.headers.get("location") ?? "", { redirect: "manual" });
    const { search } = new URL(consent.headers.get("location") ?? "");
    const callback = await request(`/callback${search}`, cookie);
    expect([callback.status, callback.headers.get("location")]).toEqual([303, "/me"]);
    expect(callback.headers.get("set-cookie")).toContain("Max-Age=0");
    const me = await request("/me", user);
    expect(await me.json()).toMatchObject({ account: { accountId: expect.stringMatching(/^at\./) } });
    expect((await request("/me", "user=someone-else")).status).toBe(303);
  });

  it("begins no login for a prefetch", async () => {
    const request = await (frameworks[name] as () => Promise<Request>)();
    const answer = await request("/connect", user, { "sec-purpose": "prefetch" });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([503, "no-store"]);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("takes a denial kindly and a forged callback not at all", async () => {
    const request = await (frameworks[name] as () => Promise<Request>)();
    const connect = await request("/connect", user);
    const state = new URL(connect.headers.get("location") ?? "").searchParams.get("state");
    const cookie = connect.headers.get("set-cookie")?.split(";")[0] ?? "";
    const denied = await request(`/callback?error=access_denied&state=${state}`, cookie);
    expect(denied.headers.get("location")).toBe("/?connected=no");
    expect((await request("/callback?code=code1&state=forged", cookie)).status).toBe(400);
  });
});

describe("the other examples", () => {
  it("run the two documented operations", async () => {
    const { quickStart } = await import("../../../examples/sdk/quick-start.js");
    expect(await quickStart("code1", "900e06e2")).toMatchObject({ tokenType: "Bearer" });
  });

  it("send every request through a proxy", async () => {
    const { useProxy } = await import("../../../examples/sdk/proxy.js");
    const asked: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => proxy.close(resolve)));
    try {
      configure((config) => Object.assign(config, new Configuration()));
      useProxy(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
      const api = new OAuthApi();
      await expect(api.oauthTokenRefresh({ refreshToken: "r" })).rejects.toBeInstanceOf(NetworkError);
      expect(asked).toEqual(["app.hellosign.com:443"]);
    } finally {
      configure((config) => Object.assign(config, new Configuration()));
    }
  });

  it("give the official SDK a fresh token", async () => {
    const { keeper } = await import("../../../examples/sdk/oauth.js");
    const { officialAccountApi } = await import("../../../examples/sdk/dropbox-sign.js");
    const token = stub.authorize();
    await keeper.save("official", token);
    const { body } = await officialAccountApi("official", `${stub.url}/v3`).accountGet();
    expect(body.account?.accountId).toBe(token.accessToken);
  });
});

describe("the documentation", () => {
  const sources = readdirSync(examples, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(examples, file), "utf8"));
  const pages = [
    "packages/sdk/README.md",
    "docs/sdk/integrate-in-ten-minutes.md",
    "docs/sdk/moving-from-hand-written-code.md",
    "docs/sdk/proxies-and-edge.md",
  ];

  it.each(pages)("shows in %s only code that is part of an example that runs", (page) => {
    const text = readFileSync(join(repository, page), "utf8");
    const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code.trim());
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks)
      expect(
        sources.some((source) => source.includes(block)),
        block,
      ).toBe(true);
  });
});
