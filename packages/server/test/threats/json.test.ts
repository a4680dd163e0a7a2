/** JSON that is well-formed and that nobody means: lists in lists in lists, and objects in the place of text. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { startHouse } from "../standard/house.js";
import { type Answer, send } from "../support/http.js";
import type { TestServer } from "../support/server.js";

const apiKey = "7".repeat(64);
const seed = {
  accounts: [{ email: "jill@example.com", password: "correct horse battery", api_keys: [apiKey] }],
  apps: [],
};

let server: TestServer;
let sign: SignEmulator;
beforeAll(async () => {
  server = await startHouse();
  sign = await startEmulator({ seed });
});
afterAll(() => Promise.all([server.close(), sign.close()]));

const lists = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const deep = [lists(25_000), objects(9_000)];
/** Whatever makes text of these calls what is no function. */
const noText = [
  '{"toString":1,"valueOf":1}',
  '[{"toString":1}]',
  '{"__proto__":null}',
  '{"constructor":{"name":1}}',
];

const authorization = `Basic ${Buffer.from(`${apiKey}:`).toString("base64")}`;
const sendJsonText = (base: string, method: string, path: string, body: string): Promise<Answer> =>
  send(`${base}${path}`, { method, headers: { "content-type": "application/json", authorization }, body });

/** Of the API a production server has the account alone. */
const bases = (path: string) =>
  path.startsWith("/v3/") && path !== "/v3/account" ? [sign.url] : [server.url, sign.url];

describe("JSON", () => {
  it.each<[method: string, path: string, ...keys: string[]]>([
    ["POST", "/oauth/token", "client_id", "refresh_token", "unknown"],
    ["POST", "/oauth/revoke", "token"],
    ["POST", "/oauth/introspect", "token"],
    ["POST", "/oauth/authorize/login", "email"],
    ["PUT", "/v3/account", "locale", "unknown"],
    ["POST", "/v3/account/verify", "email_address"],
    ["POST", "/v3/account/create", "email_address", "client_id"],
    [
      "POST",
      "/v3/signature_request/send",
      "title",
      "test_mode",
      "files",
      "signers",
      "metadata",
      "signing_options",
    ],
    ["POST", "/v3/signature_request/send_with_template", "template_ids", "signers"],
    ["POST", "/_emulator/clock", "advance", "freeze"],
    ["POST", "/_emulator/faults", "operation", "body"],
    ["POST", "/_emulator/authorize", "account", "query"],
    ["PATCH", "/_emulator/accounts/jill@example.com", "locked"],
  ])("is refused as the caller's fault, whatever it holds: %s %s", async (method, path, ...keys) => {
    for (const key of keys)
      for (const value of [...deep, ...noText, JSON.stringify(lists(25_000))]) {
        const body = `{"${key}":${value}}`;
        for (const base of bases(path)) {
          const answer = await sendJsonText(base, method, path, body);
          expect([key, value.slice(0, 20), answer.text, answer.status < 500]).toEqual([
            ...[key, value.slice(0, 20), answer.text, true],
          ]);
        }
      }
  });

  it("is read to sixty-four levels, and not to one more", async () => {
    const at = (levels: number) =>
      sendJsonText(server.url, "POST", "/oauth/token", `{"grant_type":"refresh_token","x":${lists(levels)}}`);
    expect((await at(63)).json().error).toMatchObject({ error_path: "refresh_token" });
    expect((await at(64)).json().error).toMatchObject({
      error_msg: "The request body cannot be read: it is nested more than 64 levels deep",
    });
  });
});
