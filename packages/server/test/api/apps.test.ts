/** Apps by API: the apps of the authorization server, made, read, changed and deleted by their owner. */

import { ApiAppApi } from "@dropbox/sign";
import { describe, expect, it } from "vitest";
import type { SignEmulator } from "../../src/testing/index.js";
import { account, exchange, refresh, send, tokensFor } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";

const apiKey = "5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d";
const callback = "https://app.example.com/callback";
const oauth = { callback_url: callback, scopes: ["basic_account_info", "request_signature"] };
const unknown = "f".repeat(32);

let sign: SignEmulator;
emulatorForFile((started) => {
  sign = started;
});

const call = (method: string, path: string, body?: object, headers: Record<string, string> = basic) =>
  send(sign, method, `/v3/api_app${path}`, { headers, ...(body && { body }) });
const create = (more: object = {}) =>
  call("POST", "", { name: "Contracts", domains: ["example.com"], ...more });
const created = async (more: object = {}) => (await create(more)).body.api_app;

/** The bearer of another account's token, for the demo app with the scope of this API. */
async function stranger(): Promise<Record<string, string>> {
  await sign.changeApp({ scopes: ["api_app_access"] });
  const { access_token } = await tokensFor(sign, { account: "jack@example.com" });
  return { authorization: `Bearer ${access_token}` };
}

describe("an app", () => {
  it("is made, read, listed, changed and deleted by the official SDK", async () => {
    const api = new ApiAppApi(`${sign.url}/v3`);
    api.username = apiKey;
    const made = await api.apiAppCreate({
      name: "Contracts",
      domains: ["Example.com"],
      oauth: { callbackUrl: callback, scopes: ["basic_account_info" as never] },
      whiteLabelingOptions: { primaryButtonColor: "#00b3e6" },
      options: { canInsertEverywhere: true },
    });
    expect(made.response.status).toBe(201);
    const app = made.body.apiApp;
    expect(app).toMatchObject({
      name: "Contracts",
      domains: ["example.com"],
      isApproved: false,
      oauth: {
        callbackUrl: callback,
        scopes: ["basic_account_info"],
        secret: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      ownerAccount: { emailAddress: "jill@example.com" },
      options: { canInsertEverywhere: true },
      whiteLabelingOptions: { primaryButtonColor: "#00b3e6" },
    });
    const id = app.clientId as string;
    expect((await api.apiAppGet(id)).body.apiApp).toEqual(app);
    const { apiApps, listInfo } = (await api.apiAppList(2, 1)).body;
    expect([apiApps.map(({ clientId }) => clientId), listInfo.numResults]).toEqual([[id], 2]);
    const changed = await api.apiAppUpdate(id, {
      name: "Deals",
      whiteLabelingOptions: { resetToDefault: true },
    });
    expect(changed.body.apiApp).toMatchObject({
      name: "Deals",
      domains: ["example.com"],
      whiteLabelingOptions: null,
    });
    expect((await api.apiAppDelete(id)).response.status).toBe(204);
    await expect(api.apiAppGet(id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it("works: once approved, it is authorized and gets tokens with the secret it was told", async () => {
    const { client_id: clientId, oauth: told } = await created({ oauth });
    await sign.changeApp({ approved: true }, clientId);
    const { code } = await sign.authorize({ clientId, account: "jack@example.com" });
    const tokens = await exchange(sign, code, { client_id: clientId, client_secret: told.secret });
    expect((await account(sign, tokens.body.access_token)).status).toBe(200);
    expect((await call("DELETE", `/${clientId}`)).status).toBe(204);
    expect((await account(sign, tokens.body.access_token)).status).toBe(401);
    expect((await refresh(sign, tokens.body.refresh_token)).status).not.toBe(200);
    expect((await sign.state()).apps.map((app) => app.clientId)).not.toContain(clientId);
  });

  it("ends its authorizations with a warning when its scopes change, and not when their order does", async () => {
    await sign.changeApp({ eventCallbackUrl: "http://127.0.0.1:1/" });
    const { access_token } = await tokensFor(sign);
    const { clientId } = sign.client;
    const put = (scopes: string[]) => call("PUT", `/${clientId}`, { oauth: { scopes } });
    const before = (await call("GET", `/${clientId}`)).body.api_app;
    const turned = await put([...before.oauth.scopes].reverse());
    expect([turned.status, turned.body.warnings]).toEqual([200, undefined]);
    expect((await account(sign, access_token)).status).toBe(200);
    const changed = await put(["account_access"]);
    expect(changed.body.warnings).toMatchObject([{ warning_name: "oauth_grants_revoked" }]);
    expect(changed.body.api_app.oauth).toMatchObject({ scopes: ["account_access"], charges_users: true });
    expect(changed.body.api_app.oauth.callback_url).toBe(before.oauth.callback_url);
    expect((await account(sign, access_token)).status).toBe(401);
    expect((await put(["basic_account_info"])).body.warnings).toBeUndefined();
  });

  it("is cleared of what may be absent by an empty text, and keeps what is not named", async () => {
    const { client_id: id } = await created({ oauth, callback_url: "https://app.example.com/events" });
    const cleared = await call("PUT", `/${id}`, {
      callback_url: "",
      oauth: { callback_url: "", scopes: [""] },
    });
    expect(cleared.body.api_app).toMatchObject({ name: "Contracts", callback_url: null, oauth: null });
  });

  it("is the same from nested JSON text, and from multipart with a logo, which is told to be ignored", async () => {
    const asText = { domains: '["example.com"]', oauth: JSON.stringify(oauth), name: "Text" };
    expect((await create(asText)).body.api_app).toMatchObject({ domains: ["example.com"], oauth });
    const form = new FormData();
    for (const [name, value] of Object.entries(asText)) form.set(name, value);
    form.set("custom_logo_file", new File(["x"], "logo.png", { type: "image/png" }));
    const answer = await fetch(`${sign.url}/v3/api_app`, { method: "POST", headers: basic, body: form });
    const body = (await answer.json()) as { api_app: object; warnings: object[] };
    expect(body.api_app).toMatchObject({ domains: ["example.com"], oauth });
    expect(body.warnings).toMatchObject([{ warning_name: "parameter_ignored" }]);
  });

  it("is in snapshots with its domains, and gone with a reset", async () => {
    const { client_id: id } = await created();
    const snapshot = await sign.snapshot();
    await call("DELETE", `/${id}`);
    await sign.restore(snapshot);
    expect((await call("GET", `/${id}`)).body.api_app.domains).toEqual(["example.com"]);
    await sign.reset();
    expect((await call("GET", `/${id}`)).status).toBe(404);
  });
});

describe("an app is refused", () => {
  it.each([
    ["without a name", { name: "" }, "Parameter name is missing", "name"],
    ["without a domain", { domains: [] }, "Parameter domains is missing", "domains"],
    ["with eleven domains", { domains: Array(11).fill("a.com") }, "has 11 members", "domains"],
    ["for localhost", { domains: ["localhost"] }, "localhost is not a valid domain", "domains"],
    ["for a URL in place of a domain", { domains: ["https://a.com"] }, "is not a valid domain", "domains"],
    [
      "with scopes and no callback",
      { oauth: { scopes: oauth.scopes } },
      "oauth.callback_url is missing",
      "oauth.callback_url",
    ],
    [
      "with a callback and no scopes",
      { oauth: { callback_url: callback } },
      "oauth.scopes is missing",
      "oauth.scopes",
    ],
    [
      "with plain http",
      { oauth: { ...oauth, callback_url: "http://example.com/cb" } },
      "is https",
      "oauth.callback_url",
    ],
    [
      "with a scope there is not",
      { oauth: { ...oauth, scopes: ["root"] } },
      "is not a scope",
      "oauth.scopes[0]",
    ],
    [
      "with scopes that charge both sides",
      { oauth: { ...oauth, scopes: ["request_signature", "team_access"] } },
      "cannot be mixed",
      "oauth.scopes",
    ],
    ["with an event callback that is none", { callback_url: "ftp://a.com" }, "http or https", "callback_url"],
    [
      "with a color that is none",
      { white_labeling_options: { link_color: "red" } },
      "must be a color",
      "white_labeling_options.link_color",
    ],
    [
      "with terms that are none",
      { white_labeling_options: { legal_version: "terms3" } },
      "must be one of",
      "white_labeling_options.legal_version",
    ],
  ])("%s", async (_what, more, text, path) => {
    const { status, body } = await create(more);
    expect([status, body.error.error_name, body.error.error_path]).toEqual([400, "bad_request", path]);
    expect(body.error.error_msg).toContain(text);
  });

  it("to those who do not own it: not found to read and delete, forbidden to change", async () => {
    const { client_id: id } = await created();
    const jack = await stranger();
    for (const path of [`/${id}`, `/${unknown}`]) {
      expect((await call("GET", path, undefined, jack)).status).toBe(404);
      expect((await call("DELETE", path, undefined, jack)).status).toBe(404);
      expect((await call("PUT", path, { name: "Mine" }, jack)).status).toBe(403);
    }
    expect((await call("GET", "/list", undefined, jack)).body.api_apps).toEqual([]);
    expect((await call("GET", `/${id}`)).body.api_app.name).toBe("Contracts");
  });

  it("its secret to an account that only authorized it", async () => {
    const jack = await stranger();
    const { body } = await call("GET", `/${sign.client.clientId}`, undefined, jack);
    expect(body.api_app).toMatchObject({ client_id: sign.client.clientId, oauth: { secret: null } });
  });

  it("without api_app_access", async () => {
    const { access_token } = await tokensFor(sign);
    const bearer = { authorization: `Bearer ${access_token}` };
    expect((await call("GET", "/list", undefined, bearer)).status).toBe(403);
  });
});
