/** Attacks below the protocol: paths, hosts, doubled parameters, size, slowness, headers, logs (RFC 9700 §4.13, RFC 6819 §4.4.1.11). */

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textLog } from "../../src/log.js";
import {
  auditOf,
  authorize,
  codeFor,
  exchangeCode,
  inBody,
  pkce,
  post,
  refusalOf,
  startHouse,
  verifier,
  web,
} from "../standard/house.js";
import { boundary, formType, multipartType, send, sendForm, sendJson, sendRaw } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { tokensOf } from "../support/tokens.js";
import { authorizationQuery, callbackOf, UserAgent } from "../support/user-agent.js";

let server: TestServer;
beforeEach(async () => {
  server = await startHouse();
});
afterEach(() => server.close());

describe("path tricks", () => {
  it("finds no endpoint behind another spelling of its path", async () => {
    const code = await codeFor(server, web);
    const grant = { grant_type: "authorization_code", code, ...inBody(web) };
    const spellings = [
      ...["/oauth/token/", "//oauth/token", "/OAUTH/token", "/oauth/token;x=1", "/oauth/token%00"],
      ...[
        "/oauth/./token",
        "/oauth/x/../token",
        "/oauth/%2e%2e/oauth/token",
        "/oauth%2ftoken",
        "/oauth\\token",
      ],
    ];
    for (const spelling of spellings) {
      const body = new URLSearchParams(grant).toString();
      const head = `POST ${spelling} HTTP/1.1\r\nhost: x\r\ncontent-type: ${formType}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
      const answer = await sendRaw(server.url, head + body, false);
      expect(answer.split("\r\n")[0]).toMatch(/ 40[04] /);
    }
    expect((await exchangeCode(server, web, code)).status).toBe(200);
  });

  it("holds an encoded spelling that is the same path to the same limit", async () => {
    const client = { capacity: 3, periodSeconds: 60 };
    const limited = await startHouse({ rateLimits: { client, address: undefined, account: undefined } });
    try {
      const paths = ["/oauth/token", "/oauth/%74oken", "/v3/oauth/token", "/oauth/token?refresh"];
      const statuses: number[] = [];
      for (const one of paths)
        statuses.push(
          (await post(limited, one, { grant_type: "authorization_code", client_id: "web" })).status,
        );
      expect(statuses).toEqual([400, 400, 400, 429]);
    } finally {
      await limited.close();
    }
  });

  it("serves no file but its own two assets", async () => {
    for (const one of [
      "/assets/../package.json",
      "/assets/%2e%2e%2fpackage.json",
      "/.env",
      "/countersign.db",
    ])
      expect((await send(`${server.url}${one}`)).status).toBe(404);
  });
});

describe("host header tricks", () => {
  it("believes no host that a request names: not in links, metadata, redirects, cookies or tokens", async () => {
    const hosts = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    const forwarded = { ...hosts, forwarded: "host=evil.example", "x-original-url": "/admin" };
    const metadata = await send(`${server.url}/.well-known/oauth-authorization-server`, {
      headers: forwarded,
    });
    expect(metadata.json().issuer).toBe(server.url);
    const agent = new UserAgent(server.url);
    const query = authorizationQuery(web.clientId);
    const page = await agent.get(`/oauth/authorize?${query}`, forwarded);
    const signedIn = await agent.submit(page, "/oauth/authorize/login", jack);
    const consent = await agent.get(String(signedIn.headers.location), forwarded);
    const callback = callbackOf(await agent.submit(consent, "/oauth/authorize?", { decision: "allow" }));
    expect(callback.searchParams.get("iss")).toBe(server.url);
    for (const answer of [metadata, page, signedIn, consent])
      expect(JSON.stringify(answer.headers) + answer.text).not.toContain("evil.example");
  });

  it("is the same server whatever address the request line holds", async () => {
    const metadata = "/.well-known/oauth-authorization-server";
    const ask = (target: string) =>
      sendRaw(server.url, `GET ${target} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`, false);
    expect(await ask(`http://evil.example${metadata}`)).toContain(`"issuer":"${server.url}"`);
    for (const target of [`//evil.example${metadata}`, "evil.example:443", `@evil.example${metadata}`])
      expect((await ask(target)).split("\r\n")[0]).toMatch(/ 40[04] /);
  });
});

describe("parameter pollution", () => {
  it("refuses a token request in which any known parameter comes twice", async () => {
    const code = await codeFor(server, web, { ...pkce, state: "s" });
    const grant = { grant_type: "authorization_code", code, redirect_uri: String(web.callbackUrls[0]) };
    const whole = { ...grant, ...inBody(web), state: "s", code_verifier: verifier };
    for (const name of [...Object.keys(whole), "resource"]) {
      const twice: [string, string][] = [...Object.entries(whole), [name, "another"], [name, "yet another"]];
      const [status, error] = refusalOf(await post(server, "/oauth/token", twice));
      expect([name, status, error]).toEqual([
        name,
        400,
        name === "resource" ? "invalid_target" : "invalid_request",
      ]);
    }
    expect(tokensOf(await post(server, "/oauth/token", whole)).refresh_token).toBeTruthy();
  });

  it("refuses it at revocation, introspection and refresh as well, and in multipart", async () => {
    const twice = (name: string) =>
      [...Object.entries(inBody(web)), [name, "a"], [name, "b"]] as [string, string][];
    for (const endpoint of ["revoke", "introspect"])
      expect(refusalOf(await post(server, `/oauth/${endpoint}`, twice("token")))).toEqual([
        400,
        "invalid_request",
      ]);
    const refresh = [...twice("refresh_token"), ["grant_type", "refresh_token"]] as [string, string][];
    expect(refusalOf(await post(server, "/oauth/token", refresh))).toEqual([400, "invalid_request"]);
    const part = (name: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const body = `${part("grant_type", "authorization_code")}${part("code", "a")}${part("code", "b")}--${boundary}--\r\n`;
    const multipart = await send(`${server.url}/oauth/token`, {
      ...{ method: "POST", body, headers: { "content-type": multipartType } },
    });
    expect(multipart.json()).toMatchObject({ error_description: "Parameter code is repeated" });
  });

  it("refuses an authorization request in which any known parameter comes twice", async () => {
    const whole = { ...Object.fromEntries(new URLSearchParams(authorizationQuery(web.clientId))) };
    const known = {
      scope: "",
      state: "",
      code_challenge: "",
      code_challenge_method: "",
      prompt: "",
      max_age: "",
    };
    const agent = new UserAgent(server.url);
    for (const name of Object.keys({ ...whole, redirect_uri: "", ...known, login_hint: "" })) {
      const query = new URLSearchParams([...Object.entries(whole), [name, "a"], [name, "b"]]);
      const answer = await agent.get(`/oauth/authorize?${query}`);
      if (name === "client_id" || name === "redirect_uri") expect(answer.status).toBe(400);
      else expect(callbackOf(answer).searchParams.get("error")).toBe("invalid_request");
    }
  });

  it("takes no list, object or number for a parameter, and no other spelling of its name", async () => {
    const code = await codeFor(server, web);
    const grant = { grant_type: "authorization_code", ...inBody(web) };
    const values = [[code], { 0: code }, 7, true, [[code]]];
    for (const value of values) {
      const answer = await sendJson(`${server.url}/oauth/token`, { ...grant, code: value });
      expect([answer.status, answer.json().error]).toMatchObject([400, { error_name: "bad_request" }]);
    }
    for (const name of ["code[]", "code[0]", "Code", "code%00", " code"]) {
      const answer = await post(server, "/oauth/token", { ...grant, [name]: code });
      expect(answer.json()).toMatchObject({ error_description: "Parameter code is missing" });
    }
    expect((await exchangeCode(server, web, code)).status).toBe(200);
  });

  it("reads a token request from the body alone: nothing in the query adds to it", async () => {
    const code = await codeFor(server, web);
    const grant = { grant_type: "authorization_code", code, ...inBody(web) };
    const query = new URLSearchParams({ code: "other", client_id: "other", code_verifier: verifier });
    const answer = await sendForm(`${server.url}/oauth/token?${query}`, grant);
    expect(tokensOf(answer).access_token).toBeTruthy();
  });
});

describe("oversized requests", () => {
  it("refuses a body, headers and a number of parameters that no request needs, in the caller's shape", async () => {
    const big = await post(server, "/oauth/token", { code: "x".repeat(66_000) });
    expect(refusalOf(big)).toEqual([413, "invalid_request"]);
    const many = Array.from({ length: 101 }, (_, index) => [`p${index}`, "x"] as [string, string]);
    expect(refusalOf(await post(server, "/oauth/token", many))).toEqual([400, "invalid_request"]);
    const head = `GET /health HTTP/1.1\r\nhost: x\r\nx-big: ${"x".repeat(20_000)}\r\n\r\n`;
    expect((await sendRaw(server.url, head, false)).split("\r\n")[0]).toContain(" 431 ");
    const deep = await sendJson(`${server.url}/oauth/token`, `${"[".repeat(30_000)}${"]".repeat(30_000)}`);
    expect(deep.status).toBe(400);
    expect((await send(`${server.url}/health`)).status).toBe(200);
  });

  it("refuses a body that is compressed: it could grow without end", async () => {
    const answer = await post(server, "/oauth/token", inBody(web), { "content-encoding": "gzip" });
    expect(answer.status).toBe(415);
  });

  it("refuses files, broken multipart and what is not UTF-8", async () => {
    const file = `--${boundary}\r\nContent-Disposition: form-data; name="code"; filename="x"\r\n\r\nx\r\n--${boundary}--\r\n`;
    const bodies: [string, string | Uint8Array][] = [
      [multipartType, file],
      [multipartType, `--${boundary}\r\n`],
      ["multipart/form-data", file],
      [formType, "code=%zz"],
      [formType, Uint8Array.of(0x63, 0x3d, 0xff)],
      ["application/json", "{"],
    ];
    for (const [type, body] of bodies) {
      const headers = { "content-type": type };
      const answer = await send(`${server.url}/oauth/token`, { method: "POST", headers, body });
      expect(answer.status).toBe(400);
    }
  });
});

describe("slow requests", () => {
  const connections = { headersMilliseconds: 500, requestMilliseconds: 800, checkMilliseconds: 50 };

  /** Sends a beginning and then a byte now and again, and resolves to what came back when the server hung up. */
  const drip = (url: string, beginning: string) =>
    new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      // At once, not when it is connected: on a busy machine a byte of the timer would come before it.
      socket.write(beginning);
      const timer = setInterval(() => socket.write("x"), 30);
      socket.on("data", (data) => {
        text += data;
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        clearInterval(timer);
        resolve(text);
      });
    });

  it("hangs up on whoever sends headers or a body drop by drop, and serves the others meanwhile", async () => {
    const house = await startHouse({ connections });
    try {
      const slow = [
        drip(house.url, "GET /health HTTP/1.1\r\nhost: x\r\nx-slow: "),
        drip(
          house.url,
          `POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: ${formType}\r\ncontent-length: 9999\r\n\r\n`,
        ),
        ...Array.from({ length: 50 }, () => drip(house.url, "POST /oauth/token HTTP/1.1\r\n")),
      ];
      await sleep(60);
      expect((await send(`${house.url}/health`)).status).toBe(200);
      // Each connection is closed. Whoever goes on sending may lose the answer, but most of them get to read it.
      const answers = (await Promise.all(slow)).filter((text) => text !== "");
      expect(answers.length).toBeGreaterThan(0);
      for (const text of answers) expect(text).toContain(" 408 Request Timeout");
    } finally {
      await house.close();
    }
  });

  it("gives a request 15 seconds in all, and its headers 10, unless told otherwise", () => {
    const { headersTimeout, requestTimeout } = server.app.server.server;
    expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 10_000, requestTimeout: 15_000 });
  });
});

describe("header injection", () => {
  it("puts no line break of a parameter into an answer's headers", async () => {
    const attack = "x\r\nset-cookie: planted=1\r\nlocation: https://evil.example\r\n\r\n<html>";
    const callback = await authorize(server, web, { state: attack });
    expect(callback.searchParams.get("state")).toBe(attack);
    const agent = new UserAgent(server.url);
    const attacked: Record<string, string>[] = [
      ...[{ state: attack, scope: "x y" }, { redirect_uri: attack }, { client_id: attack }],
      ...[{ login_hint: attack }, { prompt: attack, state: attack }],
    ];
    for (const parameters of attacked) {
      const query = new URLSearchParams({ response_type: "code", client_id: web.clientId, ...parameters });
      const { headers } = await agent.get(`/oauth/authorize?${query}`);
      expect(JSON.stringify(headers)).not.toContain("planted=1");
      expect(headers.location ?? web.callbackUrls[0]).toMatch(/^https:\/\/web\.example\.com\/callback/);
    }
  });

  it("refuses a request that could be read as two", async () => {
    const inner = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    const smuggled = [
      `content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      `content-length: 0\r\ncontent-length: ${inner.length}\r\n\r\n${inner}`,
      `transfer-encoding: xchunked\r\n\r\n${inner}`,
      `content-length: +0\r\n\r\n${inner}`,
    ];
    for (const rest of smuggled) {
      const answer = await sendRaw(server.url, `POST /oauth/token HTTP/1.1\r\nhost: x\r\n${rest}`, false);
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400"]);
    }
  });

  it("refuses an error text that would break out of its place", async () => {
    const scope = 'x" y';
    const answer = await new UserAgent(server.url).get(
      `/oauth/authorize?${authorizationQuery(web.clientId, { scope: `\u00e9\\${scope}` })}`,
    );
    expect(callbackOf(answer).searchParams.get("error_description")).toMatch(
      /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/,
    );
  });
});

describe("log injection", () => {
  it("writes one line for each request, whatever is in it", async () => {
    const forged =
      'web\n12:00:00.000 info  request status=200\r\n{"level":"info"}\u001b[2J\u009b2J\u2028\u202e';
    const before = server.logLines.length;
    await post(server, "/oauth/token", { grant_type: forged, client_id: forged, code: forged });
    await post(server, "/oauth/token", {
      grant_type: "authorization_code",
      code: "x",
      client_id: forged,
      client_secret: "x",
    });
    await new UserAgent(server.url).get(`/oauth/authorize?${authorizationQuery(forged, { scope: forged })}`);
    await new UserAgent(server.url).get(`/${encodeURIComponent(forged)}`);
    const lines = server.logLines.slice(before);
    expect(lines.length).toBe(8);
    for (const line of lines) expect(line).not.toMatch(/[\x00-\x1f]/);
    // Nothing either that a terminal would act on, or that would turn the text around.
    for (const line of lines) expect(line).not.toMatch(/[\x7f-\x9f\u2028\u2029\u202e]/);
    expect(lines.join("")).toContain("client_unknown");
    const [event] = await auditOf(server, "client_authentication_failed");
    expect(event?.clientId).toMatch(/^[\x21-\x7e]+$/);
  });

  it("escapes what a terminal would act on, wherever a value of the log comes from", () => {
    const lines: string[] = [];
    textLog((line) => lines.push(line), server.clock.now).warn(
      { err: new Error("a\u009b2J\nb"), x: "\u202ea\x7f" },
      "m",
    );
    expect(lines).toEqual(['12:00:00.000 warn  m err="Error: a\\u009b2J\\nb" x="\\u202ea\\u007f"']);
  });
});
