/** Templates in use: who sees them, and requests made from them. */

import { TemplateApi } from "@dropbox/sign";
import { beforeEach, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";
import { faultsInAnswer } from "./schema.js";

const apiKey = "5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d";

let sign: SignEmulator;
let template: string;
emulatorForFile((started) => {
  sign = started;
});
beforeEach(async () => {
  template = await sign.documents.addTemplate({
    title: "Mutual NDA",
    signerRoles: ["Client", "Witness"],
    ordered: true,
    ccRoles: ["Lawyer"],
    customFields: ["Price"],
  });
});

describe("documents of a seed", () => {
  const seed = {
    accounts: [{ email: "jill@example.com", api_keys: [apiKey] }],
    apps: [],
    templates: [{ title: "NDA", owner: "jill@example.com", signer_roles: ["Client"] }],
    signature_requests: [
      {
        ...{ title: "Offer", sender: "jill@example.com", ordered: true },
        signers: [
          { name: "Jack", email: "jack@example.com", signed: true },
          { name: "Ann", email: "ann@example.com" },
        ],
      },
      {
        ...{ title: "Done", sender: "jill@example.com" },
        signers: [{ name: "Jack", email: "jack@example.com", signed: true }],
      },
    ],
  };

  it("are there at the start and after a reset, under the same ids, and told to nobody", async () => {
    await using planted = await startEmulator({ seed });
    const listed = async () => {
      const { body } = await send(planted, "GET", "/v3/template/list", { headers: basic });
      const requests = await planted.documents.list();
      return { template: body.templates[0].template_id, ids: requests.map((one) => one.signatureRequestId) };
    };
    const before = await listed();
    expect(before.ids).toHaveLength(2);
    const [done, open] = await planted.documents.list();
    expect([open?.phase, done?.phase, done?.downloadable]).toEqual(["open", "complete", true]);
    expect(open?.signatures.map(({ statusCode }) => statusCode)).toEqual(["signed", "awaiting_signature"]);
    const body = {
      template_ids: [before.template],
      signers: [{ role: "Client", name: "Jack", email_address: "jack@example.com" }],
    };
    const path = "/v3/signature_request/send_with_template";
    expect((await send(planted, "POST", path, { headers: basic, body })).status).toBe(200);
    const snapshot = await planted.snapshot();
    await planted.reset();
    expect(await listed()).toEqual(before);
    await planted.restore(snapshot);
    expect((await listed()).ids).toHaveLength(3);
    expect(await planted.outbox.emails()).toEqual([]);
  });
});

const withTemplate = (more: object = {}) =>
  send(sign, "POST", "/v3/signature_request/send_with_template", {
    headers: basic,
    body: {
      template_ids: [template],
      signers: [
        { role: "Client", name: "Jack", email_address: "jack@example.com" },
        { role: "Witness", name: "Ann", email_address: "ann@example.com" },
      ],
      ...more,
    },
  });

describe("a template", () => {
  it("is listed, read, shared and deleted by the official SDK", async () => {
    const api = new TemplateApi(`${sign.url}/v3`);
    api.username = apiKey;
    const list = (await api.templateList()).body;
    expect(list.templates.map(({ templateId }) => templateId)).toEqual([template]);
    const shared = await api.templateAddUser(template, { emailAddress: "jack@example.com" });
    expect(shared.body.template.accounts?.map(({ emailAddress }) => emailAddress)).toEqual([
      "jill@example.com",
      "jack@example.com",
    ]);
    await api.templateRemoveUser(template, { emailAddress: "jack@example.com" });
    await api.templateDelete(template);
    await expect(api.templateGet(template)).rejects.toMatchObject({ statusCode: 404 });
  });

  it("is answered as the description has it", async () => {
    const one = await send(sign, "GET", `/v3/template/${template}`, { headers: basic });
    expect(faultsInAnswer("templateGet", one.body)).toEqual([]);
    const all = await send(sign, "GET", "/v3/template/list", { headers: basic });
    expect(faultsInAnswer("templateList", all.body)).toEqual([]);
  });

  it("fills a request: signers in the order of their roles, its title, its fields", async () => {
    const answer = await withTemplate({ ccs: [{ role: "Lawyer", email_address: "law@example.com" }] });
    expect(faultsInAnswer("signatureRequestSendWithTemplate", answer.body)).toEqual([]);
    const { signature_request: made } = answer.body;
    expect(made).toMatchObject({
      title: "Mutual NDA",
      template_ids: [template],
      cc_email_addresses: ["law@example.com"],
    });
    const signatures = made.signatures.map((one: Record<string, unknown>) => [one.signer_role, one.order]);
    expect(signatures).toEqual([
      ["Client", 0],
      ["Witness", 1],
    ]);
  });

  it("takes signers by role, as forms with brackets send them", async () => {
    const body = new URLSearchParams({
      "template_ids[0]": template,
      "signers[Client][name]": "Jack",
      "signers[Client][email_address]": "jack@example.com",
      "signers[Witness][name]": "Ann",
      "signers[Witness][email_address]": "ann@example.com",
    });
    const answer = await fetch(`${sign.url}/v3/signature_request/send_with_template`, {
      method: "POST",
      headers: basic,
      body,
    });
    const { signature_request: made } = (await answer.json()) as {
      signature_request: { signatures: { signer_role: string }[] };
    };
    expect(made.signatures.map((one) => one.signer_role)).toEqual(["Client", "Witness"]);
  });

  it("warns of a role that nobody was named for", async () => {
    const answer = await withTemplate({
      signers: [{ role: "Client", name: "J", email_address: "j@example.com" }],
    });
    expect(answer.body.warnings).toMatchObject([{ warning_name: "parameter_missing" }]);
  });

  it.each([
    [
      "no role that the template has",
      { signers: [{ role: "client", name: "J", email_address: "j@example.com" }] },
      "No recipients specified",
    ],
    [
      "a custom field it does not have",
      { custom_fields: [{ name: "Colour", value: "red" }] },
      "is no custom field of the template",
    ],
    [
      "a cc role it does not have",
      { ccs: [{ role: "Boss", email_address: "b@example.com" }] },
      "is no cc role of the template",
    ],
    ["a template of somebody else", { template_ids: ["f".repeat(40)] }, "is no template of this account"],
    ["no template at all", { template_ids: [] }, "Parameter template_ids is missing"],
  ])("refuses %s", async (_what, more, text) => {
    const answer = await withTemplate(more);
    expect([answer.status, answer.body.error.error_name]).toEqual([400, "bad_request"]);
    expect(answer.body.error.error_msg).toContain(text);
  });

  it("is not there for those it is not shared with, and not theirs to delete when it is", async () => {
    const seed = await tokensFor(sign, { account: "jack@example.com" });
    expect(
      (
        await send(sign, "GET", `/v3/template/${template}`, {
          headers: { authorization: `Bearer ${seed.access_token}` },
        })
      ).status,
    ).toBe(403);
    const changed = await sign.changeApp({ scopes: ["template_access"] });
    expect(changed.app.scopes).toEqual(["template_access"]);
    const { access_token } = await tokensFor(sign, { account: "jack@example.com" });
    const headers = { authorization: `Bearer ${access_token}` };
    const ask = (method: string, path: string) =>
      send(sign, method, `/v3/template/${path}${template}`, { headers });
    expect((await ask("GET", "")).status).toBe(404);
    await send(sign, "POST", `/v3/template/add_user/${template}`, {
      headers: basic,
      body: { email_address: "jack@example.com" },
    });
    expect((await ask("GET", "")).status).toBe(200);
    expect((await ask("POST", "delete/")).status).toBe(403);
  });
});
