/** Requests that are broken on purpose: always a 4xx in the caller's shape, never a crash, never a secret in a log. */

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  boundary,
  formType,
  multipartBody,
  multipartType,
  send,
  sendRaw,
} from "../support/http.js";
import { demo, jack, startServer, type TestServer } from "../support/server.js";
import { account, exchange, newTokens } from "../support/tokens.js";
import { exchangeFields, newCode, textOf, UserAgent } from "../support/user-agent.js";
import { json, posting, refusal } from "./token-endpoint.js";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const post = (...request: Parameters<ReturnType<typeof posting>>) => posting(server)(...request);

const right = exchangeFields(demo, "0123456789abcdef");
const latin1 = (text: string) => Buffer.from(text, "latin1");
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");

describe("a body of JSON", () => {
  const broken: [string, string | Uint8Array, string, number?][] = [
    ["empty", "", "The request body cannot be read: it is empty; send a JSON object"],
    ["white space", " \n\t", "The request body cannot be read: it is empty; send a JSON object"],
    ["cut off", '{"client_id":"', "The request body cannot be read: it is not valid JSON"],
    ["with a trailing comma", '{"code":"a",}', "The request body cannot be read: it is not valid JSON"],
    ["with single quotes", "{'code':'a'}", "The request body cannot be read: it is not valid JSON"],
    ["followed by more", "{}{}", "The request body cannot be read: it is not valid JSON"],
    ["with NaN", '{"code":NaN}', "The request body cannot be read: it is not valid JSON"],
    ["with raw NUL bytes", '{"code":"a\0b"}', "The request body cannot be read: it is not valid JSON"],
    ["a list", "[]", "The request body cannot be read: it must be a JSON object"],
    ["a list of objects", '[{"code":"a"}]', "The request body cannot be read: it must be a JSON object"],
    ["null", "null", "The request body cannot be read: it must be a JSON object"],
    ["a number", "1", "The request body cannot be read: it must be a JSON object"],
    ["a text", '"code"', "The request body cannot be read: it must be a JSON object"],
    ["in Latin-1", latin1('{"code":"é"}'), "The request body cannot be read: it is not valid UTF-8"],
    ["in UTF-16", utf16('{"code":"a"}'), "The request body cannot be read: it is not valid UTF-8"],
    [
      "that is gzip without saying so",
      gzipSync("{}"),
      "The request body cannot be read: it is not valid UTF-8",
    ],
    ["with a number as code", '{"code":1}', "Parameter code: must be a string, not a number"],
    ["with a list as code", '{"code":["a"]}', "Parameter code: must be a string, not a list"],
    ["with an object as code", '{"code":{"a":"b"}}', "Parameter code: must be a string, not a object"],
    [
      "with true as client_id",
      '{"code":"a","client_id":true}',
      "Parameter client_id: must be a string, not a boolean",
    ],
    [
      "with an object as grant_type",
      '{"grant_type":{}}',
      "Parameter grant_type: must be a string, not a object",
    ],
    ["with null, which is as good as nothing", '{"code":null}', "Parameter code is missing"],
    [
      "with fields of its prototype",
      '{"__proto__":{"code":"a"},"constructor":1}',
      "Parameter code is missing",
    ],
    [
      "nested deeply",
      `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`,
      "The request body cannot be read: it is nested more than 64 levels deep",
    ],
    ["that is a form", "client_id=a&code=b", "The request body cannot be read: it is not valid JSON"],
    ["one byte too large", `{"a":"${"x".repeat(65_536 - 7)}"}`, "The request body is too large", 413],
  ];

  it.each(broken)("%s", async (_what, body, text, status = 400) => {
    const answer = await post(body, json);
    expect(refusal(answer, "api")).toBe(text);
    expect(answer.status).toBe(status);
  });

  it("with one field twice", async () => {
    for (const body of [
      '{"code":"a","code":"b"}',
      '{"code":"a","x":{"code":"c"},"c\\u006fde":"a"}',
      '{"code" : "a", "y":"\\"}{", "code"\n:\n"a"}',
    ]) {
      const answer = await post(body, json);
      expect(answer.status).toBe(400);
      expect(refusal(answer, "api")).toBe("Parameter code is repeated");
    }
    const once = await post('{"x":{"code":"a"},"y":[{"code":"b"}],"z":"\\"code\\":","code":"a"}', json);
    expect(refusal(once, "api")).toBe("Parameter client_id is missing");
  });

  it("of the largest size is read", async () => {
    const answer = await post(`{"a":"${"x".repeat(65_536 - 8)}"}`, json);
    expect(refusal(answer, "api")).toBe("Parameter code is missing");
  });

  it.each(["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json", json])(
    "is known by %s",
    async (type) => {
      const code = await newCode(server, demo, jack);
      expect((await post(JSON.stringify(exchangeFields(demo, code)), type)).status).toBe(200);
    },
  );

  it("may begin with a byte order mark, which is no part of the text", async () => {
    const code = await newCode(server, demo, jack);
    expect((await post(`\ufeff${JSON.stringify(exchangeFields(demo, code))}`, json)).status).toBe(200);
  });
});

describe("a form", () => {
  const broken: [string, string | Uint8Array, string][] = [
    ["empty", "", "Parameter code is missing"],
    ["with nothing but ampersands", "&&&", "Parameter code is missing"],
    ["with a field twice", "code=a&code=a", "Parameter code is repeated"],
    [
      "with grant_type twice",
      "grant_type=refresh_token&grant_type=authorization_code",
      "Parameter grant_type is repeated",
    ],
    ["with the client twice", "code=a&client_id=a&client_id=b", "Parameter client_id is repeated"],
    [
      "with a broken percent-encoding",
      "code=%zz",
      "The request body cannot be read: its percent-encoding is broken",
    ],
    [
      "with a cut percent-encoding",
      "code=a%4",
      "The request body cannot be read: its percent-encoding is broken",
    ],
    [
      "with percent-encoded Latin-1",
      "code=%e9",
      "The request body cannot be read: its percent-encoding is broken",
    ],
    ["with a broken name", "%=1", "The request body cannot be read: its percent-encoding is broken"],
    ["in Latin-1", latin1("code=é"), "The request body cannot be read: it is not valid UTF-8"],
    ["in UTF-16", utf16("code=a"), "The request body cannot be read: it is not valid UTF-8"],
    ["of 101 fields", "a=1&".repeat(101), "The request body cannot be read: it has too many parameters"],
    ["that is JSON", '{"code":"a"}', "Parameter code is missing"],
    ["with brackets, which mean nothing", "code[]=a&code[b]=c", "Parameter code is missing"],
    [
      "with NUL bytes",
      "code=%00&client_id=\0&client_secret=%00",
      "Either the combo client_id/code is wrong or this request was made more than 1 hour after the inital grant",
    ],
  ];

  it.each(broken)("%s", async (_what, body, text) => {
    const answer = await post(body, formType);
    expect(answer.status).toBe(400);
    expect(refusal(answer, "rfc6749")).toBe(text);
  });

  it("reads plus as a space, and semicolons as text", async () => {
    const answer = await post("grant_type=a+b;code=c", formType);
    expect(refusal(answer, "rfc6749")).toBe("Supported grant types are authorization_code and refresh_token");
  });

  it("keeps what is sent in the query out of the request", async () => {
    const query = new URLSearchParams(right).toString();
    const answer = await post("", formType, {}, `/oauth/token?${query}`);
    expect(refusal(answer, "rfc6749")).toBe("Parameter code is missing");
  });
});

describe("a multipart body", () => {
  const part = (head: string, body = "a") => `--${boundary}\r\n${head}\r\n\r\n${body}\r\n`;
  const field = (name: string, body?: string) => part(`Content-Disposition: form-data; name="${name}"`, body);
  const end = `--${boundary}--\r\n`;
  const cannot = "The request body cannot be read: ";
  const broken: [string, string | Uint8Array, string, string?][] = [
    [
      "without a boundary",
      multipartBody(right),
      `${cannot}its multipart boundary is missing or broken`,
      "multipart/form-data",
    ],
    [
      "with an empty boundary",
      multipartBody(right),
      `${cannot}its multipart boundary is missing or broken`,
      "multipart/form-data; boundary=",
    ],
    [
      "with another boundary",
      multipartBody(right),
      `${cannot}it is not well-formed multipart/form-data`,
      "multipart/form-data; boundary=b",
    ],
    ["empty", "", `${cannot}it is not well-formed multipart/form-data`],
    ["without its end", field("code"), `${cannot}it is not well-formed multipart/form-data`],
    ["cut within a part", field("code").slice(0, -4), `${cannot}it is not well-formed multipart/form-data`],
    [
      "cut within a head",
      part('Content-Disposition: form-data; name="co').slice(0, 60),
      `${cannot}it is not well-formed multipart/form-data`,
    ],
    ["that is JSON", JSON.stringify(right), `${cannot}it is not well-formed multipart/form-data`],
    ["of no part", end, "Parameter code is missing"],
    [
      "with a file",
      part('Content-Disposition: form-data; name="code"; filename="a.txt"') + end,
      `${cannot}it must not hold files`,
    ],
    [
      "with a file among fields",
      field("code") + part('Content-Disposition: form-data; name="x"; filename="a"') + end,
      `${cannot}it must not hold files`,
    ],
    [
      "with a part of octets",
      part('Content-Disposition: form-data; name="x"\r\nContent-Type: application/octet-stream') + end,
      `${cannot}it must not hold files`,
    ],
    ["of 101 parts", field("a").repeat(101) + end, `${cannot}it has too many parts`],
    ["of 500 parts", field("a").repeat(500) + end, `${cannot}it has too many parts`],
    ["of 1000 parts", field("a").repeat(1000) + end, "The request body is too large"],
    ["with a field twice", field("code") + field("code") + end, "Parameter code is repeated"],
    ["with a part without a name", part("Content-Disposition: form-data") + end, "Parameter code is missing"],
    ["with a part without a head", part("") + end, "Parameter code is missing"],
    ["with an endless head", part(`X: ${"x".repeat(50_000)}`) + end, "Parameter code is missing"],
  ];

  it.each(broken)("%s", async (_what, body, text, type = multipartType) => {
    const answer = await post(body, type);
    expect([400, 413]).toContain(answer.status);
    expect(refusal(answer, "rfc6749")).toBe(text);
  });

  it("of exactly 100 parts is read", async () => {
    const answer = await post(field("a").repeat(99) + field("b") + end, multipartType);
    expect(refusal(answer, "rfc6749")).toBe("Parameter code is missing");
  });
});

describe("a body of another kind", () => {
  it.each([
    ["XML", "<code>a</code>", "application/xml"],
    ["plain text", "code=a", "text/plain"],
    ["octets", Buffer.from([0, 1, 2, 255]), "application/octet-stream"],
    ["nothing that is said", "code=a", undefined],
    ["a type of one word", "code=a", "form"],
    ["almost a form", "code=a", "application/x-www-form-urlencoded2"],
  ])("%s is 415, in the shape of RFC 6749", async (_what, body, type) => {
    const answer = await post(body, type);
    expect(answer.status).toBe(415);
    expect(refusal(answer, "rfc6749")).toBe(
      "Content-Type must be application/json, application/x-www-form-urlencoded or multipart/form-data",
    );
  });

  it.each(["latin1", "iso-8859-1", "utf-16", '"utf-16le"', "x"])("the charset %s is 415", async (charset) => {
    for (const [type, shape] of [
      [json, "api"],
      [formType, "rfc6749"],
    ] as const) {
      const answer = await post(latin1('{"x":"\u00e9"}'), `${type}; charset=${charset}`);
      expect(answer.status).toBe(415);
      expect(refusal(answer, shape)).toBe("The charset of the body must be UTF-8");
    }
  });

  it.each(["gzip", "br", "deflate", "x", "identity, gzip"])(
    "the Content-Encoding %s is 415",
    async (encoding) => {
      const answer = await post(gzipSync(JSON.stringify(right)), json, { "content-encoding": encoding });
      expect(answer.status).toBe(415);
      expect(refusal(answer, "api")).toBe("Content-Encoding is not supported: send the body as it is");
    },
  );

  it("a Content-Type that is none at all is a 4xx", async () => {
    for (const type of [";;;", "/", "a/b/c", "application/json/", "\u00e9", ";charset=utf-8", "multipart/"]) {
      const answer = await post(JSON.stringify(right), type);
      expect([400, 415], type).toContain(answer.status);
      refusal(answer, "rfc6749");
    }
  });

  it("no body and no type at all is a form without fields", async () => {
    const answer = await send(`${server.url}/oauth/token`, { method: "POST" });
    expect(answer.status).toBe(400);
    expect(refusal(answer, "rfc6749")).toBe("Parameter code is missing");
  });

  it.each([
    [json, "api"],
    [formType, "rfc6749"],
    [multipartType, "rfc6749"],
  ] as const)("2 MiB of %s are 413, in the caller's shape", async (type, shape) => {
    const whole = await post("x".repeat(2 * 1024 * 1024), type);
    expect(whole.status).toBe(413);
    expect(refusal(whole, shape)).toBe("The request body is too large");
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const head = `POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunked = await sendRaw(server.url, `${head}${chunk.repeat(32)}0\r\n\r\n`);
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    expect(chunked).toContain("The request body is too large");
  });
});

describe("another method or address", () => {
  it.each(["GET", "PUT", "PATCH", "DELETE"])("%s of the token endpoint is 405 with Allow", async (method) => {
    for (const [type, shape] of [
      [json, "api"],
      [formType, "rfc6749"],
    ] as const) {
      const answer = await send(`${server.url}/oauth/token`, { method, headers: { "content-type": type } });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe("POST");
      expect(refusal(answer, shape)).toBe(`Method ${method} is not supported here; use POST`);
    }
  });

  it.each(["HEAD", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "REPORT"])(
    "%s is a 4xx and no crash",
    async (method) => {
      for (const path of ["/oauth/token", "/oauth/authorize", "/v3/account", "/", "*"]) {
        const answer = await sendRaw(
          server.url,
          `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
        );
        expect(answer, `${method} ${path}`).toMatch(method === "HEAD" ? /^HTTP\/1\.1 [24]/ : /^HTTP\/1\.1 4/);
      }
    },
  );

  it("an address under /v3 that is none is 404 in the API's words", async () => {
    for (const path of ["/v3/nothing", "/v3/oauth/token/", "/v3/oauth/tokens", "/v3/account/x"]) {
      const answer = await post("{}", json, {}, path);
      expect(answer.status).toBe(404);
      expect(refusal(answer, "api")).toBe("Invalid URI...");
    }
  });

  it("what the live service does not have is 404", async () => {
    for (const path of [
      "/oauth/revoke",
      "/oauth/introspect",
      "/.well-known/oauth-authorization-server",
      "/.well-known/jwks.json",
    ]) {
      expect((await send(`${server.url}${path}`)).status).toBe(404);
      expect((await post("token=a", formType, {}, path)).status).toBe(404);
    }
  });

  it("the token endpoint under an absolute or percent-encoded address answers in the caller's shape", async () => {
    const request = (target: string, type: string, body: string) =>
      sendRaw(
        server.url,
        `POST ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    for (const target of [`${server.url}/oauth/token`, "/oauth/%74oken", "/oauth/token"]) {
      const form = await request(target, formType, "code=a");
      expect(form, target).toMatch(/^HTTP\/1\.1 400 /);
      expect(form, target).toContain('"error_description":"Parameter client_id is missing"');
      expect(await request(target, json, "{}"), target).toContain('"error_msg":"Parameter code is missing"');
    }
  });
});

describe("a query that is broken", () => {
  it.each(["%", "%zz=1", "%ff", "refresh=%ff&%", "?????", "\u00ff"])(
    "%j changes nothing at the token endpoint",
    async (query) => {
      const raw = `POST /oauth/token?${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
      expect(await sendRaw(server.url, Buffer.from(raw, "latin1"))).toMatch(/^HTTP\/1\.1 4/);
    },
  );

  it.each(["%", "client_id=%ff", "client_id=%00", "client_id=%f0%9f%96%8b", "client_id[]=a"])(
    "%j is a page at the authorization endpoint",
    async (query) => {
      const raw = `GET /oauth/authorize?${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      const answer = await sendRaw(server.url, Buffer.from(raw, "latin1"));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain("This link cannot be used");
    },
  );

  it("survives sign-in with raw bytes in it", async () => {
    const agent = new UserAgent(server.url);
    const query = `response_type=code&client_id=${demo.clientId}&state=%zz&other=%ff`;
    const page = await agent.openConsent(query, jack);
    expect(textOf(page.text)).toContain("Demo app asks for access");
  });

  it("survives a header of cookies that are none", async () => {
    for (const cookie of [
      "=",
      ";;;",
      "a",
      `countersign-session-${new URL(server.url).port}=%00`,
      "a=b=c;".repeat(500),
    ]) {
      const answer = await send(
        `${server.url}/oauth/authorize?response_type=code&client_id=${demo.clientId}`,
        {
          headers: { cookie, accept: "text/html" },
        },
      );
      expect(answer.status).toBe(200);
    }
  });
});

describe("what is not HTTP", () => {
  it.each([
    ["nonsense", "hello\r\n\r\n"],
    ["octets", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01])],
    ["a header without a colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n"],
    ["NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nx: a\0b\r\n\r\n"],
    [
      "two lengths that differ",
      "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    ["a negative length", "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"],
    [
      "length and chunks together",
      "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["broken chunks", "POST /oauth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ["a space in the address", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["a method nobody knows", "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["HTTP of another world", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"],
  ])("%s is answered 400 in JSON, and the connection is closed", async (_what, bytes) => {
    const answer = await sendRaw(server.url, bytes, false);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    const body = answer.slice(answer.lastIndexOf("\r\n\r\n") + 4);
    expect(JSON.parse(body)).toEqual({
      error: { error_msg: "The request is not well-formed HTTP", error_name: "bad_request" },
    });
  });

  it("headers without end are 431", async () => {
    const answer = await sendRaw(
      server.url,
      `GET / HTTP/1.1\r\nHost: a\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
      false,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("a request that is cut off leaves the server as it was", async () => {
    const head =
      "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    await sendRaw(server.url, head);
    const { destroyed } = server.app.server.server as unknown as { destroyed?: boolean };
    expect(destroyed).not.toBe(true);
    expect((await send(`${server.url}/health`)).status).toBe(200);
  });
});

describe("logs and refusals", () => {
  const secrets = {
    client_secret: "S3CRET-client-secret",
    code: "5ec2e7c0de5ec2e7",
    refresh_token: "S3CRETrefreshtoken",
    state: "S3CRET-state",
    code_verifier: "S3CRET-verifier",
    password: "S3CRET-password",
    client_assertion: "S3CRET.assertion.x",
  };

  it("never contain a secret, code or token that was sent, wherever it was put", async () => {
    const all = { ...right, ...secrets };
    const answers: Answer[] = [];
    const wrongs: Record<string, string>[] = [
      {},
      { grant_type: "x" },
      { client_id: "x" },
      { grant_type: "refresh_token" },
      { scope: "x" },
    ];
    for (const wrong of wrongs) {
      const fields = { ...all, ...wrong };
      answers.push(await post(JSON.stringify(fields), json));
      answers.push(await post(new URLSearchParams(fields).toString(), formType));
      answers.push(await post(multipartBody(fields), multipartType));
      answers.push(await post("", formType, {}, `/oauth/token?${new URLSearchParams(fields)}`));
      answers.push(await post(`${JSON.stringify(fields)}x`, json));
      answers.push(await post(JSON.stringify(fields), "text/plain"));
    }
    answers.push(await post("{}", json, { authorization: `Bearer ${secrets.refresh_token}` }));
    answers.push(
      await send(`${server.url}/v3/account`, {
        headers: { authorization: `Bearer ${secrets.refresh_token}` },
      }),
    );
    answers.push(
      await send(`${server.url}/v3/account`, {
        headers: { authorization: `Basic ${btoa(secrets.password)}` },
      }),
    );
    answers.push(await send(`${server.url}/v3/account?access_token=${secrets.refresh_token}`));
    for (const { text } of answers) expect(text).not.toMatch(/S3CRET|5ec2e7c0de/i);
    expect(answers.length).toBeGreaterThan(30);
    expect(server.logLines.join("\n")).not.toMatch(/S3CRET|5ec2e7c0de/i);
  });

  it("never contain a code, token or cookie that was issued, nor a person's password", async () => {
    const before = server.logLines.length;
    const agent = new UserAgent(server.url);
    const query = `response_type=code&client_id=${demo.clientId}&state=S3CRET-state`;
    const code = (await agent.authorize(query, jack)).searchParams.get("code") ?? "";
    const tokens = await exchange(server, demo, code);
    await account(server, tokens.access_token);
    const others = await newTokens(server, demo, jack);
    await post(JSON.stringify(exchangeFields(demo, code)), json);
    await account(server, tokens.access_token);
    const lines = server.logLines.slice(before).join("\n");
    expect(lines).toContain('"path":"/oauth/token"');
    const issued = [code, tokens, others].flatMap((value) =>
      typeof value === "string" ? [value] : [value.access_token, value.refresh_token],
    );
    for (const value of [...issued, ...agent.cookies.values(), jack.password, demo.clientSecret, "S3CRET"]) {
      expect(value.length).toBeGreaterThan(5);
      expect(lines).not.toContain(value);
    }
  });

  it("never contain a client secret that was put where the client_id belongs", async () => {
    const before = server.logLines.length;
    const swapped = { ...right, client_id: demo.clientSecret, client_secret: demo.clientId };
    await post(JSON.stringify(swapped), json);
    await post(JSON.stringify({ ...swapped, grant_type: "refresh_token", refresh_token: "x" }), json);
    await send(`${server.url}/oauth/authorize?response_type=code&client_id=${demo.clientSecret}`);
    const lines = server.logLines.slice(before).join("\n");
    expect(lines.match(/"reason":"client_unknown"/g)).toHaveLength(3);
    expect(lines).not.toContain(demo.clientSecret);
    expect(JSON.stringify(await server.storage.listAudit({ limit: 50 }))).not.toContain(demo.clientSecret);
  });

  it("cannot be given a line of the caller's making", async () => {
    const before = server.logLines.length;
    const forged = "x\n2026-01-15 info request path=/forged";
    await post(JSON.stringify({ ...right, client_id: forged }), json);
    await post("", undefined, {}, "/oauth%0aforged");
    const lines = server.logLines.slice(before);
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).not.toContain("\n");
  });
});
