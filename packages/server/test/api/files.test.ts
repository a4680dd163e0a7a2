/** Files of a signature request: a PDF that a PDF library opens, a ZIP, and the states in which there are none. */

import { unzipSync } from "fflate";
import { PDFDocument } from "pdf-lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pdfOf } from "../../src/emulator/api/files/pdf.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";

let sign: SignEmulator;
let bearer: { authorization: string };
beforeAll(async () => {
  sign = await startEmulator({ clock: "2026-05-01T12:00:00Z" });
  bearer = { authorization: `Bearer ${(await tokensFor(sign)).access_token}` };
});
afterAll(() => sign.close());

async function made(): Promise<string> {
  const body = {
    title: "Größe (NDA)",
    signers: [{ name: "Jack", email_address: "jack@example.com" }],
    file_urls: ["https://example.com/a.pdf", "https://example.com/b.pdf"],
    test_mode: true,
  };
  const answer = await send(sign, "POST", "/v3/signature_request/send", { body, headers: bearer });
  return answer.body.signature_request.signature_request_id;
}

const get = (path: string) => fetch(`${sign.url}/v3/signature_request/${path}`, { headers: bearer });
interface Answer {
  readonly data_uri: string;
  readonly file_url: string;
  readonly expires_at: number;
}
const json = async (response: Response) => (await response.json()) as Answer;
const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe("the files of a signature request", () => {
  it("are a PDF with a page for each document while it is open, and an audit page when it is complete", async () => {
    const id = await made();
    await sign.documents.prepare(id);
    const open = await get(`files/${id}`);
    expect(open.headers.get("content-type")).toBe("application/pdf");
    expect((await PDFDocument.load(await bytes(open))).getPageCount()).toBe(2);
    await sign.documents.complete(id);
    expect((await PDFDocument.load(await bytes(await get(`files/${id}`)))).getPageCount()).toBe(3);
  });

  it("are a ZIP on demand", async () => {
    const id = await made();
    await sign.documents.complete(id);
    const zip = await get(`files/${id}?file_type=zip`);
    expect(zip.headers.get("content-type")).toBe("application/zip");
    const entries = unzipSync(await bytes(zip));
    expect(Object.keys(entries)).toEqual(["1-a.pdf", "2-b.pdf", "audit.pdf"]);
    for (const entry of Object.values(entries)) await PDFDocument.load(entry);
    expect((await get(`files/${id}?file_type=doc`)).status).toBe(400);
  });

  it("are a data URI, or an address that works for three days without credentials", async () => {
    const id = await made();
    await sign.documents.complete(id);
    const { data_uri } = await json(await get(`files_as_data_uri/${id}`));
    await PDFDocument.load(Buffer.from(data_uri.replace("data:application/pdf;base64,", ""), "base64"));
    const { file_url, expires_at } = await json(await get(`files_as_file_url/${id}`));
    expect(expires_at).toBe(Date.parse("2026-05-04T12:00:00Z") / 1000);
    await PDFDocument.load(await bytes(await fetch(file_url)));
    await sign.clock.set("2026-05-04T12:00:00Z");
    expect((await fetch(file_url)).status).toBe(404);
    await sign.clock.set("2026-05-01T12:00:00Z");
    expect((await fetch(`${file_url}0`)).status).toBe(404);
  });

  it("are refused while they are prepared, after the end, and after a cancel, each with its status", async () => {
    const statusOf = async (id: string) => (await get(`files/${id}`)).status;
    const preparing = await made();
    expect(await statusOf(preparing)).toBe(409);
    const expired = await made();
    await sign.documents.expire(expired);
    expect(await statusOf(expired)).toBe(403);
    const canceled = await made();
    await send(sign, "POST", `/v3/signature_request/cancel/${canceled}`, { headers: bearer });
    expect(await statusOf(canceled)).toBe(410);
    expect(await statusOf("f".repeat(40))).toBe(404);
  });
});

describe("the PDF writer", () => {
  it("writes whatever the text is, over as many pages as it needs", async () => {
    const lines = [
      "(unbalanced \\ ) (",
      "日本語",
      "x".repeat(5000),
      ...Array.from({ length: 100 }, (_, i) => `line ${i}`),
    ];
    const document = await PDFDocument.load(pdfOf([{ title: ") Tj ET", lines, mark: "TEST" }]));
    expect(document.getPageCount()).toBeGreaterThan(3);
  });
});
