/** Reports: what is asked for, and the e-mail with the file. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";

const basic = { authorization: `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}` };
let sign: SignEmulator;
beforeAll(async () => {
  sign = await startEmulator({ clock: "2026-05-01T12:00:00Z" });
});
afterAll(() => sign.close());
beforeEach(() => sign.reset());

const wanted = { start_date: "05/01/2026", end_date: "05/01/2026", report_type: ["document_status"] };
const create = (more: object = {}, headers: Record<string, string> = basic) =>
  send(sign, "POST", "/v3/report/create", { headers, body: { ...wanted, ...more } });

async function requestMade(title: string): Promise<string> {
  const signers = [{ name: "Jack", email_address: "jack@example.com" }];
  const body = { title, signers, file_urls: ["https://example.com/a.pdf"] };
  const sent = await send(sign, "POST", "/v3/signature_request/send", { headers: basic, body });
  return sent.body.signature_request.signature_request_id;
}
const fileOf = async (index = 0) => (await fetch((await sign.outbox.emails())[index]?.link ?? "")).text();

describe("a report", () => {
  it("is on its way at once, and each type comes by an e-mail of its own", async () => {
    const answer = await create({ report_type: ["user_activity", "document_status"] });
    expect(answer.body.report).toEqual({
      success: "Your request is being processed. You will receive an email when the report is ready.",
      ...{ ...wanted, report_type: ["user_activity", "document_status"] },
    });
    expect((await sign.outbox.emails()).map(({ to, subject }) => [to, subject])).toEqual([
      ["jill@example.com", "Your report is ready: user activity"],
      ["jill@example.com", "Your report is ready: document status"],
    ]);
  });

  it("of documents has those of its days, both included, and no formula", async () => {
    await requestMade("Early");
    await sign.clock.set("2026-05-02T00:00:00Z");
    const id = await requestMade('=HYPERLINK("x")');
    await sign.documents.complete(id);
    await sign.clock.set("2026-05-03T00:00:00Z");
    await requestMade("Late");
    const before = (await sign.outbox.emails()).length;
    await create({ start_date: "05/02/2026", end_date: "05/02/2026" });
    const link = (await sign.outbox.emails())[before]?.link ?? "";
    const answer = await fetch(link);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const rows = (await answer.text()).trim().split("\r\n");
    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain(
      `"${id}","'=HYPERLINK(""x"")","jill@example.com","jack@example.com","complete"`,
    );
    await sign.clock.advance("3d");
    expect((await fetch(link)).status).toBe(404);
  });

  it("of users counts what each sent, and those of SMS have phone numbers", async () => {
    const sms = { name: "Ann", email_address: "ann@example.com", sms_phone_number: "+14155550100" };
    const body = { signers: [sms], file_urls: ["https://example.com/a.pdf"] };
    await send(sign, "POST", "/v3/signature_request/send", { headers: basic, body });
    await create({ report_type: ["user_activity", "sms_activity"] });
    expect(await fileOf(0)).toContain('"jill@example.com","1","0"');
    expect(await fileOf(1)).toContain('"\'+14155550100","authentication"');
    await create({ report_type: ["fax_usage"] });
    expect((await fileOf(2)).split("\r\n")).toHaveLength(2);
  });

  it("may be for 12 months and begin 10 years ago, to the day", async () => {
    const status = async (start: string, end: string) =>
      (await create({ start_date: start, end_date: end })).status;
    expect(await status("05/01/2025", "05/01/2026")).toBe(200);
    expect(await status("05/01/2025", "05/02/2026")).toBe(400);
    expect(await status("05/01/2016", "05/01/2016")).toBe(200);
    expect(await status("04/30/2016", "05/01/2016")).toBe(400);
  });

  it.each([
    ["without a start", { start_date: undefined }, "start_date"],
    ["with a day in another form", { start_date: "2026-05-01" }, "start_date"],
    ["with a day that no month has", { end_date: "02/30/2026" }, "end_date"],
    ["with an end before its start", { end_date: "04/30/2026" }, "end_date"],
    ["of no type", { report_type: [] }, "report_type"],
    ["of a type that is none", { report_type: ["gossip"] }, "report_type[0]"],
    ["of a type twice", { report_type: ["fax_usage", "fax_usage"] }, "report_type[1]"],
    ["of three types", { report_type: ["fax_usage", "user_activity", "sms_activity"] }, "report_type"],
  ])("is refused %s, and nothing is mailed", async (_what, more, path) => {
    const answer = await create(more);
    expect([answer.status, answer.body.error.error_path]).toEqual([400, path]);
    expect(await sign.outbox.emails()).toEqual([]);
  });

  it("takes an API key only", async () => {
    const { access_token: token } = await tokensFor(sign);
    expect((await create({}, { authorization: `Bearer ${token}` })).status).toBe(403);
  });
});
