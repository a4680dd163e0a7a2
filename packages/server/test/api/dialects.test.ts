/** The same request in the encodings that SDKs and people put on the wire makes the same state. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { tokensFor } from "../emulator/client.js";

let sign: SignEmulator;
let authorization: string;
beforeAll(async () => {
  sign = await startEmulator();
  authorization = `Bearer ${(await tokensFor(sign)).access_token}`;
});
afterAll(() => sign.close());

interface Made {
  readonly signatures: readonly Record<string, unknown>[];
}

const signers = [
  { name: "Jack", email_address: "jack@example.com", order: 0 },
  { name: "Ann", email_address: "ann@example.com", order: 1 },
];
const url = "https://example.com/nda.pdf";
const pdf = new File(["%PDF-1.4\n%%EOF"], "nda.pdf", { type: "application/pdf" });

function multipart(fields: Record<string, string>, files: Record<string, File> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, file] of Object.entries(files)) form.set(name, file);
  return form;
}

const bracketed = {
  title: "NDA",
  "signers[0][name]": "Jack",
  "signers[0][email_address]": "jack@example.com",
  "signers[0][order]": "0",
  "signers[1][name]": "Ann",
  "signers[1][email_address]": "ann@example.com",
  "signers[1][order]": "1",
  "metadata[custom_id]": "1234",
  "cc_email_addresses[]": "lawyer@example.com",
};

const json = (body: object) => ({ body: JSON.stringify(body), type: "application/json" });
const form = (fields: Record<string, string>) => ({
  body: new URLSearchParams(fields).toString(),
  type: "application/x-www-form-urlencoded",
});

const common = { title: "NDA", metadata: { custom_id: "1234" }, cc_email_addresses: ["lawyer@example.com"] };
const asText = {
  title: "NDA",
  signers: JSON.stringify(signers),
  metadata: JSON.stringify(common.metadata),
  cc_email_addresses: JSON.stringify(common.cc_email_addresses),
};

const dialects: [string, { body: string | FormData; type?: string }][] = [
  ["JSON as described", json({ ...common, signers, file_urls: [url], test_mode: true })],
  [
    "JSON with nested values and booleans as text (Ruby)",
    json({ ...asText, file_urls: JSON.stringify([url]), test_mode: "true" }),
  ],
  [
    "multipart with one part of JSON for each list (Node, PHP)",
    { body: multipart({ ...asText, test_mode: "true" }, { "files[0]": pdf }) },
  ],
  [
    "multipart with True for true, and schema defaults (Python)",
    {
      body: multipart(
        { ...asText, test_mode: "True", is_qualified_signature: "False", hide_text_tags: "False" },
        { "files[0]": pdf },
      ),
    },
  ],
  [
    "multipart with brackets and the old name of files (curl)",
    { body: multipart({ ...bracketed, test_mode: "1" }, { "file[0]": pdf }) },
  ],
  ["a form with brackets", form({ ...bracketed, "file_urls[0]": url, test_mode: "1" })],
  ["a form with the old name of file URLs", form({ ...bracketed, "file_url[0]": url, test_mode: "1" })],
];

describe("a request to send", () => {
  it.each(dialects)("is understood as %s", async (_name, { body, type }) => {
    const answer = await fetch(`${sign.url}/v3/signature_request/send`, {
      method: "POST",
      headers: { authorization, ...(type && { "content-type": type }) },
      body,
    });
    expect(answer.status).toBe(200);
    const { signature_request: made } = (await answer.json()) as { signature_request: Made };
    expect(made).toMatchObject({
      title: "NDA",
      test_mode: true,
      metadata: { custom_id: "1234" },
      cc_email_addresses: ["lawyer@example.com"],
    });
    const told = made.signatures.map((one) => [one.signer_name, one.signer_email_address, one.order]);
    expect(told).toEqual([
      ["Jack", "jack@example.com", 0],
      ["Ann", "ann@example.com", 1],
    ]);
  });

  it("is refused with more parts than a request can have, named or not", async () => {
    const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n';
    const nameless = "--x\r\nContent-Disposition: form-data\r\n\r\n\r\n";
    for (const one of [part, nameless]) {
      const answer = await fetch(`${sign.url}/v3/signature_request/send`, {
        method: "POST",
        headers: { authorization, "content-type": "multipart/form-data; boundary=x" },
        body: `${one.repeat(3000)}--x--\r\n`,
      });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toMatch(/too many parameters|more than 2040 parts|has no name/);
    }
  });

  it.each([
    ["a name sent twice", "title=a&title=b"],
    ["brackets without end", "signers[0][name]=a&signers[0]=b"],
    ["brackets too deep", `a${"[0]".repeat(7)}=1`],
    ["a name of the prototype", "__proto__[admin]=1"],
  ])("refuses %s without harm", async (_what, body) => {
    const answer = await fetch(`${sign.url}/v3/signature_request/send`, {
      method: "POST",
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body,
    });
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});
