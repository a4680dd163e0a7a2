/** Documents outlive the process where data is kept. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator/emulator.js";
import { silentLog } from "../../src/log.js";

const folder = mkdtempSync(join(tmpdir(), "countersign-documents-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (fresh = false) =>
  createEmulator({ port: 0, host: "127.0.0.1", data: folder, log: silentLog, fresh });
const authorization = `Basic ${Buffer.from("5d1fe7a1c4b2a9036d8e5f70c1b2a3948576869788a9bacbdcedfe0f1a2b3c4d:").toString("base64")}`;

async function titles(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/v3/signature_request/list`, { headers: { authorization } });
  const { signature_requests } = (await answer.json()) as { signature_requests: { title: string }[] };
  return signature_requests.map(({ title }) => title);
}

async function send(url: string, more: Record<string, string> = {}): Promise<void> {
  const form = new FormData();
  form.set("title", "Kept");
  form.set("signers[0][name]", "Jack");
  form.set("signers[0][email_address]", "jack@example.com");
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  form.set("files[0]", new File(["%PDF-1.4"], "a.pdf"));
  await fetch(`${url}/v3/signature_request/send`, { method: "POST", headers: { authorization }, body: form });
}

describe("documents of countersign dev", () => {
  it("are there after a restart with their files, and gone after a fresh start", async () => {
    const first = await start();
    await send(first.url);
    const [before] = first.world.signing.documents.requests();
    await first.close();
    const second = await start();
    expect(await titles(second.url)).toEqual(["Kept"]);
    expect(second.world.signing.documents.requests()[0]?.files).toEqual(before?.files);
    await second.close();
    const third = await start(true);
    expect(await titles(third.url)).toEqual([]);
    await third.close();
    const fourth = await start();
    expect(await titles(fourth.url)).toEqual([]);
    await fourth.close();
  });

  it("go on being made: a template and a draft that were under way", async () => {
    const first = await start();
    const headers = { authorization, "content-type": "application/json" };
    const post = async (path: string, body: object) =>
      (await fetch(`${first.url}/v3${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
    const fileUrls = ["https://example.com/a.pdf"];
    first.world.signing.preparingMilliseconds = 3_600_000;
    const wanted = { signer_roles: [{ name: "Client" }], form_fields_per_document: [], file_urls: fileUrls };
    await post("/template/create", wanted);
    await post("/unclaimed_draft/create", { type: "request_signature", title: "Lease", file_urls: fileUrls });
    await first.close();
    const second = await start();
    const { documents } = second.world.signing;
    expect(documents.drafts().map(({ history = [] }) => history.map(({ act }) => act))).toEqual([
      ["draft_made"],
    ]);
    expect(documents.templates()[0]?.phase).toBe("creating");
    await second.world.timeline.advance(3_600_000);
    expect(documents.templates()[0]?.phase).toBe("ready");
    await second.close();
  });

  it("keep what their senders wrote, however much it looks like what the file writes itself", async () => {
    const metadata = { base64: "aGVsbG8=" };
    const first = await start();
    await send(first.url, { "metadata[base64]": metadata.base64 });
    await first.close();
    for (let restart = 0; restart < 2; restart++) {
      const again = await start();
      expect(again.world.signing.documents.requests()[0]?.metadata).toEqual(metadata);
      await again.close();
    }
  });

  it("that cannot be read stop the start with a word on what to do", async () => {
    const emulator = await start();
    await emulator.close();
    writeFileSync(join(folder, "documents.json"), "{");
    await expect(start()).rejects.toThrow("move it away");
  });
});
