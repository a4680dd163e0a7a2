/** Signature requests: what is sent, what signers and time do to it, and what is refused. */

import { SignatureRequestApi } from "@dropbox/sign";
import { beforeEach, describe, expect, it } from "vitest";
import type { SignEmulator } from "../../src/testing/index.js";
import { send, tokensFor } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";

const pdf = Buffer.from("%PDF-1.4\n%%EOF\n");

let sign: SignEmulator;
let bearer: { authorization: string };
let api: SignatureRequestApi;
emulatorForFile(
  (started) => {
    sign = started;
  },
  { clock: "2026-05-01T12:00:00Z" },
);
beforeEach(async () => {
  const { access_token } = await tokensFor(sign);
  bearer = { authorization: `Bearer ${access_token}` };
  api = new SignatureRequestApi(`${sign.url}/v3`);
  api.accessToken = access_token;
});

const twoSigners = [
  { name: "Jack", email_address: "jack@example.com", order: 0 },
  { name: "Ann", email_address: "ann@example.com", order: 1 },
];

async function sent(more: object = {}) {
  const body = {
    title: "NDA",
    signers: twoSigners,
    file_urls: ["https://example.com/nda.pdf"],
    test_mode: true,
    ...more,
  };
  return send(sign, "POST", "/v3/signature_request/send", { body, headers: bearer });
}

const idOf = (answer: { body: { signature_request: { signature_request_id: string } } }) =>
  answer.body.signature_request.signature_request_id;

describe("a signature request", () => {
  it("is sent, read, listed and canceled by the official SDK", async () => {
    const made = await api.signatureRequestSend({
      title: "NDA",
      subject: "Please sign",
      signers: [{ name: "Jack", emailAddress: "jack@example.com", order: 0 }],
      ccEmailAddresses: ["lawyer@example.com"],
      metadata: { custom_id: "1234" },
      files: [pdf as unknown as never],
      testMode: true,
    });
    const request = made.body.signatureRequest;
    expect(request).toMatchObject({
      title: "NDA",
      testMode: true,
      isComplete: false,
      ccEmailAddresses: ["lawyer@example.com"],
      metadata: { custom_id: "1234" },
    });
    const id = request.signatureRequestId as string;
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    expect((await api.signatureRequestGet(id)).body.signatureRequest.signatureRequestId).toBe(id);
    const { listInfo, signatureRequests } = (await api.signatureRequestList()).body;
    expect(listInfo).toMatchObject({ page: 1, numPages: 1, numResults: 1 });
    expect(signatureRequests.map((one) => one.signatureRequestId)).toEqual([id]);
    await api.signatureRequestCancel(id);
    await expect(api.signatureRequestGet(id)).rejects.toMatchObject({ statusCode: 410 });
  });

  it("asks the first signers when its files are ready, and the next when those have signed", async () => {
    const id = idOf(await sent());
    expect(await sign.outbox.emails()).toEqual([]);
    await sign.clock.advance("1s");
    expect((await sign.outbox.emails()).map(({ to }) => to)).toEqual(["jack@example.com"]);
    const after = await sign.documents.sign(id);
    expect(after.signatures.map(({ statusCode }) => statusCode)).toEqual(["signed", "awaiting_signature"]);
    expect((await sign.outbox.emails()).map(({ to }) => to)).toEqual(["jack@example.com", "ann@example.com"]);
  });

  it("is complete when all have signed, and downloadable only a moment later", async () => {
    const id = idOf(await sent());
    await sign.documents.sign(id);
    const complete = await sign.documents.sign(id);
    expect(complete).toMatchObject({ isComplete: true, downloadable: false });
    const files = () => send(sign, "GET", `/v3/signature_request/files/${id}`, { headers: bearer });
    expect((await files()).status).toBe(409);
    await sign.clock.advance("1s");
    expect((await files()).headers.get("content-type")).toBe("application/pdf");
  });

  it("reports its life in order, to the app's callback", async () => {
    await sign.changeApp({ eventCallbackUrl: "http://127.0.0.1:1/events" });
    const id = idOf(await sent({ allow_decline: true, signers: twoSigners.slice(0, 1) }));
    await sign.documents.view(id);
    await sign.documents.complete(id);
    const types = (await sign.outbox.events()).map(({ type }) => type.replace("signature_request_", ""));
    expect(types).toEqual(["sent", "prepared", "viewed", "signed", "all_signed", "downloadable"]);
  });

  it("expires at its time, rounded down to the hour, for whoever has not signed", async () => {
    const inTwoDays = Date.parse("2026-05-03T12:34:56Z") / 1000;
    const id = idOf(await sent({ expires_at: inTwoDays }));
    await sign.clock.set("2026-05-03T11:59:59Z");
    expect((await sign.documents.get(id)).phase).toBe("open");
    await sign.clock.set("2026-05-03T12:00:00Z");
    const { phase, signatures } = await sign.documents.get(id);
    expect([phase, signatures[0]?.statusCode]).toEqual(["expired", "expired"]);
  });

  it("is declined with a reason where that was allowed, and not otherwise", async () => {
    const firm = idOf(await sent());
    await expect(sign.documents.decline(firm, "No")).rejects.toThrow("allow_decline");
    const open = idOf(await sent({ allow_decline: true }));
    const declined = await sign.documents.decline(open, "Wrong document");
    expect(declined).toMatchObject({ isDeclined: true, phase: "declined" });
    expect(declined.signatures[0]).toMatchObject({ statusCode: "declined", declineReason: "Wrong document" });
  });

  it("is handed on to another person, whose signature has another id", async () => {
    const id = idOf(await sent({ allow_reassign: true }));
    const before = (await sign.documents.get(id)).signatures[0]?.signatureId;
    await sign.documents.reassign(id, { email: "boss@example.com", name: "Boss" });
    const after = (await sign.documents.get(id)).signatures[0];
    expect(after).toMatchObject({ signerEmailAddress: "boss@example.com", statusCode: "awaiting_signature" });
    expect(after?.signatureId).not.toBe(before);
  });

  it("is reminded of once an hour has passed since the last e-mail, and only whoever is on turn", async () => {
    const id = idOf(await sent());
    await sign.documents.prepare(id);
    const remind = (emailAddress: string) =>
      send(sign, "POST", `/v3/signature_request/remind/${id}`, {
        body: { email_address: emailAddress },
        headers: bearer,
      });
    expect((await remind("jack@example.com")).body.error.error_name).toBe("invalid_reminder");
    await sign.clock.advance("1h");
    expect((await remind("jack@example.com")).status).toBe(200);
    expect((await remind("ann@example.com")).body.error.error_name).toBe("invalid_reminder");
    expect((await remind("stranger@example.com")).body.error.error_name).toBe("invalid_reminder");
  });

  it("gets a new signature id for a new e-mail address, and is asked for again", async () => {
    const id = idOf(await sent({ client_id: sign.client.clientId }));
    await sign.documents.prepare(id);
    const old = (await sign.documents.get(id)).signatures[0]?.signatureId;
    const answer = await send(sign, "POST", `/v3/signature_request/update/${id}`, {
      body: { signature_id: old, email_address: "jack2@example.com" },
      headers: basic,
    });
    const [signature] = answer.body.signature_request.signatures;
    expect(signature.signer_email_address).toBe("jack2@example.com");
    expect(signature.signature_id).not.toBe(old);
    expect((await sign.outbox.emails()).at(-1)?.to).toBe("jack2@example.com");
  });

  it("is removed from the list of whoever removed it, once it is complete, by API key alone", async () => {
    const id = idOf(await sent());
    const remove = (headers: object) =>
      send(sign, "POST", `/v3/signature_request/remove/${id}`, {
        headers: headers as Record<string, string>,
      });
    expect((await remove(bearer)).status).toBe(403);
    expect((await remove(basic)).body.error.error_name).toBe("signature_request_remove_failed");
    await sign.documents.complete(id);
    expect((await remove(basic)).status).toBe(200);
    expect((await send(sign, "GET", `/v3/signature_request/${id}`, { headers: basic })).status).toBe(410);
  });

  it("cannot be canceled once everybody has signed", async () => {
    const id = idOf(await sent());
    await sign.documents.complete(id);
    const answer = await send(sign, "POST", `/v3/signature_request/cancel/${id}`, { headers: bearer });
    expect([answer.status, answer.body.error.error_name]).toEqual([400, "signature_request_cancel_failed"]);
  });

  it("has a file that fails only while it is being prepared", async () => {
    await sign.documents.preparing("hold");
    const id = idOf(await sent());
    await sign.clock.advance("1h");
    expect((await sign.documents.get(id)).phase).toBe("preparing");
    const failed = await sign.documents.fail(id, "broken PDF");
    expect(failed).toMatchObject({ hasError: true, phase: "error" });
    const files = await send(sign, "GET", `/v3/signature_request/files/${id}`, { headers: bearer });
    expect([files.status, files.body.error.error_name]).toEqual([422, "unprocessable_entity"]);
  });

  it("is in snapshots and gone after a reset", async () => {
    const id = idOf(await sent());
    const snapshot = await sign.snapshot();
    await sign.documents.complete(id);
    await sign.restore(snapshot);
    expect((await sign.documents.get(id)).phase).toBe("preparing");
    await sign.clock.advance("1s");
    expect((await sign.documents.get(id)).phase).toBe("open");
    await sign.reset();
    expect(await sign.documents.list()).toEqual([]);
  });
});

describe("who may see a signature request", () => {
  it("is its sender and its signers; to others it does not exist", async () => {
    const id = idOf(await sent({ signers: [{ name: "Ann", email_address: "ann@example.com" }] }));
    const asked = async (account: string) => {
      const tokens = await tokensFor(sign, { account });
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      return (await send(sign, "GET", `/v3/signature_request/${id}`, { headers })).status;
    };
    expect(await asked("jill@example.com")).toBe(200);
    expect(await asked("jack@example.com")).toBe(404);
  });

  it("does not make a signer its sender", async () => {
    const id = idOf(await sent());
    const tokens = await tokensFor(sign, { account: "jack@example.com" });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await send(sign, "GET", `/v3/signature_request/${id}`, { headers })).status).toBe(200);
    const cancel = await send(sign, "POST", `/v3/signature_request/cancel/${id}`, { headers });
    expect([cancel.status, cancel.body.error.error_name]).toEqual([403, "forbidden"]);
  });
});

describe("sending refuses", () => {
  const signer = { name: "Jack", email_address: "jack@example.com" };
  it.each([
    ["no signers", { signers: [] }, "signers"],
    ["a signer without a name", { signers: [{ email_address: "a@example.com" }] }, "signers[0].name"],
    [
      "what is no e-mail address",
      { signers: [{ name: "A", email_address: "a" }] },
      "signers[0].email_address",
    ],
    ["a PIN of three digits", { signers: [{ ...signer, pin: "123" }] }, "signers[0].pin"],
    ["neither files nor file_urls", { file_urls: [] }, "files"],
    ["a file URL that is none", { file_urls: ["nda.pdf"] }, "file_urls[0]"],
    [
      "signers beside grouped_signers",
      { grouped_signers: [{ group: "A", signers: [signer] }] },
      "grouped_signers",
    ],
    ["a title of 256 characters", { title: "x".repeat(256) }, "title"],
    [
      "eleven keys of metadata",
      { metadata: Object.fromEntries([..."abcdefghijk"].map((k) => [k, "1"])) },
      "metadata",
    ],
    ["an end in an hour", { expires_at: Date.parse("2026-05-01T13:00:00Z") / 1000 }, "expires_at"],
    ["an end in a year", { expires_at: Date.parse("2027-05-01T13:00:00Z") / 1000 }, "expires_at"],
    ["test_mode that is neither true nor false", { test_mode: "perhaps" }, "test_mode"],
  ])("%s, and names the parameter", async (_what, more, path) => {
    const answer = await sent(more);
    expect([answer.status, answer.body.error.error_name]).toEqual([400, "bad_request"]);
    expect(answer.body.error.error_path).toBe(path);
    expect(await sign.documents.list()).toEqual([]);
  });

  it("another app's client_id, in the live service's words", async () => {
    const answer = await sent({ client_id: "another" });
    expect([answer.status, answer.body.error.error_msg]).toEqual([
      401,
      "App with client_id another not authorized to make requests",
    ]);
  });
});

describe("the list", () => {
  it("is paged", async () => {
    for (const title of ["One", "Two", "Three"]) await sent({ title });
    const page = async (query: string) =>
      (await send(sign, "GET", `/v3/signature_request/list?${query}`, { headers: bearer })).body;
    const second = await page("page=2&page_size=2");
    expect(second.list_info).toEqual({ page: 2, page_size: 2, num_results: 3, num_pages: 2 });
    expect(second.signature_requests.map(({ title }: { title: string }) => title)).toEqual(["One"]);
    expect((await page("page_size=101")).error.error_path).toBe("page_size");
  });

  it.each([
    ["title:Two", ["Two"]],
    ['title:"One"', ["One"]],
    ["to:jack@example.com complete:false", ["Two", "One"]],
    ["from:me title:Two", ["Two"]],
    ["Tw", ["Two"]],
    ["awaiting_my_signature:true", []],
  ])("answers the query %s", async (query, titles) => {
    for (const title of ["One", "Two"]) await sent({ title });
    const answer = await send(sign, "GET", `/v3/signature_request/list?query=${encodeURIComponent(query)}`, {
      headers: bearer,
    });
    expect(answer.body.signature_requests.map(({ title }: { title: string }) => title)).toEqual(titles);
  });

  it("refuses an operator that it does not know, instead of ignoring it", async () => {
    const answer = await send(sign, "GET", "/v3/signature_request/list?query=created:2026", {
      headers: bearer,
    });
    expect([answer.status, answer.body.error.error_path]).toEqual([400, "query"]);
  });

  it("leaves out what the account is only copied on", async () => {
    await sent({
      cc_email_addresses: ["jack@example.com"],
      signers: [{ name: "A", email_address: "a@example.com" }],
    });
    const tokens = await tokensFor(sign, { account: "jack@example.com" });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const answer = await send(sign, "GET", "/v3/signature_request/list", { headers });
    expect(answer.body.signature_requests).toEqual([]);
  });
});
