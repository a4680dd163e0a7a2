/** Where this profile departs from an RFC: docs/standard-profile.md says where and why, and each row has a test. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendJson } from "../support/http.js";
import { brokenTestLinks, linksOf } from "../support/named-tests.js";
import type { TestServer } from "../support/server.js";
import { tokensOf } from "../support/tokens.js";
import { codeFor, exchangeCode, inBody, jwt, post, resource, startHouse, web } from "./house.js";

const page = fileURLToPath(new URL("../../../../docs/standard-profile.md", import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startHouse();
});
afterAll(() => server.close());

it("answers a JSON body with the API's error object, and a form as the RFC says", async () => {
  const request = { grant_type: "authorization_code", code: "none", ...inBody(web) };
  const [json, form] = [
    await sendJson(`${server.url}/oauth/token`, request),
    await post(server, "/oauth/token", request),
  ];
  expect([json.status, json.json().error]).toEqual([
    400,
    expect.objectContaining({ error_name: expect.any(String), error_msg: expect.any(String) }),
  ]);
  expect([form.status, form.json().error]).toEqual([400, "invalid_grant"]);
});

it("a JWT has the scopes that were asked for, whichever its audience", async () => {
  const scopesOf = async (more: Record<string, string>) => {
    const code = await codeFor(server, jwt, { resource, ...more });
    const { aud, scope } = decodeJwt(tokensOf(await exchangeCode(server, jwt, code)).access_token);
    return [aud, scope];
  };
  expect(await scopesOf({})).toEqual([resource, jwt.scopes.join(" ")]);
  expect(await scopesOf({ scope: "account_access" })).toEqual([resource, "account_access"]);
});

describe("docs/standard-profile.md", () => {
  const section = readFileSync(page, "utf8").split("\n## Where it departs")[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => /^\| (RFC|CIMD|OpenID)/.test(line));

  it("names tests and files that exist", () => {
    expect(brokenTestLinks(linksOf(page))).toEqual([]);
  });

  it("has a test in every row of the deviations, and a reason unless there is none to give", () => {
    const poor = rows.filter((row) => {
      const [, , what = "", why = ""] = row.split(/ *\| */);
      return !row.includes(".test.ts)") || (why === "" && !what.startsWith("None"));
    });
    expect(poor).toEqual([]);
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each([
    ..."6749 6750 7009 7636 7662 8252 8414 8707 9068 9207 9700 7591".split(" ").map((rfc) => `RFC ${rfc}`),
    "CIMD draft",
  ])("says where it departs from %s, or that it does not", (text) => {
    expect(rows.some((row) => row.split("|")[1]?.includes(text))).toBe(true);
  });
});
