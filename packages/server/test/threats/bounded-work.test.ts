/** No single request keeps the others waiting: each input, near its largest size and in awkward shapes, is cheap to refuse. */

import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, inBody, startHouse, web } from "../standard/house.js";
import { type Awkward, awkwardTexts } from "../support/awkward.js";
import { formType, multipartBody, multipartType, type Request, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";
import { authorizationQuery, formOf, UserAgent } from "../support/user-agent.js";

/**
 * How many times the work of a plain request one request may be. One of 64 KiB that is read, parsed and refused is about
 * ten to thirty; the normaliser that this is about was over a thousand.
 */
const mostTimes = 100;

const bodyBytes = 60_000;
const headerBytes = 15_000;

let server: TestServer;
let plain = 0;
beforeAll(async () => {
  server = await startHouse({ trustProxy: ["loopback"] });
  const refused = () => work(tokenForm({ grant_type: "refresh_token", refresh_token: "x", ...inBody(web) }));
  const all: number[] = [];
  for (let turn = 0; turn < 30; turn++) all.push(await refused());
  plain = all.sort((one, other) => one - other)[15] as number;
});
afterAll(() => server.close());

type Sent = Request & { readonly path: string };

/** Returns for how many milliseconds the event loop was busy, the sender's own part included. */
async function work({ path, ...request }: Sent): Promise<number> {
  const before = performance.eventLoopUtilization();
  const answer = await send(`${server.url}${path}`, request);
  const { active } = performance.eventLoopUtilization(before);
  expect([path.slice(0, 40), answer.status]).not.toEqual([path.slice(0, 40), 500]);
  return active;
}

/** Names the shapes that cost more than they may, each of three times: other programs take the processor, too. */
async function costly(make: (text: Awkward) => Sent): Promise<string[]> {
  const found: string[] = [];
  for (const text of awkwardTexts) {
    const sent = make(text);
    let least = await work(sent);
    for (let again = 0; again < 2 && least > mostTimes * plain; again++)
      least = Math.min(least, await work(sent));
    if (least > mostTimes * plain) found.push(`${text.name}: ${Math.round(least / plain)} times`);
  }
  return found;
}

function tokenForm(fields: Record<string, string>, path = "/oauth/token"): Sent {
  const body = new URLSearchParams(fields).toString();
  return { path, method: "POST", headers: { "content-type": formType }, body };
}

const raw = (name: string, text: string) => `${name}=${text.replace(/[%+&]/g, encodeURIComponent)}`;
const inHeader = (text: Awkward) =>
  Buffer.from(text.bytes(headerBytes))
    .toString("latin1")
    .replace(/[\x00-\x1f\x7f]/g, " ");

describe("a field of a form", () => {
  const rest = raw("client_id", web.clientId);
  it.each([
    "grant_type",
    "code",
    "refresh_token",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
  ])("is cheap at the token endpoint: %s", async (name) => {
    const others = name === "grant_type" ? rest : `${rest}&grant_type=refresh_token&refresh_token=x`;
    const form = (text: Awkward) => ({
      ...tokenForm({}),
      body: `${raw(name, text.bytes(bodyBytes))}&${name === "client_id" ? "x=" : others}`,
    });
    expect(await costly(form)).toEqual([]);
  });

  it.each(["client_assertion", "resource", "code_verifier", "token", "an unknown one"])(
    "is cheap at revocation and introspection: %s",
    async (name) => {
      const type = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
      for (const path of ["/oauth/revoke", "/oauth/introspect"]) {
        const form = (text: Awkward) => ({
          ...tokenForm({}, path),
          body: `${raw(name, text.bytes(bodyBytes))}&${rest}&${name === "client_assertion" ? type : "x="}`,
        });
        expect(await costly(form)).toEqual([]);
      }
    },
  );

  it.each(["email", "password", "csrf"])(
    "is cheap at a sign-in, whether limited or not: %s",
    async (name) => {
      for (const path of ["/connected-apps", "/oauth/authorize"]) {
        const query = path === "/connected-apps" ? "" : `?${authorizationQuery(web.clientId)}`;
        const agent = new UserAgent(server.url);
        const { action, hidden } = formOf(await agent.get(`${path}${query}`), `${path}/login`);
        const cookie = [...agent.cookies].map((pair) => pair.join("=")).join("; ");
        let address = 0;
        for (const limited of [false, true]) {
          const others = { csrf: String(hidden.csrf), email: "a@example.com", password: "x" };
          const form = (text: Awkward) => {
            address += limited ? 0 : 1;
            const from = { "content-type": formType, cookie, "x-forwarded-for": `192.0.2.${address}` };
            const fields = Object.entries({ ...others, [name]: text.bytes(bodyBytes) });
            const body = fields.map(([key, value]) => raw(key, value)).join("&");
            return { path: action, method: "POST", headers: from, body };
          };
          expect(await costly(form)).toEqual([]);
        }
      }
    },
  );

  it("is cheap however many there are, and in however many parts they come", async () => {
    const many = (unit: string) => unit.repeat(Math.floor(bodyBytes / unit.length));
    const bodies = ["a=b&", "&", "=&", "%41=%42&", "client_id=web&"].map(many);
    for (const body of bodies) expect(await work({ ...tokenForm({}), body })).toBeLessThan(mostTimes * plain);
    const parts = [
      "--b\r\n\r\n",
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n',
      "--b\r\nx:y\r\n",
      "\r\n--",
      "-",
      "--b",
    ];
    const oneHeader = `--b\r\n${many("x:y\r\n")}\r\nx\r\n--b--`;
    for (const boundary of ["b", '"b"', "-", "'"]) {
      const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
      for (const body of [...parts.map(many), oneHeader])
        expect(await work({ ...tokenForm({}), headers, body })).toBeLessThan(mostTimes * plain);
    }
  });
});

describe("a field of JSON and of a multipart body", () => {
  it.each(["refresh_token", "client_id", "redirect_uri"])("is cheap: %s", async (name) => {
    const json = (text: Awkward) => ({
      ...{ path: "/oauth/token", method: "POST", headers: { "content-type": "application/json" } },
      body: JSON.stringify({ grant_type: "refresh_token", [name]: text.bytes(bodyBytes / 6) }),
    });
    expect(await costly(json)).toEqual([]);
    const multipart = (text: Awkward) => ({
      ...{ path: "/oauth/token", method: "POST", headers: { "content-type": multipartType } },
      body: multipartBody({ grant_type: "refresh_token", [name]: text.bytes(bodyBytes) }),
    });
    expect(await costly(multipart)).toEqual([]);
  });

  it("is cheap in any structure", async () => {
    const headers = { "content-type": "application/json" };
    const many = (unit: string) => unit.repeat(Math.floor(bodyBytes / unit.length));
    const half = (open: string, close: string) =>
      `${many(open).slice(0, bodyBytes / 2)}${many(close).slice(0, bodyBytes / 2)}`;
    const bodies = [
      ...[
        `{${many('"":0,').slice(0, -1)}}`,
        `{${many('"a" :0,').slice(0, -1)}}`,
        `{"a":[${many('"a" ,').slice(0, -1)}]}`,
      ],
      ...[
        `{"a":"${many("\\u0301")}"}`,
        `{"a":"${many("\\\\")}"}`,
        `{"a"${many(" ")}:0}`,
        `{"a":"b"${many(" ")}}`,
      ],
      ...[many('{"a":'), half("[", "]"), `{"a":${"1".repeat(bodyBytes)}}`, many('"')],
    ];
    for (const body of bodies)
      expect(await work({ path: "/oauth/token", method: "POST", headers, body })).toBeLessThan(
        mostTimes * plain,
      );
  });
});

describe("a query, a path and a header", () => {
  it.each([
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "login_hint",
    "resource",
    "prompt",
    "code_challenge",
  ])("is cheap at the authorization endpoint: %s", async (name) => {
    const query = (text: Awkward) => {
      const value = encodeURIComponent(text.bytes(headerBytes / 3 - 300)).replace(/%$/, "");
      const all = new URLSearchParams(authorizationQuery(web.clientId));
      all.delete(name);
      return { path: `/oauth/authorize?${all}&${name}=${value.slice(0, headerBytes - 400)}` };
    };
    expect(await costly(query)).toEqual([]);
  });

  it.each(["cookie", "accept", "content-type", "x-forwarded-for", "origin", "user-agent", "sec-fetch-site"])(
    "is cheap: %s",
    async (name) => {
      const get = (text: Awkward) => ({ path: "/connected-apps", headers: { [name]: inHeader(text) } });
      expect(await costly(get)).toEqual([]);
      const post = (text: Awkward) => {
        const headers = {
          "content-type": formType,
          [name]: `${name === "content-type" ? formType : ""};${inHeader(text)}`,
        };
        return { ...tokenForm({ client_id: "x" }), headers };
      };
      expect(await costly(post)).toEqual([]);
    },
  );

  it("is cheap as credentials: Bearer, Basic, and either with what they are not made of", async () => {
    for (const path of ["/v3/account", "/oauth/token"]) {
      const method = path === "/v3/account" ? "GET" : "POST";
      const make = (scheme: string, value: (text: Awkward) => string) => (text: Awkward) =>
        ({
          ...{
            path,
            method,
            headers: { authorization: `${scheme} ${value(text)}`, "content-type": formType },
          },
          body: method === "POST" ? "grant_type=refresh_token" : undefined,
        }) as Sent;
      const encoded = (text: Awkward) => Buffer.from(text.bytes(headerBytes / 2)).toString("base64");
      for (const scheme of ["Bearer", "Basic", "bearer  ", "x"])
        expect(await costly(make(scheme, inHeader))).toEqual([]);
      for (const scheme of ["Bearer", "Basic"]) expect(await costly(make(scheme, encoded))).toEqual([]);
    }
    const header = basic("x".repeat(5000), ":".repeat(5000));
    expect(await work({ path: "/oauth/token", method: "POST", headers: header })).toBeLessThan(
      mostTimes * plain,
    );
  });

  it("is cheap as a path that leads nowhere", async () => {
    const path = (text: Awkward) => ({ path: `/${encodeURIComponent(text.bytes(headerBytes / 9))}` });
    expect(await costly(path)).toEqual([]);
  });
});
