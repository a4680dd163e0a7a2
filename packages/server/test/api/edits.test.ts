/** Editing a request that is under way: what takes its place, and what is refused. */

import { describe, expect, it } from "vitest";
import type { SignEmulator } from "../../src/testing/index.js";
import { send } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";

let sign: SignEmulator;
emulatorForFile(
  (started) => {
    sign = started;
  },
  { clock: "2026-05-01T12:00:00Z" },
);

const call = (method: string, path: string, body: object) =>
  send(sign, method, `/v3/signature_request/${path}`, { body, headers: basic });
const jack = { name: "Jack", email_address: "jack@example.com" };
const ann = { name: "Ann", email_address: "ann@example.com" };
const wanted = { title: "NDA", signers: [jack], file_urls: ["https://example.com/a.pdf"], test_mode: true };

async function sent(more: object = {}): Promise<{ id: string; signatureId: string }> {
  const { signature_request: made } = (await call("POST", "send", { ...wanted, ...more })).body;
  return { id: made.signature_request_id, signatureId: made.signatures[0].signature_id };
}

describe("an edit", () => {
  it("replaces the request under its id, with other signatures, and sends it anew", async () => {
    const { id, signatureId } = await sent();
    await sign.documents.prepare(id);
    const answer = await call("PUT", `edit/${id}`, { ...wanted, title: "NDA 2", signers: [ann] });
    expect(answer.body.signature_request).toMatchObject({ signature_request_id: id, title: "NDA 2" });
    const [signature] = answer.body.signature_request.signatures;
    expect(signature).toMatchObject({ signer_name: "Ann", status_code: "awaiting_signature" });
    expect(signature.signature_id).not.toBe(signatureId);
    await sign.clock.advance("1s");
    expect((await sign.outbox.emails()).map(({ to }) => to)).toEqual(["jack@example.com", "ann@example.com"]);
    expect((await fetch(`${sign.url}/sign/${signatureId}`)).status).toBe(404);
    expect(await sign.documents.list()).toHaveLength(1);
  });

  it("has groups of signers, SMS and an end where they are sent, and not where they are not", async () => {
    const { id } = await sent({ expires_at: Date.parse("2026-05-10T12:00:00Z") / 1000 });
    const sms = { sms_phone_number: "+14155550100", sms_phone_number_type: "authentication" };
    const at = Date.parse("2026-05-20T12:00:00Z") / 1000;
    const edit = async (more: object) => {
      const body = { ...wanted, signers: undefined, test_mode: false, ...more };
      return (await call("PUT", `edit/${id}`, body)).body.signature_request;
    };
    const grouped = await edit({
      ...{
        expires_at: at,
        grouped_signers: [{ group: "Buyers", order: 0, signers: [{ ...jack, ...sms }, ann] }],
      },
    });
    const [one, other] = grouped.signatures;
    expect([grouped.expires_at, one.has_sms_auth, one.signer_group_guid]).toEqual([
      ...[at, true, other.signer_group_guid],
    ]);
    const plain = await edit({ signers: [jack] });
    expect([plain.expires_at, plain.signatures[0].signer_group_guid]).toEqual([null, null]);
  });

  it("changes nothing where the new request is wrong", async () => {
    const { id } = await sent();
    const answer = await call("PUT", `edit/${id}`, { ...wanted, signers: [{ name: "Ann" }] });
    expect([answer.status, answer.body.error.error_path]).toEqual([400, "signers[0].email_address"]);
    expect((await sign.documents.get(id)).signatures[0]?.signerName).toBe("Jack");
  });

  it("is refused once the request is over, for a stranger's, and by the operation for the other kind", async () => {
    const { id } = await sent();
    expect(
      (await call("PUT", `edit_embedded/${id}`, { ...wanted, client_id: sign.client.clientId })).status,
    ).toBe(400);
    await sign.documents.complete(id);
    expect((await call("PUT", `edit/${id}`, wanted)).status).toBe(400);
    expect((await call("PUT", `edit/${"a".repeat(40)}`, wanted)).status).toBe(404);
    const { id: other } = await sent();
    await call("POST", `cancel/${other}`, {});
    expect((await call("PUT", `edit/${other}`, wanted)).status).toBe(404);
  });
});
