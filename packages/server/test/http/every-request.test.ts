/** What holds for every request: its id, one host, TLS from now on, a form of another tab, and no secret in the log. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchangeCode, inBody, post, startHouse, tokensFor, web } from "../standard/house.js";
import { formType, send, sendRaw } from "../support/http.js";
import { jack, type TestServer } from "../support/server.js";
import { authorizationQuery, formOf, hasForm, UserAgent } from "../support/user-agent.js";

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

describe("the id of a request", () => {
  it("is the caller's where it is well-formed, is sent back, and stands in the log with trace, address and program", async () => {
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const headers = {
      ...{ "x-request-id": "4f2a-9c.1_B", "user-agent": "curl/8\u00e9\tx" },
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    };
    const answer = await send(`${server.url}/health`, { headers });
    expect(answer.headers["x-request-id"]).toBe("4f2a-9c.1_B");
    const line = JSON.parse(server.logLines.at(-1) as string);
    expect(line).toMatchObject({
      id: "4f2a-9c.1_B",
      trace_id: trace,
      address: "127.0.0.1",
      user_agent: "curl/8??x",
    });
  });

  it("is ours where the caller's is none, on every kind of answer", async () => {
    const ids = new Set<unknown>();
    const given = [
      "short",
      "x".repeat(65),
      "with space 123",
      "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
      "a,b,c,d,e,f",
    ];
    for (const id of given)
      for (const path of ["/health", "/nowhere", "/oauth/token", "/v3/account", "/connected-apps"])
        ids.add(
          (await send(`${server.url}${path}`, { headers: { "x-request-id": id } })).headers["x-request-id"],
        );
    expect(ids.size).toBe(given.length * 5);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{18}$/);
  });
});

describe("two Host headers", () => {
  it("are refused: a proxy may have read the other one", async () => {
    for (const hosts of ["host: a\r\nHost: b", "Host: a\r\nx: y\r\nHOST: a"]) {
      const answer = await sendRaw(
        server.url,
        `GET /health HTTP/1.1\r\n${hosts}\r\nconnection: close\r\n\r\n`,
        false,
      );
      expect(answer.split("\r\n")[0]).toContain(" 400 ");
      expect(answer).toContain("more than one Host header");
    }
    const one = await sendRaw(
      server.url,
      "GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
      false,
    );
    expect(one.split("\r\n")[0]).toContain(" 200 ");
  });
});

describe("what HTTP asks of a request", () => {
  const first = async (head: string) => {
    const answer = await sendRaw(server.url, `${head}\r\nconnection: close\r\n\r\n`, false);
    return [answer.split("\r\n")[0], answer.slice(answer.indexOf("\r\n\r\n") + 4)].join(" ");
  };

  it("is a host from HTTP 1.1 on (RFC 9112 §3.2)", async () => {
    expect(await first("GET /health HTTP/1.1")).toMatch(/ 400 .*no Host header/);
    expect(await first("GET /health HTTP/1.0")).toMatch(/ 200 /);
  });

  it("is no expectation that we cannot meet (RFC 9110 §10.1.1)", async () => {
    expect(await first("GET /health HTTP/1.1\r\nhost: x\r\nexpect: a-reply")).toMatch(/ 417 .*100-continue/);
    expect(await first("GET /health HTTP/1.1\r\nhost: x\r\nexpect: 100-Continue")).toMatch(
      / 100 .*HTTP\/1.1 200 /s,
    );
  });
});

describe("Strict-Transport-Security", () => {
  it("is sent with every answer where TLS is promised, and nowhere else", async () => {
    const strict = await startHouse({ strictTransport: true });
    try {
      for (const path of [
        "/health",
        "/nowhere",
        "/connected-apps",
        "/oauth/token",
        "/.well-known/jwks.json",
      ]) {
        const sent = (await send(`${strict.url}${path}`)).headers["strict-transport-security"];
        expect([path, sent]).toEqual([path, "max-age=31536000"]);
        expect((await send(`${server.url}${path}`)).headers["strict-transport-security"]).toBeUndefined();
      }
    } finally {
      await strict.close();
    }
  });
});

describe("the sign-in form of another tab", () => {
  const query = authorizationQuery(web.clientId);

  it("goes on with the session that there is, without a second password", async () => {
    const agent = new UserAgent(server.url);
    const [first, second] = [
      await agent.get(`/oauth/authorize?${query}`),
      await agent.get(`/oauth/authorize?${query}`),
    ];
    await agent.submit(first, "/oauth/authorize/login", jack);
    const answer = await agent.submit(second, "/oauth/authorize/login", {
      ...jack,
      password: "not looked at",
    });
    expect([answer.status, answer.headers.location]).toEqual([303, `/oauth/authorize?${query}`]);
    expect(hasForm(await agent.follow(answer), "/oauth/authorize?")).toBe(true);
    const own = new UserAgent(server.url);
    const [one, two] = [await own.get("/connected-apps"), await own.get("/connected-apps")];
    await own.submit(one, "/connected-apps/login", jack);
    const shown = await own.submit(two, "/connected-apps/login", jack);
    expect([shown.status, shown.headers.location]).toEqual([303, "/connected-apps"]);
  });

  it("is no way around prompt=login: a password is asked for again", async () => {
    const agent = new UserAgent(server.url);
    const page = await agent.get(`/oauth/authorize?${query}&prompt=login`);
    await agent.submit(await agent.get(`/oauth/authorize?${query}`), "/oauth/authorize/login", jack);
    const answer = await agent.submit(page, "/oauth/authorize/login", {
      ...jack,
      password: "not the password",
    });
    expect(answer.headers.location).toContain("prompt=login");
    expect(hasForm(await agent.follow(answer), "/oauth/authorize/login")).toBe(true);
  });

  it("has still expired where nobody is signed in", async () => {
    const agent = new UserAgent(server.url);
    const { action } = formOf(await agent.get(`/oauth/authorize?${query}`), "/oauth/authorize/login");
    expect((await agent.post(action, { csrf: "x", ...jack })).status).toBe(403);
  });
});

describe("a body of ASCII that declares another charset", () => {
  it("is read: it is the same in all of them", async () => {
    for (const charset of [
      "ISO-8859-1",
      "iso-8859-15",
      "windows-1252",
      "US-ASCII",
      "'utf-8'",
      '"UTF-8"',
      "latin1",
    ]) {
      const headers = { "content-type": `${formType}; charset=${charset}` };
      const body = new URLSearchParams({ token: "x", ...inBody(web) }).toString();
      const answer = await send(`${server.url}/oauth/introspect`, { method: "POST", headers, body });
      expect([charset, answer.status, answer.text]).toEqual([charset, 200, '{"active":false}']);
    }
  });

  it("is refused where it is not ASCII, or where ASCII would not be what it seems", async () => {
    for (const [charset, body] of [
      ["ISO-8859-1", Buffer.from("token=\u00e9", "latin1")],
      ["utf-16", Buffer.from("token=x", "utf16le")],
      ["ebcdic-cp-us", Buffer.from("token=x")],
    ] as const) {
      const headers = { "content-type": `${formType}; charset=${charset}` };
      const answer = await send(`${server.url}/oauth/introspect`, { method: "POST", headers, body });
      expect([charset, answer.status]).toEqual([charset, 415]);
    }
  });
});

describe("a secret in the wrong place", () => {
  it("is in no line of the log and no event of the audit, wherever it was put", async () => {
    const secret = "S3cr3t-of-an-app-0f9e8d7c6b5a";
    const { access_token } = await tokensFor(server, web);
    const before = server.logLines.length;
    for (const value of [secret, access_token]) {
      const fields = [
        "client_id",
        "scope",
        "grant_type",
        "state",
        "redirect_uri",
        "code",
        "refresh_token",
        "resource",
      ];
      for (const name of [...fields, "code_verifier", "client_assertion_type", "token_type_hint", value]) {
        for (const grant of ["authorization_code", "refresh_token"])
          for (const path of ["/oauth/token", "/oauth/revoke", "/oauth/introspect"]) {
            await post(server, path, { grant_type: grant, ...inBody(web), [name]: value });
            await post(server, path, { grant_type: grant, client_id: value, client_secret: web.clientId });
            await post(server, path, { client_id: value, code: "x", refresh_token: "x", token: "x" });
          }
        const query = new URLSearchParams({ response_type: "code", client_id: web.clientId, [name]: value });
        await send(`${server.url}/oauth/authorize?${query}`);
      }
      await post(server, "/oauth/token", {
        grant_type: "refresh_token",
        refresh_token: value,
        scope: value,
        ...inBody(web),
      });
      const { refresh_token } = await tokensFor(server, web);
      const wide = {
        grant_type: "refresh_token",
        refresh_token,
        scope: `account_access ${value}`,
        ...inBody(web),
      };
      expect((await post(server, "/oauth/token", wide)).status).toBe(400);
      for (const path of [`/${value}`, `/v3/${value}`, `/v3/account/${value}`, `/oauth/token/${value}`])
        await send(`${server.url}${path}`);
      await send(`${server.url}/v3/account?access_token=${value}`, { headers: { authorization: value } });
      await exchangeCode(server, { ...web, clientId: value }, value);
    }
    const lines = server.logLines.slice(before).join("\n");
    const audit = JSON.stringify(await server.storage.listAudit({ limit: 10_000 }));
    for (const value of [secret, access_token]) {
      expect(lines).not.toContain(value);
      expect(audit).not.toContain(value);
    }
    expect(lines).toContain('"client_id":"S3cr..."');
  });
});
