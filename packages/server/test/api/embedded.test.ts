/** Embedded signing: the address, its one opening, and the vendor's own client around the page. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SignEmulator } from "../../src/testing/index.js";
import { send } from "../emulator/client.js";
import { launchBrowser } from "../support/browser.js";
import { basic, emulatorForFile } from "./scene.js";

const client = readFileSync(
  createRequire(import.meta.url).resolve("hellosign-embedded/umd/embedded.production.min.js"),
  "utf8",
);

let sign: SignEmulator;
emulatorForFile((started) => {
  sign = started;
});

async function made(more: object = {}): Promise<{ id: string; signatureIds: string[] }> {
  const body = {
    client_id: sign.client.clientId,
    title: "NDA",
    signers: [
      { name: "Jack", email_address: "jack@example.com", order: 0 },
      { name: "Ann", email_address: "ann@example.com", order: 1 },
    ],
    file_urls: ["https://example.com/nda.pdf"],
    test_mode: true,
    ...more,
  };
  const answer = await send(sign, "POST", "/v3/signature_request/create_embedded", { body, headers: basic });
  const { signature_request: request } = answer.body;
  return {
    id: request.signature_request_id,
    signatureIds: request.signatures.map((one: { signature_id: string }) => one.signature_id),
  };
}

const signUrl = (signatureId: string | undefined) =>
  send(sign, "GET", `/v3/embedded/sign_url/${signatureId}`, { headers: basic });

const framed = (url: string, more: Record<string, string> = {}) =>
  `${url}&${new URLSearchParams({ client_id: sign.client.clientId, parent_url: "http://localhost:1", skip_domain_verification: "1", ...more })}`;

describe("an embedded request", () => {
  it("mails nobody and has no signing_url", async () => {
    const { id } = await made();
    const prepared = await sign.documents.prepare(id);
    expect(prepared.isEmbedded).toBe(true);
    expect(await sign.outbox.emails()).toEqual([]);
    const answer = await send(sign, "GET", `/v3/signature_request/${id}`, { headers: basic });
    expect(answer.body.signature_request.signing_url).toBeNull();
  });

  it("needs the client_id of an app", async () => {
    const answer = await send(sign, "POST", "/v3/signature_request/create_embedded", {
      body: {},
      headers: basic,
    });
    expect([answer.status, answer.body.error.error_path]).toEqual([400, "client_id"]);
  });
});

describe("embeddedSignUrl", () => {
  it("gives an address for an hour, to whoever is on turn and nobody else", async () => {
    const { id, signatureIds } = await made();
    expect((await signUrl(signatureIds[0])).status).toBe(409);
    await sign.documents.prepare(id);
    const { embedded } = (await signUrl(signatureIds[0])).body;
    expect(embedded.sign_url).toContain("/editor/embeddedSign?signature_id=");
    const now = (await sign.clock.now()).getTime() / 1000;
    expect(embedded.expires_at - now).toBeGreaterThan(3590);
    expect((await signUrl(signatureIds[1])).body.error.error_msg).toBe("This request cannot be signed yet");
    await sign.documents.sign(id);
    expect((await signUrl(signatureIds[0])).body.error.error_msg).toContain("already been signed");
    expect((await signUrl("0".repeat(32))).body.error.error_msg).toBe("Signature not found");
  });

  it("is refused for a request that is signed by e-mail", async () => {
    const body = {
      signers: [{ name: "Jack", email_address: "jack@example.com" }],
      file_urls: ["https://example.com/a.pdf"],
    };
    const answer = await send(sign, "POST", "/v3/signature_request/send", { body, headers: basic });
    const [signature] = answer.body.signature_request.signatures;
    expect((await signUrl(signature.signature_id)).body.error.error_msg).toContain("not embedded");
  });

  it("gives an address that opens once, for its own app, framed by the page that asked", async () => {
    const { id, signatureIds } = await made();
    await sign.documents.prepare(id);
    const url = (await signUrl(signatureIds[0])).body.embedded.sign_url;
    expect(await (await fetch(url)).text()).toContain("Missing parameter: client_id");
    expect((await fetch(framed(url, { client_id: "another" }))).status).toBe(400);
    const again = (await signUrl(signatureIds[0])).body.embedded.sign_url;
    const opened = await fetch(framed(again));
    expect(opened.status).toBe(200);
    expect(opened.headers.get("content-security-policy")).toContain("frame-ancestors http://localhost:1;");
    expect(opened.headers.get("x-frame-options")).toBeNull();
    expect(await (await fetch(framed(again))).text()).toContain("opened before");
  });

  it("gives an address that is over after its hour", async () => {
    const { id, signatureIds } = await made();
    await sign.documents.prepare(id);
    const url = (await signUrl(signatureIds[0])).body.embedded.sign_url;
    await sign.clock.advance("1h");
    expect((await fetch(framed(url))).status).toBe(400);
  });

  it("verifies the domain unless the request is a test that skips it", async () => {
    const { id, signatureIds } = await made({ test_mode: false });
    await sign.documents.prepare(id);
    const url = (await signUrl(signatureIds[0])).body.embedded.sign_url;
    const answer = await fetch(framed(url, { parent_url: "https://elsewhere.example" }));
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("the app&#39;s own domain"),
    ]);
  });
});

describe("the vendor's embedded client", () => {
  let browser: Browser;
  let app: Server;
  let appUrl: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    app = createServer((request, response) => {
      if (request.url === "/client.js")
        return response.setHeader("content-type", "text/javascript").end(client);
      return response
        .setHeader("content-type", "text/html")
        .end(`<!doctype html><title>App</title><script src="/client.js"></script>`);
    });
    await new Promise<void>((done) => app.listen(0, "127.0.0.1", done));
    appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    app?.close();
  });

  it.each([
    ["signs", ["ready", "sign", "finish"]],
    ["declines", ["ready", "decline"]],
  ])("is told when the signer %s", async (act, expected) => {
    const { id, signatureIds } = await made({ allow_decline: true });
    await sign.documents.prepare(id);
    const url = (await signUrl(signatureIds[0])).body.embedded.sign_url;
    const page = await browser.newPage();
    await page.goto(appUrl);
    await page.evaluate(
      ([signing, clientId]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the client and the list are the page's globals
        const own = globalThis as any;
        own.told = [];
        const embedded = new own.HelloSign();
        for (const event of ["ready", "sign", "decline", "finish", "error"]) {
          embedded.on(event, () => own.told.push(event));
        }
        embedded.open(signing, { clientId, skipDomainVerification: true });
      },
      [url, sign.client.clientId] as const,
    );
    const frame = page.frameLocator("iframe");
    if (act === "signs") {
      await frame.getByLabel("Type your name to sign").fill("Jack");
      await frame.getByRole("button", { name: "Sign", exact: true }).click();
    } else {
      await frame.getByText("Decline to sign").click();
      await frame.getByLabel("Why do you decline?").fill("Wrong document");
      await frame.getByRole("button", { name: "Decline", exact: true }).click();
    }
    await page.waitForFunction(
      (count) => (globalThis as unknown as { told: string[] }).told.length >= count,
      expected.length,
    );
    expect(await page.evaluate(() => (globalThis as unknown as { told: string[] }).told)).toEqual(expected);
    const { signatures } = await sign.documents.get(id);
    expect(signatures[0]?.statusCode).toBe(act === "signs" ? "signed" : "declined");
    await page.close();
  });

  it("is told when a draft is sent on its page", async () => {
    const body = {
      ...{ client_id: sign.client.clientId, requester_email_address: "jill@example.com", test_mode: true },
      ...{ title: "NDA", file_urls: ["https://example.com/nda.pdf"] },
    };
    const answer = await send(sign, "POST", "/v3/unclaimed_draft/create_embedded", { body, headers: basic });
    const { claim_url: url, signature_request_id: id } = answer.body.unclaimed_draft;
    const page = await browser.newPage();
    await page.goto(appUrl);
    await page.evaluate(
      ([claim, clientId]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the client and what it tells are the page's globals
        const own = globalThis as any;
        const embedded = new own.HelloSign();
        embedded.on("send", (data: object) => {
          own.sent = data;
        });
        embedded.open(claim, { clientId, skipDomainVerification: true });
      },
      [url, sign.client.clientId] as const,
    );
    const frame = page.frameLocator("iframe");
    const signer = frame.getByRole("group", { name: "Signer" });
    await signer.getByLabel("Name").fill("Jack");
    await signer.getByLabel("Email address").fill("jack@example.com");
    await frame.getByRole("button", { name: "Send", exact: true }).click();
    await page.waitForFunction(() => (globalThis as unknown as { sent?: object }).sent !== undefined);
    const told = await page.evaluate(() => (globalThis as unknown as { sent: object }).sent);
    expect(told).toMatchObject({ signatureRequestId: id });
    expect((await sign.documents.get(id)).signatures[0]?.signerName).toBe("Jack");
    await page.close();
  });

  it("is told when a template is saved on its page", async () => {
    const body = {
      client_id: sign.client.clientId,
      title: "Lease",
      file_urls: ["https://example.com/a.pdf"],
    };
    const answer = await send(sign, "POST", "/v3/template/create_embedded_draft", {
      body: { ...body, test_mode: true },
      headers: basic,
    });
    const { edit_url: url, template_id: id } = answer.body.template;
    const page = await browser.newPage();
    await page.goto(appUrl);
    await page.evaluate(
      ([edit, clientId]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the client and what it tells are the page's globals
        const own = globalThis as any;
        const embedded = new own.HelloSign();
        embedded.on("createTemplate", (data: object) => {
          own.saved = data;
        });
        embedded.open(edit, { clientId, skipDomainVerification: true });
      },
      [url, sign.client.clientId] as const,
    );
    const frame = page.frameLocator("iframe");
    await frame.getByLabel("Signer roles, one on each line").fill("Tenant\nLandlord");
    await frame.getByRole("button", { name: "Save template", exact: true }).click();
    await page.waitForFunction(() => (globalThis as unknown as { saved?: object }).saved !== undefined);
    const told = await page.evaluate(() => (globalThis as unknown as { saved: object }).saved);
    expect(told).toMatchObject({ templateId: id, title: "Lease", signerRoles: ["Tenant", "Landlord"] });
    await sign.documents.prepareTemplate(id);
    await page.close();
  });

  it("is not needed by a signer who comes from the e-mail, without JavaScript, and corrects a PIN alone", async () => {
    const field = { document_index: 0, signer: "0", required: true };
    const body = {
      title: "NDA",
      signers: [{ name: "Jack", email_address: "jack@example.com", pin: "1234" }],
      form_fields_per_document: [
        { ...field, api_id: "town", name: "Where you live", type: "text" },
        { ...field, api_id: "rules", name: "I have read it", type: "checkbox" },
      ],
      file_urls: ["https://example.com/a.pdf"],
    };
    const answer = await send(sign, "POST", "/v3/signature_request/send", { body, headers: basic });
    const id = answer.body.signature_request.signature_request_id;
    await sign.documents.prepare(id);
    const [mail] = await sign.outbox.emails();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(mail?.link ?? "");
    const sendPin = async (pin: string) => {
      await page.getByLabel("PIN").fill(pin);
      await page.getByRole("button", { name: "Sign", exact: true }).click();
    };
    await page.getByLabel("Where you live").fill("Oxford");
    await page.getByLabel("I have read it").check();
    await page.getByLabel("Type your name to sign").fill("Jack");
    await sendPin("9999");
    await page.getByText("The PIN is wrong.").waitFor();
    expect(await page.getByLabel("PIN").inputValue()).toBe("");
    await sendPin("1234");
    await page.getByText("You have signed").waitFor();
    expect((await sign.documents.get(id)).isComplete).toBe(true);
    await context.close();
  });
});
