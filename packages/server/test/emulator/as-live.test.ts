/** What the emulator refuses and sends as the live service does, beside the rules of the protocol. */

import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, request as requestHttp } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcp } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator/emulator.js";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import { silentLog } from "../../src/log.js";
import {
  emulatedFetch,
  interceptHttp,
  interceptUndici,
  type SignEmulator,
  startEmulator,
} from "../../src/testing/index.js";
import { account, failure, send, tokensFor } from "./client.js";

let sign: SignEmulator;
beforeAll(async () => {
  sign = await startEmulator({ clock: "2026-05-01T12:00:00Z" });
});
beforeEach(() => sign.reset());
afterAll(() => sign.close());

/** Asks under a host name of the caller's choice, as a browser does that was led here by DNS. */
function statusUnder(
  host: string,
  path = "/v3/account",
  method = "GET",
  url = sign.url,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = requestHttp(`${url}${path}`, { method, headers: { host } }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("the token endpoint of the API host", () => {
  const refused = { error: { error_msg: "Invalid URI...", error_name: "not_found" } };

  it("is not there under that name, by whatever way a request to it arrives", async () => {
    expect(await statusUnder("api.hellosign.com", "/v3/oauth/token", "POST")).toBe(404);
    const url = "https://api.hellosign.com/v3/oauth/token";
    const body = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const answer = await emulatedFetch(sign)(url, body);
    expect([answer.status, await answer.json()]).toEqual([404, refused]);
    const restore = await interceptUndici(sign);
    expect((await fetch(url, body)).status).toBe(404);
    expect((await fetch("https://app.hellosign.com/oauth/token", body)).status).toBe(400);
    restore();
    using _http = interceptHttp(sign);
    const { request } = await import("node:https");
    const status = await new Promise((resolve) => {
      request(url, { method: "POST" }, (response) => resolve(response.resume().statusCode)).end();
    });
    expect(status).toBe(404);
    const [seen] = await sign.requests({ reason: "token_path_of_api_host" });
    expect(seen?.advice).toContain("https://app.hellosign.com/oauth/token");
  });

  it("is there under the emulator's own, unless it is to be as live for all", async () => {
    expect((await send(sign, "POST", "/v3/oauth/token", { body: {} })).status).toBe(400);
    expect((await sign.requests()).at(-1)?.advice).toContain("The live service answers 404 here");
    await using strict = await startEmulator({ liveApiHostTokenPath: true });
    const answer = await send(strict, "POST", "/v3/oauth/token", { body: {} });
    expect([answer.status, answer.body]).toEqual([404, refused]);
    expect((await send(strict, "POST", "/oauth/token", { body: {} })).status).toBe(400);
  });
});

describe("the rate limit that answers tell", () => {
  it("begins again at a reset, and goes back with a snapshot", async () => {
    const left = async () => {
      const { access_token } = await tokensFor(sign, { state: "rate" });
      return Number((await account(sign, access_token)).headers.get("x-ratelimit-remaining"));
    };
    await sign.reset();
    expect([await left(), await left()]).toEqual([99, 98]);
    const snapshot = await sign.snapshot();
    expect(await left()).toBe(97);
    await sign.restore(snapshot);
    expect(await left()).toBe(97);
    await sign.reset();
    expect(await left()).toBe(99);
  });

  it("counts an account's calls in a minute, in both spellings, and refuses none", async () => {
    const { access_token } = await tokensFor(sign);
    const told = async () => {
      const { headers, status } = await account(sign, access_token);
      const names = ["limit", "remaining", "limit-remaining", "reset"];
      return [status, ...names.map((name) => Number(headers.get(`x-ratelimit-${name}`)))];
    };
    const reset = Date.parse("2026-05-01T12:01:00Z") / 1000;
    expect(await told()).toEqual([200, 100, 99, 99, reset]);
    for (let call = 2; call <= 100; call++) await account(sign, access_token);
    expect(await told()).toEqual([200, 100, 0, 0, reset]);
    await sign.clock.advance("1m");
    expect(await told()).toEqual([200, 100, 99, 99, reset + 60]);
  });

  it("is told on a 404, and neither on a 401 nor at the token endpoint", async () => {
    const { access_token } = await tokensFor(sign);
    const authorization = `Bearer ${access_token}`;
    const other = await send(sign, "GET", "/v3/account?account_id=other", { headers: { authorization } });
    expect([other.status, other.headers.get("x-ratelimit-limit")]).toEqual([404, "100"]);
    expect((await account(sign, "nonsense")).headers.has("x-ratelimit-limit")).toBe(false);
    const token = await send(sign, "POST", "/oauth/token", { body: {} });
    expect(token.headers.has("x-ratelimit-limit")).toBe(false);
  });

  it("is the injected one where a fault says so", async () => {
    const { access_token } = await tokensFor(sign);
    await sign.faults.next({ operation: "accountGet", kind: "rate_limit", limit: 7 });
    const { status, headers } = await account(sign, access_token);
    expect([status, headers.get("x-ratelimit-limit")]).toEqual([429, "7"]);
  });
});

describe("an event", () => {
  it("goes to whatever http address the app has, signed as the vendor documents", async () => {
    const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        seen.push({ headers: request.headers, body });
        response.end("Hello API Event Received");
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    await sign.changeApp({ eventCallbackUrl: `http://127.0.0.1:${port}/events?code=abc` });
    const headers = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };
    const { clientId, clientSecret } = sign.client;
    const body = { email_address: "new@example.com", client_id: clientId, client_secret: clientSecret };
    await send(sign, "POST", "/v3/account/create", { body, headers });
    await sign.confirmAccount("new@example.com", "a good password");
    await new Promise((resolve) => receiver.close(resolve));
    const json = /name="json"\r\n\r\n(.*)\r\n--/.exec(seen[0]?.body ?? "")?.[1] ?? "";
    expect(seen[0]?.headers).toMatchObject({
      "user-agent": "HelloSign API",
      "content-sha256": createHmac("sha256", demoApiKey).update(json).digest("base64"),
    });
  });

  it.each(["http://app:3000/events", "https://h.example/e?code=abc"])("may go to %s", async (url) => {
    expect((await sign.changeApp({ eventCallbackUrl: url })).app.eventCallbackUrl).toBe(url);
  });

  it.each(["com.example.app:/events", "nowhere", "http://h.example/#a"])("may not go to %s", async (url) => {
    expect((await failure(sign.changeApp({ eventCallbackUrl: url }))).message).toContain(url);
  });

  it("and a callback may be beside it under a compose name, by a change as by a seed", async () => {
    const callbackUrls = ["http://app:3000/callback"];
    expect((await sign.changeApp({ callbackUrls })).app.callbackUrls).toEqual(callbackUrls);
  });
});

describe("the address it is asked at", () => {
  const metadata = async (url: string, host?: string) => {
    const path = "/.well-known/oauth-authorization-server";
    return new Promise<Record<string, string>>((resolve) => {
      requestHttp(`${url}${path}`, { headers: host === undefined ? {} : { host } }, (response) => {
        let text = "";
        response.on("data", (part) => {
          text += part;
        });
        response.on("end", () => resolve(JSON.parse(text)));
      }).end();
    });
  };

  it("is the issuer there, so that discovery holds under each", async () => {
    await using standard = await startEmulator({ profile: "standard" });
    const { port } = new URL(standard.url);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, "countersign:8080", "localhost:32768"])
      expect(await metadata(standard.url, host)).toMatchObject({
        issuer: `http://${host}`,
        token_endpoint: `http://${host}/oauth/token`,
      });
  });

  it("is the public URL where one is set, in the playground's callback too", async () => {
    const emulator = await createEmulator({
      ...{ port: 0, host: "127.0.0.1", data: undefined, log: silentLog, profile: "standard" as const },
      publicUrl: "https://sign.example.com",
    });
    expect((await metadata(emulator.url)).issuer).toBe("https://sign.example.com");
    expect((await metadata(emulator.url, "sign.example.com")).issuer).toBe("https://sign.example.com");
    expect(emulator.facts.apps[0]?.callbackUrls).toEqual(["https://sign.example.com/playground/callback"]);
    await emulator.close();
  });

  it.each([
    ["evil.example", 421],
    ["evil.example:4010", 421],
    ["localhost.evil.example", 421],
    ["127.0.0.1.evil.example", 421],
    ["LOCALHOST", 401],
    ["192.168.1.5:4010", 401],
    ["[::1]:4010", 401],
    ["countersign", 401],
    ["app.localhost", 401],
    ["host.docker.internal:4010", 401],
    ["app.hellosign.com", 401],
  ])(
    "under %s is answered %i: a page that makes its own name lead here reaches nothing",
    async (host, status) => {
      expect(await statusUnder(host)).toBe(status);
    },
  );
});

describe("what is not understood", () => {
  const ask = (path: string) => send(sign, "GET", `/_emulator${path}`);

  it.each([
    ["/requests?reason=nosuch", "reason must be one of "],
    ["/requests?method=get", "method must be one of "],
    ["/requests?path=v3/account", "path must begin with /"],
    ["/requests?status=200&status=400", "status is given twice"],
    ["/outbox/events?type=acount_confirmed", "type must be one of account_confirmed"],
  ])("is refused in the filter %s, which would let a test pass for nothing", async (path, message) => {
    const { status, body } = await ask(path);
    expect([status, body.error.error_msg]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each([
    [{ set: 8.64e15 }],
    [{ set: "10000-01-01" }],
    [{ set: "2026-02-31" }],
    [{ freeze: 253_402_300_800_000 }],
    [{ advance: "36500d", freeze: true }],
  ])("is refused by the clock: %j", async (body) => {
    expect((await send(sign, "POST", "/_emulator/clock", { body })).status).toBe(400);
    expect((await ask("/state")).status).toBe(200);
  });

  it("does not take the clock beyond the last year that can be written, step by step either", async () => {
    await sign.clock.set("9999-12-31T23:00:00Z");
    expect((await failure(sign.clock.advance("2h"))).message).toContain("the end of the year 9999");
    expect((await ask("/state")).status).toBe(200);
    expect((await ask("")).status).toBe(200);
    const late = await failure(startEmulator({ clock: 8.64e15 }));
    expect(late.message).toContain("from 1970 to 9999");
  });

  it("is a body that is not UTF-8; a byte order mark is no part of one", async () => {
    const post = (body: Buffer) =>
      fetch(`${sign.url}/_emulator/clock`, {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body: new Uint8Array(body) },
      });
    expect((await post(Buffer.from('{"advance":"1s"}', "utf16le"))).status).toBe(400);
    expect((await post(Buffer.from('{"advance":"\xe9"}', "latin1"))).status).toBe(400);
    expect((await post(Buffer.from('\ufeff{"advance":"1s"}'))).status).toBe(200);
  });
});

it("a start whose port is taken has not changed the world of the one that runs", async () => {
  const taken = createTcp();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const options = { host: "127.0.0.1", data: undefined, log: silentLog };
  await expect(createEmulator({ ...options, port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
  await new Promise((resolve) => taken.close(resolve));
});
