/** Bulk send: one request of each row, or none; and jobs that only their maker sees. */

import { beforeEach, describe, expect, it } from "vitest";
import { csvRows } from "../../src/emulator/api/bulk/csv.js";
import type { SignEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";

const path = "/v3/signature_request/bulk_send_with_template";

let sign: SignEmulator;
let template: string;
emulatorForFile(
  (started) => {
    sign = started;
  },
  { clock: "2026-05-01T12:00:00Z" },
);
beforeEach(async () => {
  const order = { title: "Offer", signerRoles: ["Client"], customFields: ["Price"] };
  template = await sign.documents.addTemplate(order);
});

const row = (name: string) => ({
  signers: [{ role: "Client", name, email_address: `${name.toLowerCase()}@example.com` }],
  custom_fields: [{ name: "Price", value: "12" }],
});
const rows = (count: number) => Array.from({ length: count }, (_, index) => row(`Signer${index}`));
const bulk = (body: object, headers: Record<string, string> = basic) =>
  send(sign, "POST", path, { headers, body: { template_ids: [template], test_mode: true, ...body } });

async function bulkFile(csv: string, more: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ "template_ids[0]": template, ...more }))
    form.append(name, value);
  form.append("signer_file", new Blob([csv], { type: "text/csv" }), "signers.csv");
  const answer = await fetch(`${sign.url}${path}`, { method: "POST", headers: basic, body: form });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

describe("a bulk send", () => {
  it("makes a request of every row, which names its job and goes on as any other", async () => {
    const { status, body } = await bulk({ signer_list: [row("Ann"), row("Ben")] });
    expect(status).toBe(200);
    expect(body.bulk_send_job).toMatchObject({ total: 2, is_creator: true });
    const id = body.bulk_send_job.bulk_send_job_id;
    const job = await send(sign, "GET", `/v3/bulk_send_job/${id}?page_size=1`, { headers: basic });
    expect(job.body.list_info).toMatchObject({ num_results: 2, num_pages: 2 });
    expect(job.body.signature_requests[0]).toMatchObject({ bulk_send_job_id: id, title: "Offer" });
    const list = await send(sign, "GET", "/v3/bulk_send_job/list", { headers: basic });
    expect(list.body.bulk_send_jobs).toEqual([body.bulk_send_job]);
    await sign.clock.advance("2s");
    expect((await sign.outbox.emails()).map(({ to }) => to)).toEqual(["ann@example.com", "ben@example.com"]);
  });

  it("takes its rows from a CSV file, with custom fields as columns", async () => {
    const csv =
      'name,email_address,Price\r\n"Ann, of X",ann@example.com,"1 ""big"" one"\nBen,ben@example.com,2\n';
    const { status, body } = await bulkFile(csv);
    expect([status, body.bulk_send_job?.total]).toEqual([200, 2]);
    const [, ann] = await sign.documents.list();
    expect(ann?.signatures[0]?.signerName).toBe("Ann, of X");
  });

  it("embeds its requests for the app that is named, with an API key only", async () => {
    const embedded = "/v3/signature_request/bulk_create_embedded_with_template";
    const body = { template_ids: [template], signer_list: rows(2), client_id: sign.client.clientId };
    expect((await send(sign, "POST", embedded, { headers: basic, body })).status).toBe(200);
    expect((await sign.documents.list()).every(({ isEmbedded }) => isEmbedded)).toBe(true);
    const { access_token } = await tokensFor(sign);
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await send(sign, "POST", embedded, { headers, body })).status).toBe(403);
    const nobodys = { ...body, client_id: undefined };
    expect((await send(sign, "POST", embedded, { headers: basic, body: nobodys })).status).toBe(400);
  });

  it("takes 250 rows and no more, and makes nothing where one is wrong", async () => {
    expect((await bulk({ signer_list: rows(250) })).body.bulk_send_job.total).toBe(250);
    await sign.reset();
    template = await sign.documents.addTemplate({ title: "Offer", signerRoles: ["Client"] });
    expect((await bulk({ signer_list: rows(251) })).status).toBe(400);
    const wrong = [...rows(3), { signers: [{ role: "Client", name: "X", email_address: "none" }] }];
    const { status, body } = await bulk({ signer_list: wrong.map(({ signers }) => ({ signers })) });
    expect([status, body.error.error_path]).toEqual([400, "signer_list[3].signers[0].email_address"]);
    expect(await sign.documents.list()).toEqual([]);
  });

  it.each([
    ["no rows", {}],
    ["an empty list", { signer_list: [] }],
    ["a text", { signer_list: "Ann" }],
    ["numbers", { signer_list: [1, 2] }],
    ["a row without signers", { signer_list: [{}] }],
    ["another role", { signer_list: [{ signers: [{ role: "No", name: "A", email_address: "a@b.co" }] }] }],
    ["an unknown template", { template_ids: ["0".repeat(40)], signer_list: [] }],
    ["a deep value", { signer_list: [{ signers: { signers: { signers: [[[]]] } } }] }],
    ["another app", { client_id: "other", signer_list: rows(1) }],
  ])("refuses %s in the API's words", async (_what, body) => {
    const answer = await bulk(body);
    expect([400, 401]).toContain(answer.status);
    expect(answer.body.error.error_msg).toMatch(/\w/);
  });

  it.each([
    ["nothing", ""],
    ["no column of addresses", "name\nAnn\n"],
    ["a column twice", "name,email_address,name\nA,a@b.co,B\n"],
    ["an open quote", 'name,email_address\n"Ann,a@b.co\n'],
    ["a cell too many", "name,email_address\nAnn,a@b.co,x\n"],
    ["an unknown custom field", "name,email_address,Color\nAnn,a@b.co,red\n"],
    ["a name of the prototype", "name,email_address,__proto__\nAnn,a@b.co,x\n"],
    ["bytes", "\u0000\u0001\u0002"],
  ])("refuses a file with %s", async (_what, csv) => {
    expect((await bulkFile(csv)).status).toBe(400);
  });

  it("refuses a file beside a list, and a template with several roles", async () => {
    const csv = "name,email_address\nAnn,ann@example.com\n";
    expect((await bulkFile(csv, { signer_list: JSON.stringify(rows(1)) })).status).toBe(400);
    template = await sign.documents.addTemplate({ title: "Two", signerRoles: ["A", "B"] });
    expect((await bulk({ signer_list: rows(1) })).body.error.error_msg).toContain("single role");
  });

  it("is seen by its maker alone", async () => {
    const { body } = await bulk({ signer_list: rows(1) });
    const { access_token } = await tokensFor(sign, { account: "jack@example.com" });
    const headers = { authorization: `Bearer ${access_token}` };
    const id = body.bulk_send_job.bulk_send_job_id;
    expect((await send(sign, "GET", `/v3/bulk_send_job/${id}`, { headers })).status).toBe(400);
    const list = await send(sign, "GET", "/v3/bulk_send_job/list", { headers });
    expect(list.body.bulk_send_jobs).toEqual([]);
  });
});

describe("a CSV file", () => {
  it.each([
    [
      "a,b\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ['"a\nb",""""\r\n\r\n', [["a\nb", '"']]],
    ["a,", [["a", ""]]],
    ["\ufeffa", [["a"]]],
    ["", []],
    ['"a" b', undefined],
  ])("%j is read as RFC 4180 has it", (text, expected) => {
    expect(csvRows(text)).toEqual(expected);
  });
});
