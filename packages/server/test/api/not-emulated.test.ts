/** Operations that are not served say so; credentials, scope and method are judged before. */

import { FaxApi } from "@dropbox/sign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notEmulatedHeader } from "../../src/emulator/api/not-emulated.js";
import { operations } from "../../src/emulator/api/operations.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";
import { basic } from "./scene.js";

const apiKey = "5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d";

let sign: SignEmulator;
let bearer: { authorization: string };
beforeAll(async () => {
  sign = await startEmulator();
  bearer = { authorization: `Bearer ${(await tokensFor(sign)).access_token}` };
});
afterAll(() => sign.close());

/** Answers that a served operation gives to an empty request with good credentials, and that no other 404 has. */
const call = (method: string, path: string, headers: Record<string, string>) =>
  send(sign, method, path.replace(/:\w+/g, "a".repeat(40)), { headers });

const needing = operations.filter(({ credentials }) => credentials !== "none");

describe("an operation of the API", () => {
  it("is one of 73, of which 56 take an access token and 15 an API key only", () => {
    const count = (kind: string) => operations.filter(({ credentials }) => credentials === kind).length;
    expect([operations.length, count("token or API key"), count("API key"), count("none")]).toEqual([
      73, 56, 15, 2,
    ]);
  });

  it.each(needing.map((one) => [one.id, one] as const))(
    "%s asks for credentials first, whether it is served or not",
    async (_id, { method, path }) => {
      const answer = await call(method, path, {});
      expect([answer.status, answer.body.error.error_name]).toEqual([401, "unauthorized"]);
    },
  );

  it("tells a token without its scope so, before its body is looked at", async () => {
    const answer = await call("POST", "/v3/template/create", bearer);
    expect([answer.status, answer.body.error.error_msg]).toEqual([
      403,
      "This action is not allowed by the granted scopes",
    ]);
    expect(answer.headers.get("www-authenticate")).toContain('scope="template_access"');
    const [request] = (await sign.requests({ reason: "access_token_scope" })).slice(-1);
    expect(request?.detail).toContain("needs one of template_access");
  });

  it("takes no access token where an API key is needed", async () => {
    expect((await call("GET", "/v3/fax/list", bearer)).status).toBe(403);
    expect((await call("GET", "/v3/fax/list", basic)).status).toBe(404);
  });

  it("that is not served says which, in text, header and inspector, and never with a 5xx", async () => {
    const answer = await call("POST", "/v3/fax/send", basic);
    expect([answer.status, answer.body.error.error_name]).toEqual([404, "not_found"]);
    expect(answer.body.error.error_msg).toContain("does not emulate faxSend");
    expect(answer.headers.get(notEmulatedHeader)).toBe("faxSend");
    const [request] = (await sign.requests({ reason: "not_emulated" })).slice(-1);
    expect(request).toMatchObject({ detail: "faxSend is not emulated" });
  });

  it("under another method is 405 with Allow, also where the path has parameters", async () => {
    const answer = await call("PATCH", "/v3/template/:template_id", basic);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await call("PATCH", "/v3/template/:template_id", {})).status).toBe(401);
  });

  it("that does not exist is a plain 404", async () => {
    const answer = await call("GET", "/v3/template_of_nothing", basic);
    expect([answer.status, answer.headers.get(notEmulatedHeader)]).toEqual([404, null]);
  });

  it("that is not served fails in the official SDK, with the body", async () => {
    const api = new FaxApi(`${sign.url}/v3`);
    api.username = apiKey;
    await expect(api.faxSend({ recipient: "16690000001" })).rejects.toMatchObject({ statusCode: 404 });
  });
});
