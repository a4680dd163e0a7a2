/** Made-up bodies and authorization requests: always a 4xx in the caller's shape, and nobody is led elsewhere. COUNTERSIGN_TEST_LONG=1 sends many more. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../../../test/support/long.js";
import { anyCharacter } from "../../../../test/support/text.js";
import { fc } from "../support/fuzz.js";
import { formType, multipartBody, multipartType, send } from "../support/http.js";
import { demo, jack, startServer, type TestServer } from "../support/server.js";
import { UserAgent } from "../support/user-agent.js";
import { json, posting, refusal } from "./token-endpoint.js";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe("fuzzed bodies", () => {
  const names = fc.constantFrom(
    ...[
      "grant_type",
      "client_id",
      "client_secret",
      "code",
      "state",
      "redirect_uri",
      "refresh_token",
      "scope",
    ],
  );
  const texts = fc.oneof(
    fc.constantFrom(
      "authorization_code",
      "refresh_token",
      demo.clientId,
      demo.clientSecret,
      "0123456789abcdef",
      "",
    ),
    fc.string({ unit: anyCharacter, maxLength: 40 }),
    fc.base64String({ maxLength: 150 }),
  );
  const values = fc.oneof(
    { weight: 5, arbitrary: texts },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
  const pairs = fc.array(fc.tuple(fc.oneof(names, texts), texts), { maxLength: 8 });
  const bodies = fc.oneof(
    fc
      .dictionary(fc.oneof(names, texts), values, { maxKeys: 8 })
      .map((body) => ({ type: json, body: JSON.stringify(body) })),
    fc.jsonValue().map((body) => ({ type: json, body: JSON.stringify(body) })),
    pairs.map((list) => ({ type: formType, body: list.map((pair) => pair.join("=")).join("&") })),
    pairs.map((list) => ({
      type: formType,
      body: new URLSearchParams(list).toString(),
    })),
    pairs.map((list) => ({ type: multipartType, body: multipartBody(Object.fromEntries(list)) })),
    fc.tuple(pairs, fc.nat(300), texts).map(([list, at, noise]) => {
      const whole = multipartBody(Object.fromEntries(list));
      return { type: multipartType, body: whole.slice(0, at) + noise + whole.slice(at) };
    }),
    fc
      .tuple(
        fc.constantFrom(json, formType, multipartType, "text/xml", undefined),
        fc.uint8Array({ maxLength: 300 }),
      )
      .map(([type, body]) => ({ type, body })),
  );
  const paths = fc.constantFrom(
    "/oauth/token",
    "/oauth/token?refresh",
    "/v3/oauth/token",
    "/v3/oauth/token?refresh",
  );

  it("are each answered with a 4xx in the caller's shape", async () => {
    const property = fc.asyncProperty(bodies, paths, async ({ type, body }, path) => {
      const answer = await posting(server)(body, type, {}, path);
      expect([400, 401, 415]).toContain(answer.status);
      refusal(answer, type === json ? "api" : "rfc6749");
      return true;
    });
    await fc.assert(property, { numRuns: times({ short: 1000, long: 20_000 }) });
    expect(server.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

describe("fuzzed authorization requests", () => {
  const names = fc.constantFrom(
    ...[
      "response_type",
      "client_id",
      "redirect_uri",
      "state",
      "scope",
      "prompt",
      "max_age",
      "code_challenge",
      "%",
      "",
    ],
  );
  const values = fc.oneof(
    fc.constantFrom(
      "code",
      "token",
      demo.clientId,
      "",
      "http://127.0.0.1:9/callback",
      "http://evil.example/",
      "%zz",
    ),
    fc.string({ unit: anyCharacter, maxLength: 30 }).map((text) => encodeURIComponent(wellFormed(text))),
  );
  const wellFormed = (text: string) => Buffer.from(text, "utf8").toString("utf8");
  const queries = fc.oneof(
    fc.array(fc.tuple(names, values), { maxLength: 6 }),
    fc
      .array(fc.tuple(names, values), { maxLength: 3 })
      .map((more) => [["response_type", "code"], ["client_id", demo.clientId], ...more]),
  );
  const forms = fc.array(
    fc.tuple(
      fc.constantFrom("csrf", "email", "password", "decision"),
      fc.oneof(values, fc.constantFrom("allow", "deny")),
    ),
    { maxLength: 5 },
  );
  const routes = fc.constantFrom(
    ...[
      ["GET", ""],
      ["POST", ""],
      ["POST", "/login"],
      ["POST", "/switch"],
    ].map((route) => route as [string, string]),
  );

  it("never break anything, and never lead the browser anywhere but to the app's callback", async () => {
    const before = server.logLines.length;
    const agent = new UserAgent(server.url);
    await agent.openConsent(`response_type=code&client_id=${demo.clientId}`, jack);
    const cookie = [...agent.cookies].map((pair) => pair.join("=")).join("; ");
    const property = fc.asyncProperty(routes, queries, forms, async ([method, path], query, form) => {
      const search = query.map((pair) => pair.join("=")).join("&");
      const answer = await send(`${server.url}/oauth/authorize${path}?${search}`, {
        method,
        headers: { accept: "text/html", cookie, ...(method === "POST" && { "content-type": formType }) },
        ...(method === "POST" && { body: form.map((pair) => pair.join("=")).join("&") }),
      });
      expect(answer.status).toBeLessThan(500);
      const { location } = answer.headers;
      if (location === undefined) expect(answer.headers["content-type"]).toMatch(/^text\/html/);
      else expect(location).toMatch(/^(\/oauth\/authorize\?|http:\/\/127\.0\.0\.1:9\/callback\?error=)/);
    });
    await fc.assert(property, { numRuns: times({ short: 500, long: 2000 }) });
    expect(server.logLines.slice(before).filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
