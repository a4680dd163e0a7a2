/** Templates made by API: what is kept of them, when they are ready, who is told, and what is refused. */

import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Documents } from "../../src/emulator/api/documents.js";
import { newTemplate } from "../../src/emulator/api/templates/make.js";
import type { SignEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";

let sign: SignEmulator;
emulatorForFile(
  (started) => {
    sign = started;
  },
  { clock: "2026-05-01T12:00:00Z" },
);

const call = (method: string, path: string, body?: object) =>
  send(sign, method, `/v3${path}`, { headers: basic, ...(body !== undefined && { body }) });
const post = (path: string, body: object) => call("POST", path, body);

const place = { x: 112, y: 328, width: 100, height: 16 };
const field = (more: object = {}) => ({
  ...{ document_index: 0, api_id: "a1", name: "Firm", type: "text", signer: 0, required: true, page: 1 },
  ...place,
  ...more,
});
const wanted = {
  ...{ title: "Mutual NDA", subject: "Please sign", message: "For your approval", test_mode: true },
  signer_roles: [
    { name: "Client", order: 0 },
    { name: "Witness", order: 1 },
  ],
  cc_roles: ["Manager"],
  merge_fields: [{ name: "Price", type: "text" }],
  form_fields_per_document: [field(), field({ api_id: "a2", type: "signature", name: "", signer: 1 })],
  file_urls: ["https://example.com/nda.pdf"],
};
const create = (more: object = {}) => post("/template/create", { ...wanted, ...more });

async function made(more: object = {}): Promise<string> {
  const id = (await create(more)).body.template.template_id;
  await sign.documents.prepareTemplate(id);
  return id;
}
const signers = [
  { role: "Client", name: "Jack", email_address: "jack@example.com" },
  { role: "Witness", name: "Ann", email_address: "ann@example.com" },
];
const sendWith = (id: string, more: object = {}) =>
  post("/signature_request/send_with_template", { template_ids: [id], signers, ...more });
const eventTypes = async () => (await sign.outbox.events()).map(({ type }) => type);

/** A PDF of so many pages that says so openly. */
const pdfOfPages = (pages: number) =>
  `%PDF-1.4\n${"<< /Type /Page >>\n".repeat(pages)}<< /Type /Pages >>\nstartxref\n0\n%%EOF\n`;
const multipart = (path: string, fields: Record<string, string>, files: readonly string[]) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [index, text] of files.entries())
    form.set(`files[${index}]`, new Blob([text], { type: "application/pdf" }), `${index}.pdf`);
  return fetch(`${sign.url}/v3${path}`, { method: "POST", headers: basic, body: form });
};

describe("a template that the API creates", () => {
  it("answers its id at once, and is there when template_created is posted", async () => {
    const answer = await create();
    const id = answer.body.template.template_id;
    expect([answer.status, answer.body]).toEqual([200, { template: { template_id: id } }]);
    expect((await call("GET", `/template/${id}`)).status).toBe(404);
    expect((await call("GET", "/template/list")).body.templates).toEqual([]);
    for (const path of [`/template/files/${id}`, `/template/files_as_file_url/${id}`])
      expect((await call("GET", path)).body.error.error_name).toBe("conflict");
    expect((await post(`/template/delete/${id}`, {})).status).toBe(409);
    expect((await post(`/template/update_files/${id}`, { file_urls: wanted.file_urls })).status).toBe(409);
    expect((await sendWith(id)).body.error.error_path).toBe("template_ids[0]");
    await sign.clock.advance("1s");
    expect((await call("GET", `/template/${id}`)).status).toBe(200);
    expect((await call("GET", `/template/files/${id}`)).status).toBe(200);
    expect((await sendWith(id)).status).toBe(200);
  });

  it("has what was sent: roles, merge fields, fields where they were placed, attachments and groups", async () => {
    const id = await made({
      form_field_groups: [{ group_id: "g1", group_label: "Choice", requirement: "require_0-1" }],
      form_fields_per_document: [
        field({ api_id: "a1", type: "checkbox", group: "g1" }),
        field({ api_id: "a2", type: "text-merge", name: "Town", signer: "sender" }),
      ],
      attachments: [{ name: "Passport", signer_index: 1, required: true }],
      metadata: { order: "7" },
    });
    const { template } = (await call("GET", `/template/${id}`)).body;
    expect(template).toMatchObject({
      ...{ title: "Mutual NDA", message: "For your approval", is_embedded: false, metadata: { order: "7" } },
      ...{ signer_roles: wanted.signer_roles, cc_roles: [{ name: "Manager" }] },
      attachments: [{ signer: "2", name: "Passport", required: true }],
    });
    const [document] = template.documents;
    expect(document.field_groups).toEqual([
      { name: "Choice", rule: { requirement: "require_0-1", groupLabel: "Choice" } },
    ]);
    expect(document.form_fields).toEqual([
      { api_id: "a1", name: "Firm", type: "checkbox", signer: "1", ...place, required: true, group: "g1" },
    ]);
    expect(document.custom_fields).toMatchObject([
      { name: "Price", type: "text", signer: null },
      { name: "Town", type: "text", api_id: "a2", ...place },
    ]);
  });

  it("says what its requests say, hand over and ask to upload", async () => {
    const id = await made({ allow_reassign: true, attachments: [{ name: "Passport", signer_index: 1 }] });
    const [client, witness] = signers;
    const answer = await sendWith(id, { signers: [witness, client] });
    expect(answer.body.signature_request).toMatchObject({
      ...{ title: "Mutual NDA", subject: "Please sign", message: "For your approval" },
      attachments: [{ name: "Passport", signer: "1" }],
    });
    const request = answer.body.signature_request.signature_request_id;
    await sign.documents.reassign(request, { email: "tom@example.com", name: "Tom" }, "jack@example.com");
    expect((await sign.documents.get(request)).signatures.map((one) => one.signerName)).toContain("Tom");
  });

  it("is embedded where a client_id was sent, and tells that app", async () => {
    const id = await made({ client_id: sign.client.clientId });
    expect((await call("GET", `/template/${id}`)).body.template.is_embedded).toBe(true);
    const [event] = await sign.outbox.events({ type: "template_created" });
    expect(event).toMatchObject({ clientId: sign.client.clientId, body: { template: { template_id: id } } });
  });

  it("is the same by multipart, as the official SDKs write it", async () => {
    const { file_urls: _none, ...rest } = wanted;
    const fields = Object.entries(rest).map(([name, value]) => [
      name,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]);
    const answer = await multipart("/template/create", Object.fromEntries(fields), [pdfOfPages(1)]);
    const { template } = (await answer.json()) as { template: { template_id: string } };
    await sign.clock.advance("1s");
    const found = (await call("GET", `/template/${template.template_id}`)).body.template;
    expect(found).toMatchObject({ title: "Mutual NDA", documents: [{ name: "0.pdf" }] });
    expect(found.documents[0].form_fields).toHaveLength(2);
  });

  it("in error is told with its reason, has no files, and can be deleted", async () => {
    await sign.documents.preparing("hold");
    const id = (await create({ client_id: sign.client.clientId })).body.template.template_id;
    await sign.clock.advance("1h");
    expect((await sign.documents.templates())[0]).toMatchObject({ phase: "creating", held: true });
    expect((await sign.documents.failTemplate(id, "The file is broken")).phase).toBe("error");
    const [event] = await sign.outbox.events({ type: "template_error" });
    expect(event?.body).toMatchObject({
      event: { event_metadata: { event_message: "The file is broken" } },
      template: { template_id: id },
    });
    expect((await call("GET", `/template/${id}`)).status).toBe(404);
    expect((await call("GET", `/template/files/${id}`)).status).toBe(422);
    await expect(sign.documents.prepareTemplate(id)).rejects.toThrow("not being created");
    expect((await post(`/template/delete/${id}`, {})).status).toBe(200);
    expect((await call("GET", `/template/files/${id}`)).status).toBe(404);
  });

  it("goes on being created after a snapshot", async () => {
    const id = (await create()).body.template.template_id;
    const snapshot = await sign.snapshot();
    await sign.documents.failTemplate(id);
    await sign.restore(snapshot);
    await sign.clock.advance("1s");
    expect((await call("GET", `/template/${id}`)).status).toBe(200);
  });

  it.each([
    ["without roles", { signer_roles: [] }, "signer_roles"],
    ["without fields", { form_fields_per_document: undefined }, "form_fields_per_document"],
    ["without files", { file_urls: [] }, "files"],
    ["with a role without a name", { signer_roles: [{ order: 1 }] }, "signer_roles[0].name"],
    ["with a role twice", { signer_roles: [{ name: "A" }, { name: "A" }] }, "signer_roles[1].name"],
    ["with a cc role twice", { cc_roles: ["A", "A"] }, "cc_roles[1]"],
    [
      "with a merge field twice",
      { merge_fields: [...wanted.merge_fields, ...wanted.merge_fields] },
      "merge_fields",
    ],
    [
      "with a merge field of no kind",
      { merge_fields: [{ name: "P", type: "date" }] },
      "merge_fields[0].type",
    ],
    [
      "with a field of no role",
      { form_fields_per_document: [field({ signer: 2 })] },
      "form_fields_per_document[0].signer",
    ],
    [
      "with a field on no file",
      { form_fields_per_document: [field({ document_index: 1 })] },
      "form_fields_per_document[0].document_index",
    ],
    ["with half a pixel", { form_fields_per_document: [field({ x: 1.5 })] }, "form_fields_per_document[0].x"],
    [
      "with a field of no group",
      { form_fields_per_document: [field({ group: "g" })] },
      "form_fields_per_document[0].group",
    ],
    [
      "with an attachment of no role",
      { attachments: [{ name: "A", signer_index: 2 }] },
      "attachments[0].signer_index",
    ],
    ["with a subject of 201 characters", { subject: "x".repeat(201) }, "subject"],
    [
      "with eleven keys of metadata",
      { metadata: Object.fromEntries([..."abcdefghijk"].map((key) => [key, key])) },
      "metadata",
    ],
  ])("is refused %s", async (_what, more, path) => {
    const answer = await create(more);
    expect([answer.status, answer.body.error?.error_path]).toEqual([400, path]);
    expect(await sign.documents.templates()).toEqual([]);
  });

  it("is refused for another account's app, and to a token without template_access", async () => {
    expect((await create({ client_id: "f".repeat(32) })).status).toBe(401);
    const { access_token: token } = await tokensFor(sign);
    const headers = { authorization: `Bearer ${token}` };
    expect((await send(sign, "POST", "/v3/template/create", { headers, body: wanted })).status).toBe(403);
  });
});

it("templates are forgotten, the oldest first, when their files are more than memory is meant for", () => {
  const documents = new Documents();
  const owner = { id: "a", email: "a@example.com" };
  const put = (title: string, mebibytes: number) => {
    const made = newTemplate({ title, signerRoles: ["Client"] }, owner, 0, randomBytes);
    // Only the length of a file counts here.
    const bytes = { length: mebibytes * 1024 * 1024 } as Buffer;
    documents.putTemplate({ ...made, files: made.files.map((file) => ({ ...file, bytes })) });
  };
  put("first", 100);
  put("second", 156);
  expect(documents.templates().map(({ title }) => title)).toEqual(["second", "first"]);
  put("third", 1);
  expect(documents.templates().map(({ title }) => title)).toEqual(["third", "second"]);
});

describe("new files for a template", () => {
  const update = (id: string, more: object = {}) =>
    post(`/template/update_files/${id}`, { file_urls: ["https://example.com/new.pdf"], ...more });

  it("make another template, which is told of, and leave the one before as it was", async () => {
    const id = await made();
    const answer = await update(id, { message: "Again", subject: "Anew" });
    const next = answer.body.template.template_id;
    expect(next).not.toBe(id);
    await sign.clock.advance("1s");
    const { template } = (await call("GET", `/template/${next}`)).body;
    expect(template).toMatchObject({
      title: "Mutual NDA",
      message: "Again",
      documents: [{ name: "new.pdf" }],
    });
    expect(template.documents[0].form_fields).toHaveLength(2);
    expect((await sendWith(next)).body.signature_request.subject).toBe("Anew");
    expect((await call("GET", `/template/${id}`)).body.template.documents[0].name).toBe("nda.pdf");
  });

  it("of fewer pages end in template_error, of as many do not", async () => {
    const { file_urls: _none, ...rest } = wanted;
    const fields = Object.fromEntries(
      Object.entries({ ...rest, client_id: sign.client.clientId }).map(([name, value]) => [
        name,
        typeof value === "object" ? JSON.stringify(value) : String(value),
      ]),
    );
    await multipart("/template/create", fields, [pdfOfPages(2)]);
    await sign.clock.advance("1s");
    const id = (await sign.documents.templates())[0]?.templateId ?? "";
    for (const pages of [1, 2]) await multipart(`/template/update_files/${id}`, {}, [pdfOfPages(pages)]);
    await sign.clock.advance("1s");
    expect(await eventTypes()).toEqual(["template_created", "template_error", "template_created"]);
    const [failed] = await sign.outbox.events({ type: "template_error" });
    expect(JSON.stringify(failed?.body)).toContain("have 1 pages; those of the template have 2");
  });

  it("are refused for what is not there or not one's own, without files, and with a long subject", async () => {
    const id = await made();
    expect((await update("a".repeat(40))).status).toBe(404);
    expect((await update(id, { file_urls: [] })).body.error.error_path).toBe("files");
    expect((await update(id, { subject: "x".repeat(101) })).body.error.error_path).toBe("subject");
    expect((await update(id, { client_id: "f".repeat(32) })).status).toBe(401);
    await post(`/template/add_user/${id}`, { email_address: "jack@example.com" });
    await sign.changeApp({ scopes: ["template_access"] });
    const { access_token: token } = await tokensFor(sign, { account: "jack@example.com" });
    const told = await send(sign, "POST", `/v3/template/update_files/${id}`, {
      headers: { authorization: `Bearer ${token}` },
      body: { file_urls: wanted.file_urls },
    });
    expect(told.status).toBe(403);
  });
});

describe("an embedded template draft", () => {
  const draft = (more: object = {}) =>
    post("/template/create_embedded_draft", {
      ...{ client_id: sign.client.clientId, title: "Lease", file_urls: wanted.file_urls, test_mode: true },
      ...more,
    });
  const framed = (url: string, more: Record<string, string> = {}) =>
    `${url}&${new URLSearchParams({ client_id: sign.client.clientId, parent_url: "http://localhost:1", skip_domain_verification: "1", ...more })}`;
  async function opened(
    url: string,
  ): Promise<{ status: number; text: string; action: string; headers: Headers }> {
    const answer = await fetch(url);
    const text = await answer.text();
    const [, action = ""] = /action="([^"]+)"/.exec(text) ?? [];
    return { status: answer.status, text, action, headers: answer.headers };
  }
  const submit = (action: string, fields: Record<string, string> = {}) =>
    fetch(`${sign.url}${action}`, { method: "POST", body: new URLSearchParams(fields) });
  const editUrl = async (id: string, body: object = {}) => post(`/embedded/edit_url/${id}`, body);

  it("is a template once its page was saved, and its app is told twice", async () => {
    const { template_id: id, edit_url: url, expires_at: expires } = (await draft()).body.template;
    expect(url).toContain("/editor/embeddedTemplate?token=");
    expect(expires - (await sign.clock.now()).getTime() / 1000).toBe(3600);
    expect((await call("GET", `/template/${id}`)).status).toBe(404);
    const page = await opened(framed(url));
    expect(page.text).toContain("hellosign:initialize");
    expect(page.headers.get("content-security-policy")).toContain("frame-ancestors http://localhost:1;");
    const saved = await submit(page.action, { signer_roles: "Tenant\r\nLandlord\r\n", cc_roles: "Agent" });
    const text = await saved.text();
    expect([saved.status, text]).toEqual([200, expect.stringContaining("hellosign:userCreateTemplate")]);
    await sign.clock.advance("1s");
    expect(await eventTypes()).toEqual(["template_created"]);
    const { template } = (await call("GET", `/template/${id}`)).body;
    expect(template).toMatchObject({
      ...{ title: "Lease", is_embedded: true, cc_roles: [{ name: "Agent" }] },
      signer_roles: [{ name: "Tenant" }, { name: "Landlord" }],
    });
    expect(template.documents[0].form_fields.map(({ signer }: { signer: string }) => signer)).toEqual([
      "1",
      "2",
    ]);
  });

  it("opens once, within the hour, for its own app, on a page of that app unless it is a test", async () => {
    const again = async (more: object = {}) => (await draft(more)).body.template.edit_url;
    const url = await again();
    expect((await fetch(url, { method: "HEAD" })).status).toBe(405);
    expect((await opened(url)).text).toContain("Missing parameter: client_id");
    expect((await opened(framed(url))).status).toBe(200);
    expect((await opened(framed(url))).text).toContain("opened before");
    expect((await opened(framed(await again(), { client_id: "another" }))).status).toBe(400);
    const live = await again({ test_mode: false });
    expect((await opened(framed(live, { parent_url: "https://elsewhere.example" }))).status).toBe(400);
    const late = await again();
    await sign.clock.advance("1h");
    expect((await opened(framed(late))).status).toBe(400);
  });

  it("asks for roles where none were sent or it is to, for words and cc roles where it is to", async () => {
    const asks = async (more: object) => {
      const { text } = await opened(framed((await draft(more)).body.template.edit_url));
      return ["signer_roles", "title", "cc_roles"].filter((name) => text.includes(`name="${name}"`));
    };
    const roles = { signer_roles: [{ name: "Client" }] };
    expect(await asks({})).toEqual(["signer_roles", "cc_roles"]);
    expect(await asks({ ...roles, allow_ccs: false })).toEqual([]);
    expect(await asks({ ...roles, force_signer_roles: true, force_subject_message: true })).toEqual([
      ...["signer_roles", "title", "cc_roles"],
    ]);
  });

  it("tells what is wrong on its page, and is saved once though its form is sent twice", async () => {
    const { action } = await opened(framed((await draft()).body.template.edit_url));
    const wrong = await submit(action, { signer_roles: "A\nA", cc_roles: "Notary" });
    const text = await wrong.text();
    expect([wrong.status, text]).toEqual([400, expect.stringContaining("was sent twice")]);
    expect(text).toContain("Notary");
    expect((await submit(action)).status).toBe(400);
    const both = await Promise.all([1, 2].map(() => submit(action, { signer_roles: "A" })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(await sign.documents.templates()).toHaveLength(1);
  });

  it("keeps a message as long as one may be, where something else is refused", async () => {
    const more = { signer_roles: [{ name: "A" }], force_signer_roles: true, force_subject_message: true };
    const { action } = await opened(framed((await draft(more)).body.template.edit_url));
    const message = "m".repeat(5000);
    const wrong = await submit(action, { title: "Lease", message, signer_roles: "A\nA" });
    expect(await wrong.text()).toContain(message);
    const tooLong = await submit(action, { title: "Lease", message: `${message}m`, signer_roles: "A" });
    expect([tooLong.status, await tooLong.text()]).toEqual([400, expect.stringContaining("at most 5000")]);
  });

  it("escapes what roles and titles hold", async () => {
    const markup = "</textarea><script>alert(1)</script>";
    const more = { title: markup, signer_roles: [{ name: markup }], force_signer_roles: true };
    expect((await opened(framed((await draft(more)).body.template.edit_url))).text).not.toContain(markup);
  });

  it("is saved by a test without its page, and can be deleted before", async () => {
    const { template_id: id } = (await draft()).body.template;
    await expect(sign.documents.saveTemplate(id)).rejects.toThrow("needs a signer role");
    expect((await sign.documents.saveTemplate(id, { signerRoles: ["Tenant"] })).phase).toBe("creating");
    const { template_id: other } = (await draft()).body.template;
    expect((await post(`/template/delete/${other}`, {})).status).toBe(200);
    expect((await editUrl(other)).status).toBe(404);
  });

  it.each([
    ["without an app", { client_id: undefined }, "client_id"],
    ["without files", { file_urls: [] }, "files"],
    ["with fields and no roles", { form_fields_per_document: [field()] }, "form_fields_per_document"],
  ])("is refused %s", async (_what, more, path) => {
    const answer = await draft(more);
    expect([answer.status, answer.body.error.error_path]).toEqual([400, path]);
  });

  describe("after it was saved", () => {
    const roles = {
      signer_roles: [{ name: "Tenant", order: 3 }],
      merge_fields: [{ name: "Rent", type: "text" }],
    };
    async function saved(): Promise<string> {
      const id = (await draft({ ...roles, cc_roles: ["Agent"] })).body.template.template_id;
      await sign.documents.saveTemplate(id);
      await sign.documents.prepareTemplate(id);
      return id;
    }

    it("is changed on the page of an edit_url, at once and told to nobody", async () => {
      const id = await saved();
      const answer = await editUrl(id, {
        ...{ force_signer_roles: true, force_subject_message: true },
        ...{ merge_fields: [{ name: "Deposit", type: "text" }], cc_roles: ["Notary"] },
      });
      const { action, text } = await opened(framed(answer.body.embedded.edit_url));
      expect(text).toContain("Agent, Notary");
      await submit(action, { title: "Sublease", message: "", signer_roles: "Landlord\nTenant" });
      const { template } = (await call("GET", `/template/${id}`)).body;
      expect(template).toMatchObject({
        ...{ title: "Sublease", message: "", cc_roles: [{ name: "Agent" }, { name: "Notary" }] },
        signer_roles: [{ name: "Landlord" }, { name: "Tenant", order: 3 }],
      });
      const [document] = template.documents;
      expect(document.custom_fields.map(({ name }: { name: string }) => name)).toEqual(["Rent", "Deposit"]);
      const fields = document.form_fields.map((one: { signer: string; name: string }) => [
        one.signer,
        one.name,
      ]);
      expect(fields).toEqual([
        ["2", "Signature of Tenant"],
        ["1", "Signature of Landlord"],
      ]);
      expect(await eventTypes()).toEqual(["template_created"]);
    });

    it("loses merge fields and cc roles to an empty list and a role without a name", async () => {
      const id = await saved();
      const answer = await editUrl(id, { merge_fields: [], cc_roles: [""] });
      await submit((await opened(framed(answer.body.embedded.edit_url))).action);
      const { template } = (await call("GET", `/template/${id}`)).body;
      expect([template.cc_roles, template.documents[0].custom_fields]).toEqual([[], []]);
    });

    it("is not there on its page once it was deleted", async () => {
      const id = await saved();
      const url = async () => framed((await editUrl(id)).body.embedded.edit_url);
      const [first, second] = [await url(), await url()];
      const { action } = await opened(first);
      await post(`/template/delete/${id}`, {});
      expect((await submit(action)).status).toBe(404);
      expect((await opened(second)).status).toBe(404);
    });

    it("comes back with a snapshot, its addresses included", async () => {
      const url = framed((await editUrl(await saved())).body.embedded.edit_url);
      const snapshot = await sign.snapshot();
      expect((await opened(url)).status).toBe(200);
      await sign.restore(snapshot);
      expect((await opened(url)).status).toBe(200);
    });
  });

  it("is what an edit_url is for: neither a template made otherwise, nor one that is not ready, nor a stranger's", async () => {
    const plain = await sign.documents.addTemplate({ title: "NDA", signerRoles: ["Client"] });
    expect((await editUrl(plain)).status).toBe(400);
    const creating = (await create({ client_id: sign.client.clientId })).body.template.template_id;
    expect((await editUrl(creating)).status).toBe(400);
    await sign.documents.prepareTemplate(creating);
    expect((await editUrl(creating)).status).toBe(200);
    expect((await editUrl(creating, { merge_fields: [{ type: "text" }] })).body.error.error_path).toBe(
      "merge_fields[0].name",
    );
    expect((await editUrl("a".repeat(40))).status).toBe(404);
    await sign.changeApp({ scopes: ["template_access"] });
    const { access_token: token } = await tokensFor(sign, { account: "jack@example.com" });
    const headers = { authorization: `Bearer ${token}` };
    const ask = () => send(sign, "POST", `/v3/embedded/edit_url/${creating}`, { headers, body: {} });
    expect((await ask()).status).toBe(404);
    await post(`/template/add_user/${creating}`, { email_address: "jack@example.com" });
    expect((await ask()).status).toBe(403);
  });
});
