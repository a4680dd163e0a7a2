/** Unclaimed drafts: who claims them, what becomes of them, what is refused. */

import { describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { send } from "../emulator/client.js";
import { basic, emulatorForFile } from "./scene.js";

let sign: SignEmulator;
emulatorForFile(
  (started) => {
    sign = started;
  },
  { clock: "2026-05-01T12:00:00Z" },
);

const post = (path: string, body: object) => send(sign, "POST", `/v3${path}`, { body, headers: basic });
const fileUrls = ["https://example.com/nda.pdf"];
const jack = { name: "Jack", email_address: "jack@example.com" };

const plain = (more: object = {}) =>
  post("/unclaimed_draft/create", {
    type: "request_signature",
    title: "NDA",
    file_urls: fileUrls,
    test_mode: true,
    ...more,
  });
const embedded = (more: object = {}) =>
  post("/unclaimed_draft/create_embedded", {
    ...{ client_id: sign.client.clientId, requester_email_address: "jill@example.com" },
    ...{ title: "NDA", file_urls: fileUrls, signers: [jack], test_mode: true },
    ...more,
  });
const framed = (claimUrl: string, more: Record<string, string> = {}) =>
  `${claimUrl}&${new URLSearchParams({ client_id: sign.client.clientId, parent_url: "http://localhost:1", skip_domain_verification: "1", ...more })}`;

async function opened(url: string): Promise<{ status: number; text: string; action: string }> {
  const answer = await fetch(url);
  const text = await answer.text();
  return { status: answer.status, text, action: /action="([^"]+)"/.exec(text)?.[1] ?? "" };
}
const submit = (action: string, fields: Record<string, string> = {}) =>
  fetch(`${sign.url}${action}`, { method: "POST", body: new URLSearchParams(fields) });

describe("a draft", () => {
  it("is claimed by whoever opens it first, who names the signers and sends", async () => {
    const { claim_url: url, signature_request_id: id } = (await plain()).body.unclaimed_draft;
    expect(id).toBeNull();
    const { action } = await opened(url);
    expect((await opened(url)).status).toBe(404);
    expect(await sign.documents.list()).toEqual([]);
    const fields = { requester: "jack@example.com", "name-0": "Ann", "email-0": "ann@example.com" };
    expect((await submit(action, fields)).status).toBe(200);
    const [request] = await sign.documents.list();
    expect(request).toMatchObject({ title: "NDA", requesterEmailAddress: "jack@example.com" });
    expect(request?.signatures[0]).toMatchObject({
      signerName: "Ann",
      signerEmailAddress: "ann@example.com",
    });
    expect((await submit(action, fields)).status).toBe(404);
  });

  it("is not claimed by a question for its headers, as previews of links send", async () => {
    const { claim_url: url } = (await plain()).body.unclaimed_draft;
    expect((await fetch(url, { method: "HEAD" })).status).toBe(405);
    expect((await fetch(url)).status).toBe(200);
  });

  it("to sign oneself has its claimer as the signer", async () => {
    const { claim_url: url } = (await plain({ type: "send_document" })).body.unclaimed_draft;
    await submit((await opened(url)).action, { requester: "jack@example.com" });
    const [request] = await sign.documents.list();
    expect(request?.signatures.map((one) => one.signerEmailAddress)).toEqual(["jack@example.com"]);
  });

  it("makes one request, though its page is sent twice at once", async () => {
    const { claim_url: url } = (await embedded()).body.unclaimed_draft;
    const { action } = await opened(framed(url));
    const both = await Promise.all([submit(action), submit(action)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(await sign.documents.list()).toHaveLength(1);
  });

  it("tells what is wrong with a signer on its page, and may be sent again", async () => {
    const { claim_url: url } = (await plain()).body.unclaimed_draft;
    const { action } = await opened(url);
    const wrong = await submit(action, {
      requester: "nobody@example.com",
      "name-0": "A",
      "email-0": "a@example.com",
    });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("no account")]);
    expect(
      (await submit(action, { requester: "jill@example.com", "name-0": "A", "email-0": "b" })).status,
    ).toBe(400);
    expect(
      (await submit(action, { requester: "jill@example.com", "name-0": "A", "email-0": "a@example.com" }))
        .status,
    ).toBe(200);
  });

  it("keeps what was typed when it is refused, and says which address has no account", async () => {
    const { claim_url: url } = (await plain()).body.unclaimed_draft;
    const { action } = await opened(url);
    const typed = { requester: "nobody@example.com", "name-0": 'Ann "A" Lee', "email-0": "ann@example.com" };
    const text = await (await submit(action, typed)).text();
    expect(text).toContain("There is no account with the address nobody@example.com.");
    for (const value of ["nobody@example.com", "Ann &#34;A&#34; Lee", "ann@example.com"])
      expect(text).toContain(`value="${value}"`);
    const long = await (await submit(action, { ...typed, "name-0": "x".repeat(5001) })).text();
    expect(long).not.toContain("x".repeat(5001));
  });

  it("is titled, and lists its documents, as the request that it becomes", async () => {
    const content = (text: string) => ({
      title: /<h1>(.*?)<\/h1>/.exec(text)?.[1],
      papers: [...text.matchAll(/<li>([^<]*)<\/li>/g)].map(([, name]) => name),
    });
    const urls = ["https://example.com/nda.pdf", "https://example.com/annex%20A.pdf"];
    const { claim_url: url } = (await plain({ title: undefined, file_urls: urls })).body.unclaimed_draft;
    const { action, text } = await opened(url);
    expect(content(text)).toEqual({ title: "nda.pdf", papers: ["nda.pdf", "annex A.pdf"] });
    await submit(action, { requester: "jill@example.com", "name-0": "A", "email-0": "a@example.com" });
    expect((await sign.documents.list())[0]?.title).toBe("nda.pdf");

    const template = await sign.documents.addTemplate({ title: "Lease", signerRoles: ["Client"] });
    const { claim_url: framedUrl } = (
      await post("/unclaimed_draft/create_embedded_with_template", {
        ...{ client_id: sign.client.clientId, requester_email_address: "jill@example.com", test_mode: true },
        ...{ template_ids: [template], subject: "Please sign" },
      })
    ).body.unclaimed_draft;
    const ofTemplate = await opened(framed(framedUrl));
    expect(content(ofTemplate.text)).toEqual({ title: "Lease", papers: ["Lease.pdf"] });
    await submit(ofTemplate.action, { "name-0": "A", "email-0": "a@example.com" });
    expect((await sign.documents.list()).map(({ title }) => title)).toContain("Lease");
  });

  it("is over after a day", async () => {
    const { claim_url: url } = (await plain()).body.unclaimed_draft;
    await sign.clock.advance("24h");
    expect((await opened(url)).status).toBe(404);
  });

  it("may be sent less than a day before its request expires, and not after", async () => {
    const end = { expires_at: Date.parse("2026-05-02T12:30:00Z") / 1000 };
    expect((await plain({ expires_at: end.expires_at - 3600 })).body.error.error_path).toBe("expires_at");
    const fields = { requester: "jack@example.com", "name-0": "Ann", "email-0": "ann@example.com" };
    const actions = [];
    for (const _ of [1, 2]) {
      const { claim_url: url } = (await plain(end)).body.unclaimed_draft;
      actions.push((await opened(url)).action);
    }
    await sign.clock.set("2026-05-02T11:59:59Z");
    expect((await submit(actions[0] as string, fields)).status).toBe(200);
    await sign.clock.set("2026-05-02T12:00:00Z");
    const late = await submit(actions[1] as string, fields);
    expect([late.status, await late.text()]).toEqual([400, expect.stringContaining("has passed")]);
  });

  it("is in snapshots", async () => {
    const { claim_url: url } = (await plain()).body.unclaimed_draft;
    const snapshot = await sign.snapshot();
    expect((await opened(url)).status).toBe(200);
    await sign.restore(snapshot);
    expect((await opened(url)).status).toBe(200);
  });
});

describe("an embedded draft", () => {
  it("tells the request's id before, and the app around it when it is sent", async () => {
    const { claim_url: url, signature_request_id: id } = (await embedded()).body.unclaimed_draft;
    expect((await opened(framed(url, { client_id: "another" }))).status).toBe(400);
    const { action, text } = await opened(framed(url));
    expect(text).toContain("hellosign:initialize");
    const sent = await submit(action);
    expect(await sent.text()).toContain("hellosign:userSendRequest");
    expect(await sign.documents.get(id)).toMatchObject({ title: "NDA", phase: "preparing" });
  });

  it("is shown on the app's own domain alone, unless it is a test that skips that", async () => {
    const { claim_url: url } = (await embedded({ test_mode: false })).body.unclaimed_draft;
    expect((await opened(framed(url, { parent_url: "https://elsewhere.example" }))).status).toBe(400);
  });

  it("on hold asks nobody until it is released, once", async () => {
    const { claim_url: url, signature_request_id: id } = (await embedded({ hold_request: true })).body
      .unclaimed_draft;
    const release = () => post(`/signature_request/release_hold/${id}`, {});
    await submit((await opened(framed(url))).action);
    await sign.clock.advance("1h");
    expect((await sign.documents.get(id)).signatures[0]?.statusCode).toBe("on_hold");
    expect(await sign.outbox.emails()).toEqual([]);
    expect((await release()).body.signature_request.signatures[0].status_code).toBe("awaiting_signature");
    expect((await sign.outbox.emails()).map(({ to }) => to)).toEqual(["jack@example.com"]);
    expect((await release()).status).toBe(400);
  });

  it("of a template asks for the roles that nobody has yet", async () => {
    const template = await sign.documents.addTemplate({ title: "Lease", signerRoles: ["Client", "Witness"] });
    const { claim_url: url, signature_request_id: id } = (
      await post("/unclaimed_draft/create_embedded_with_template", {
        ...{ client_id: sign.client.clientId, requester_email_address: "jill@example.com", test_mode: true },
        ...{ template_ids: [template], signers: [{ role: "Client", ...jack }] },
      })
    ).body.unclaimed_draft;
    const { action, text } = await opened(framed(url));
    expect(text).toContain("Witness");
    await submit(action, { "name-0": "Wanda", "email-0": "wanda@example.com" });
    const roles = (await sign.documents.get(id)).signatures.map((one) => [one.signerRole, one.signerName]);
    expect(roles).toEqual([
      ["Client", "Jack"],
      ["Witness", "Wanda"],
    ]);
  });

  it("is made of a request that was sent, to be sent again", async () => {
    const { clientId } = sign.client;
    const sent = await post("/signature_request/send", {
      client_id: clientId,
      title: "NDA",
      signers: [jack],
      file_urls: fileUrls,
      test_mode: true,
    });
    const before = sent.body.signature_request.signature_request_id;
    const resend = (of: string) => post(`/unclaimed_draft/edit_and_resend/${before}`, { client_id: of });
    expect((await resend("another")).status).not.toBe(200);
    const { claim_url: url, signature_request_id: id } = (await resend(clientId)).body.unclaimed_draft;
    expect(id).not.toBe(before);
    await submit((await opened(framed(url))).action);
    expect((await sign.documents.get(id)).signatures[0]?.signerEmailAddress).toBe("jack@example.com");
  });
});

describe("a draft of a request that was sent", () => {
  const again = async (more: object) => {
    const { clientId } = sign.client;
    const sent = await post("/signature_request/send", {
      ...{ client_id: clientId, title: "NDA", file_urls: fileUrls },
      ...more,
    });
    const before = sent.body.signature_request.signature_request_id;
    const draft = await post(`/unclaimed_draft/edit_and_resend/${before}`, { client_id: clientId });
    const { claim_url: url, signature_request_id: id } = draft.body.unclaimed_draft;
    const { action } = await opened(framed(url, { parent_url: sign.url }));
    return { id, action };
  };
  const read = async (id: string) =>
    (await send(sign, "GET", `/v3/signature_request/${id}`, { headers: basic })).body.signature_request;

  it("keeps groups of signers with their order, and one of a group signs for it", async () => {
    const group = (name: string, order: number, emails: readonly string[]) => ({
      ...{ group: name, order },
      signers: emails.map((email) => ({ name: email.slice(0, 3), email_address: `${email}@example.com` })),
    });
    const grouped = [group("Buyers", 0, ["ann", "ben"]), group("Sellers", 1, ["tom"])];
    const { id, action } = await again({ grouped_signers: grouped, test_mode: true });
    await submit(action);
    const { signatures } = await read(id);
    const guids = signatures.map((one: { signer_group_guid: string }) => one.signer_group_guid);
    expect([guids[0] === guids[1], guids[1] === guids[2]]).toEqual([true, false]);
    expect(signatures.map((one: { order: number }) => one.order)).toEqual([0, 0, 1]);
    await sign.documents.complete(id);
    expect((await sign.documents.get(id)).signatures).toHaveLength(2);
  });

  it("keeps how signers are told by SMS", async () => {
    const sms = { sms_phone_number: "+14155550100", sms_phone_number_type: "delivery" };
    const { id, action } = await again({ signers: [{ ...jack, ...sms }] });
    await submit(action);
    expect((await read(id)).signatures[0]).toMatchObject({
      ...{ has_sms_delivery: true, has_sms_auth: false, sms_phone_number: "+14155550100" },
    });
  });

  it("keeps when it expires, however near that is by then, and not once it is over", async () => {
    const at = Date.parse("2026-05-03T12:00:00Z") / 1000;
    const { id, action } = await again({ signers: [jack], expires_at: at, test_mode: true });
    await sign.clock.set("2026-05-02T11:59:59Z");
    await submit(action);
    expect((await read(id)).expires_at).toBe(at);
    await sign.clock.set("2026-05-03T12:00:00Z");
    expect((await sign.documents.get(id)).phase).toBe("expired");
    const draft = await post(`/unclaimed_draft/edit_and_resend/${id}`, { client_id: sign.client.clientId });
    const { claim_url: url, signature_request_id: next } = draft.body.unclaimed_draft;
    await submit((await opened(framed(url))).action);
    expect((await read(next)).expires_at).toBeNull();
  });
});

describe("a draft of a seed", () => {
  const accounts = [{ email: "jill@example.com" }, { email: "jack@example.com" }];
  const drafts = [
    { title: "Lease", requester: "jill@example.com", documents: ["lease.pdf"] },
    {
      ...{ title: "Offer", requester: "jack@example.com", type: "send_document" as const, test_mode: false },
      signers: [{ name: "Ann", email: "ann@example.com" }],
    },
  ];

  it("waits to be claimed, under the same id after a reset, and is no draft once it was sent", async () => {
    await using planted = await startEmulator({ seed: { accounts, apps: [], unclaimed_drafts: drafts } });
    const [offer, lease] = await planted.documents.drafts();
    expect([lease, offer]).toMatchObject([
      { title: "Lease", phase: "unclaimed", openRoles: [""], testMode: true, type: "request_signature" },
      { title: "Offer", openRoles: [], testMode: false, type: "send_document" },
    ]);
    const sent = await planted.documents.sendDraft(offer?.signatureRequestId ?? "");
    expect(sent).toMatchObject({ title: "Offer", requesterEmailAddress: "jack@example.com" });
    expect(sent.signatures.map((one) => one.signerEmailAddress)).toEqual(["ann@example.com"]);
    const page = await (await fetch(lease?.claimUrl ?? "")).text();
    expect(page).toContain("lease.pdf");
    await planted.reset();
    expect((await planted.documents.drafts()).map((one) => [one.signatureRequestId, one.phase])).toEqual([
      [offer?.signatureRequestId, "unclaimed"],
      [lease?.signatureRequestId, "unclaimed"],
    ]);
  });
});

describe("a test without the page", () => {
  const ann = { name: "Ann", emailAddress: "ann@example.com" };

  it("sees drafts, and sends one for whoever it names", async () => {
    const { claim_url: url } = (await plain()).body.unclaimed_draft;
    const [draft] = await sign.documents.drafts();
    expect(draft).toMatchObject({
      ...{ claimUrl: url, title: "NDA", phase: "unclaimed", isEmbedded: false, openRoles: [""] },
      ...{ type: "request_signature", requesterEmailAddress: "jill@example.com" },
    });
    const id = draft?.signatureRequestId ?? "";
    const sent = await sign.documents.sendDraft(id, { requester: "jack@example.com", signers: [ann] });
    expect(sent).toMatchObject({ signatureRequestId: id, requesterEmailAddress: "jack@example.com" });
    expect(sent.signatures[0]?.signerName).toBe("Ann");
    expect(await sign.documents.drafts()).toEqual([]);
    expect((await opened(url)).status).toBe(404);
    await expect(sign.documents.sendDraft(id, { signers: [ann] })).rejects.toThrow("no such draft");
  });

  it("may name it by its claim URL, and sends what is claimed as well", async () => {
    const { claim_url: url } = (await embedded()).body.unclaimed_draft;
    await opened(framed(url));
    expect((await sign.documents.drafts())[0]?.phase).toBe("claimed");
    const token = new URL(url).searchParams.get("token") ?? "";
    await expect(sign.documents.expireDraft(token)).rejects.toThrow("claimed");
    expect((await sign.documents.sendDraft(token)).isEmbedded).toBe(false);
  });

  it("ends a draft's time, and is refused to send it then", async () => {
    const { claim_url: url, signature_request_id: id } = (await embedded()).body.unclaimed_draft;
    expect((await sign.documents.expireDraft(id)).phase).toBe("expired");
    expect((await opened(framed(url))).status).toBe(404);
    await expect(sign.documents.sendDraft(id)).rejects.toThrow("expired");
  });

  it("is refused a signer too many, one too few, and one without an address", async () => {
    await plain();
    const id = (await sign.documents.drafts())[0]?.signatureRequestId ?? "";
    const refused = (signers: object[], text: string) =>
      expect(sign.documents.sendDraft(id, { signers: signers as never })).rejects.toThrow(text);
    await refused([], "signers[0] is missing");
    await refused([ann, ann], "asks for 1");
    await refused([{ name: "Ann" }], "email_address");
    await expect(
      sign.documents.sendDraft(id, { requester: "no@example.com", signers: [ann] }),
    ).rejects.toThrow("no account");
    expect(await sign.documents.drafts()).toHaveLength(1);
  });
});

describe("refuses", () => {
  it.each([
    ["a draft without a type", { type: undefined }, "type"],
    ["a draft of another type", { type: "sell" }, "type"],
    ["a draft without files", { file_urls: [] }, "files"],
    ["a signer without an address", { signers: [{ name: "Jack" }] }, "signers[0].email_address"],
    ["a redirect that is no URL", { signing_redirect_url: "nowhere" }, "signing_redirect_url"],
  ])("%s", async (_what, more, path) => {
    const answer = await plain(more);
    expect([answer.status, answer.body.error.error_path]).toEqual([400, path]);
  });

  it("an embedded draft without its requester, or for another's app", async () => {
    expect((await embedded({ requester_email_address: undefined })).status).toBe(400);
    expect((await embedded({ client_id: "f".repeat(32) })).status).toBe(401);
  });

  it("to release what is not on hold, or not there", async () => {
    const sent = await post("/signature_request/send", { signers: [jack], file_urls: fileUrls });
    const id = sent.body.signature_request.signature_request_id;
    expect((await post(`/signature_request/release_hold/${id}`, {})).status).toBe(400);
  });
});
