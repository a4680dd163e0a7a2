import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator/emulator.js";
import type { RequestRecord } from "../../src/emulator/requests/record.js";
import { demoApiKey } from "../../src/emulator/seed/demo.js";
import { silentLog } from "../../src/log.js";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { account, exchange, send, tokensFor } from "./client.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Written as text: the browser's own names are not known to this file.
const faults = `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html)))`;
const tooWide = "document.documentElement.scrollWidth - innerWidth";
const tooSmall = `[...document.querySelectorAll("button, summary, select, a.button")]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
  .map((element) => element.outerHTML)`;

let sign: SignEmulator;
let browser: Browser;
beforeAll(async () => {
  [sign, browser] = await Promise.all([startEmulator({ clock: "2026-05-01T09:30:00Z" }), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await sign.close();
});
beforeEach(() => sign.reset());

/** A page of the inspector; what the browser complains of fails the test that is given `problems`. */
async function open(options: { javaScriptEnabled?: boolean } = {}, path = "/_emulator") {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`${sign.url}${path}`);
  return { page, problems, close: () => context.close() };
}

const words = (page: Page) => page.locator("main").textContent();

/** Returns the id of a signature request that jill sent. */
async function requestMade(): Promise<string> {
  const { access_token } = await tokensFor(sign, { state: "documents" });
  const { body } = await send(sign, "POST", "/v3/signature_request/send", {
    headers: { authorization: `Bearer ${access_token}` },
    body: {
      ...{ title: "NDA", test_mode: true, allow_decline: true, allow_reassign: true },
      signers: [{ name: "Ann", email_address: "ann@example.com" }],
      file_urls: ["https://example.com/nda.pdf"],
    },
  });
  return body.signature_request.signature_request_id;
}

const anyRecord: RequestRecord = {
  ...{ number: 0, id: "id", time: 0, direction: "in", method: "GET", path: "/", operation: "unknown" },
  ...{ flow: undefined, clientId: undefined, account: undefined, parameters: {}, status: 404 },
  ...{ error: undefined, reason: undefined, detail: undefined, advice: undefined, fault: undefined },
  milliseconds: 1,
};

describe("the inspector", () => {
  it("tells a flow as one story, with the reason of the refusal in words", async () => {
    const { code } = await sign.authorize({ state: "s" });
    await sign.clock.advance("1h12s");
    await exchange(sign, code);
    const { page, problems, close } = await open();
    const text = await words(page);
    for (const part of [
      "Demo app for jill@example.com",
      "Code refused",
      "1 h later",
      "the code expired 12 s ago",
    ])
      expect(text).toContain(part);
    expect(await page.locator(".ins-story").count()).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });

  it("folds equal requests into a line, and keeps how the story began", async () => {
    const tokens = await tokensFor(sign);
    for (let call = 0; call < 150; call += 1) await account(sign, tokens.access_token);
    const { page, close } = await open();
    expect(await page.locator(".ins-row").count()).toBe(3);
    const text = await words(page);
    for (const part of ["a code was issued", "Code exchanged for tokens", "Account read × 150"])
      expect(text).toContain(part);
    await close();
  });

  it("leaves rows out of the middle of a long story only, says how many, and shows them all when asked", async () => {
    const tokens = await tokensFor(sign);
    for (let call = 0; call < 30; call += 1) {
      await account(sign, tokens.access_token);
      await sign.clock.advance("2m");
    }
    const { page, close } = await open();
    await page.getByRole("link", { name: "17 more in between" }).click();
    expect(await page.locator(".ins-row").count()).toBe(32);
    await close();
  });

  it("shows what was sent and answered without a secret, and as a command", async () => {
    const { code } = await sign.authorize({ state: "s" });
    await exchange(sign, code);
    const { page, close } = await open();
    const detail = await page.locator("#live-detail").textContent();
    for (const part of [
      "POST /oauth/token",
      '"grant_type": "authorization_code"',
      '"token_type": "Bearer"',
      '"$CLIENT_SECRET"',
    ])
      expect(detail).toContain(part);
    for (const secret of [code, sign.client.clientSecret]) expect(detail).not.toContain(secret);
    await close();
  });

  it("says of an ended token whether it was replaced, its code reused or the access removed, and links to the cause", async () => {
    const first = await tokensFor(sign, { state: "first" });
    await sign.clock.advance("5m");
    await tokensFor(sign, { state: "second" });
    await account(sign, first.access_token);
    const reasons = async () =>
      (await sign.requests({ operation: "accountGet" })).map(({ reason }) => reason);
    expect(await reasons()).toEqual(["access_token_replaced"]);
    const { page, close } = await open();
    await page.getByRole("link", { name: "Code exchanged for tokens, 1 May 09:35:00 UTC" }).click();
    await page.getByRole("heading", { name: "Code exchanged for tokens" }).waitFor();
    await close();

    await sign.reset();
    const { code } = await sign.authorize({ state: "s" });
    const { body: used } = await exchange(sign, code);
    await sign.clock.advance("1m");
    await exchange(sign, code);
    await account(sign, used.access_token);
    expect(await reasons()).toEqual(["access_token_code_reuse"]);

    await sign.reset();
    const removed = await tokensFor(sign);
    await sign.clock.advance("1m");
    await sign.revokeGrant();
    await account(sign, removed.access_token);
    expect(await reasons()).toEqual(["access_token_revoked"]);
  });

  it("keeps itself up to date, what was opened stays open, and it says when the emulator is gone", async () => {
    const tokens = await tokensFor(sign);
    const { page, close } = await open();
    await page.getByText("Inject a fault", { exact: true }).click();
    await account(sign, tokens.access_token);
    await page.getByText("Account read").first().waitFor();
    expect(await page.locator("#tool-fault").getAttribute("open")).not.toBeNull();
    expect(await page.locator("#gone").isVisible()).toBe(false);
    await page.route("**/_emulator*", (route) => route.abort());
    await page.getByText("The emulator cannot be reached").waitFor();
    await page.unroute("**/_emulator*");
    await page.getByText("The emulator cannot be reached").waitFor({ state: "hidden" });
    await close();
  });

  it("does all of its work without JavaScript", async () => {
    const tokens = await tokensFor(sign);
    const { page, close } = await open({ javaScriptEnabled: false });
    const press = (name: string) => page.getByRole("button", { name }).first().click();
    const tab = (name: string) => page.getByRole("link", { name: new RegExp(`^${name} \\d`) }).click();
    await press("Advance by 1 h");
    expect((await sign.clock.now()).toISOString()).toBe("2026-05-01T10:30:00.000Z");
    await page.getByText("Set the clock").click();
    await page.getByLabel("Time, in UTC").fill("2026-05-02T08:00:00");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    expect((await sign.clock.now()).toISOString()).toBe("2026-05-02T08:00:00.000Z");
    await page.getByText("Inject a fault", { exact: true }).click();
    await press("Rate-limit the next API call");
    expect(await sign.faults.list()).toMatchObject([
      { kind: "rate_limit", operation: "accountGet", left: 1 },
    ]);
    expect(await page.getByRole("list", { name: "Active faults" }).textContent()).toContain("accountGet");
    expect((await account(sign, tokens.access_token)).status).toBe(429);
    await tab("Tokens");
    await press("Expire access token");
    expect((await account(sign, tokens.access_token)).status).toBe(401);
    await tab("Accounts");
    await press("Remove access");
    expect((await sign.state()).grants).toEqual([]);
    await press("Lock");
    expect((await sign.state()).accounts[0]?.locked).toBe(true);
    await tab("Apps");
    await press("Remove approval");
    expect((await sign.state()).apps[0]?.approved).toBe(false);
    await page.getByLabel("Callbacks, one per line").fill("http://localhost:3000/a\nhttp://localhost:3000/b");
    await press("Save callbacks");
    expect((await sign.state()).apps[0]?.callbackUrls).toEqual([
      "http://localhost:3000/a",
      "http://localhost:3000/b",
    ]);
    await page.getByLabel("Callbacks, one per line").fill("http://localhost:3000/a#b");
    await press("Save callbacks");
    await page.getByRole("alert").getByText("has no fragment").waitFor();
    await page.getByText("Reset to the seed").click();
    await press("Yes, reset everything");
    await tab("Requests");
    expect(await words(page)).toContain("No requests yet");
    await close();
  });

  it("tells a signature request as a story, and its buttons act for signers and files without JavaScript", async () => {
    await sign.changeApp({ eventCallbackUrl: "http://127.0.0.1:1/events" });
    const { access_token } = await tokensFor(sign);
    const headers = { authorization: `Bearer ${access_token}` };
    const signer = (name: string, order: number) => ({ name, email_address: `${name}@example.com`, order });
    const { page, close } = await open({ javaScriptEnabled: false }, "/_emulator?tab=documents");
    const press = (name: string) => page.getByRole("button", { name }).first().click();
    await press("Hold new requests");
    const body = {
      ...{ title: "<b>NDA</b>", test_mode: true, allow_decline: true, allow_reassign: true },
      signers: ["ann", "ben", "cleo"].map(signer),
      file_urls: ["https://example.com/nda.pdf"],
    };
    const made = await send(sign, "POST", "/v3/signature_request/send", { body, headers });
    const id = made.body.signature_request.signature_request_id;
    await page.getByRole("link", { name: /^Documents \d/ }).click();
    await page.getByRole("link", { name: "<b>NDA</b>" }).click();
    expect(await words(page)).toContain("held while being prepared");
    await press("Finish preparing");
    await press("View as ann");
    await press("Bounce email as ann");
    await press("Sign as ann");
    await page.getByText("Reassign", { exact: true }).first().click();
    await page.getByLabel("Name of the new signer").fill("dora");
    await page.getByLabel("Email address of the new signer").fill("dora@example.com");
    await page.getByRole("button", { name: "Reassign" }).click();
    await press("Sign as dora");
    await send(sign, "GET", `/v3/signature_request/files/${id}`, { headers });
    await page.getByText("Decline", { exact: true }).first().click();
    await page.getByLabel("Reason").fill("Wrong document");
    await page.getByRole("button", { name: "Decline" }).click();
    const text = await words(page);
    for (const part of [
      ...["Request made", "Files prepared", "Viewed", "The email bounced", "Handed over to"],
      ...["jill@example.com has requested your signature", "signature_request_declined", "next attempt"],
      ...["Files downloaded", "Wrong document"],
    ])
      expect(text).toContain(part);
    expect((await sign.documents.get(id)).phase).toBe("declined");
    await page.goto(`${sign.url}/_emulator?tab=documents&story=unknown`);
    await page.getByText("There is no such signature request or draft").waitFor();
    await close();
  });

  it("tells an unclaimed draft as a story that its request goes on with", async () => {
    const authorization = `Basic ${Buffer.from(`${demoApiKey}:`).toString("base64")}`;
    const draft = async (title: string) => {
      const body = { type: "request_signature", title, file_urls: ["https://example.com/nda.pdf"] };
      const headers = { authorization };
      return (await send(sign, "POST", "/v3/unclaimed_draft/create", { body, headers })).body.unclaimed_draft;
    };
    await draft("Old <b>draft</b>");
    const { claim_url: url } = await draft("Lease");
    const { page, close } = await open({ javaScriptEnabled: false }, "/_emulator?tab=documents");
    expect(await words(page)).toContain("waiting to be claimed");
    await page.getByRole("link", { name: "Old <b>draft</b>" }).click();
    await page.getByRole("button", { name: "End its time" }).click();
    expect(await words(page)).toContain("expired");
    await page.getByRole("link", { name: "All documents" }).click();
    await page.getByRole("link", { name: "Lease" }).click();
    expect(new URL(url).pathname + new URL(url).search).toBe(
      await page.getByRole("link", { name: "Claim it on its page" }).getAttribute("href"),
    );
    await fetch(url);
    await page.reload();
    expect(await words(page)).toContain("claimed, not sent");
    await page.getByText("Claim and send it").click();
    await page.getByLabel("Name of signer 1").fill("ann");
    await page.getByLabel("Email address of signer 1").fill("ann@example.com");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const text = await words(page);
    for (const part of ["Draft made", "Draft claimed", "Draft sent: request made", "ann@example.com"])
      expect(text).toContain(part);
    expect(text).not.toContain("Request made ");
    expect((await sign.documents.drafts()).map(({ phase }) => phase)).toEqual(["expired"]);
    await close();
  });

  it("expires a signature request, and fails a file while it is prepared", async () => {
    const ids = [await requestMade(), await requestMade()];
    const { page, close } = await open({ javaScriptEnabled: false });
    for (const [index, name] of ["Expire", "Fail a file"].entries()) {
      await page.goto(`${sign.url}/_emulator?tab=documents&story=${ids[index]}`);
      await page.getByRole("button", { name }).click();
    }
    const phases = await Promise.all(ids.map(async (id) => (await sign.documents.get(id)).phase));
    expect(phases).toEqual(["expired", "error"]);
    await close();
  });

  it("finds requests by any of their words, and shows only stories with a refusal when asked to", async () => {
    await tokensFor(sign, { state: "good" });
    await exchange(sign, "0123456789abcdef");
    const { page, close } = await open({ javaScriptEnabled: false }, "/_emulator?show=refused");
    await expect.poll(() => page.locator(".ins-story").count()).toBe(1);
    await page.getByRole("link", { name: "All", exact: true }).click();
    await expect.poll(() => page.locator(".ins-story").count()).toBe(2);
    await page.getByRole("searchbox").fill("code_unknown");
    await page.getByRole("button", { name: "Search" }).click();
    await expect.poll(() => page.locator(".ins-row").count()).toBe(1);
    await page.getByRole("searchbox").fill("nothing like this");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("No request matches").waitFor();
    await close();
  });

  it("stays fluent with 2,000 requests, and reaches every one of them", async () => {
    const emulator = await createEmulator({ port: 0, host: "127.0.0.1", data: undefined, log: silentLog });
    const { log } = emulator.world;
    for (let call = 0; call < 2000; call += 1)
      log.add({ ...anyRecord, number: log.nextNumber(), path: `/v3/number/${call}` });
    const started = performance.now();
    const first = await (await fetch(`${emulator.url}/_emulator`)).text();
    expect(performance.now() - started).toBeLessThan(2000);
    const pages = Number(/Page 1 of (\d+)/.exec(first)?.[1]);
    const last = await (await fetch(`${emulator.url}/_emulator?page=${pages}`)).text();
    expect(Buffer.byteLength(first)).toBeLessThan(30_000);
    expect(last).toMatch(/\/v3\/number\/\d/);
    const rows = (text: string) => text.match(/class="ins-row"/g)?.length ?? 0;
    expect((pages - 1) * rows(first) + rows(last)).toBe(2000);
    await emulator.close();
  });

  it("exports what it shows as JSON and as HAR, without a secret", async () => {
    const { code } = await sign.authorize({ state: "s" });
    await exchange(sign, code);
    const har = (await (await fetch(`${sign.url}/_emulator/inspector/requests.har`)).json()) as {
      log: {
        version: string;
        entries: { request: { method: string; url: string }; response: { status: number } }[];
      };
    };
    expect(har.log.version).toBe("1.2");
    expect(har.log.entries.at(-1)).toMatchObject({
      request: { method: "POST", url: `${sign.url}/oauth/token` },
      response: { status: 200 },
    });
    expect(JSON.stringify(har)).not.toContain(code);
    expect(JSON.stringify(har)).not.toContain(sign.client.clientSecret);
  });

  it.each([
    [320, "dark", ""],
    [390, "light", "?tab=tokens"],
    [768, "dark", "?tab=accounts"],
    [1024, "light", "?tab=outbox"],
    [1280, "dark", "?tab=apps"],
    [390, "dark", "?tab=documents"],
    [1280, "light", ""],
  ] as const)("can be used by everybody at %i pixels, %s: %s", async (width, colorScheme, path) => {
    await sign.faults.next({ operation: "oauthTokenRefresh", kind: "lose_response" });
    await tokensFor(sign, { state: "good" });
    await sign.clock.advance("2h");
    await exchange(sign, "0123456789abcdef");
    await sign.authorize({ account: "jack@example.com", decision: "deny" });
    const request = path === "?tab=documents" ? `&story=${await requestMade()}` : "";
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    await page.goto(`${sign.url}/_emulator${path}${request}`);
    for (const summary of await page.locator("summary:visible").all()) await summary.click();
    await page.evaluate(axe);
    expect([path, width, await page.evaluate(faults)]).toEqual([path, width, []]);
    expect([await page.evaluate(tooWide), await page.evaluate(tooSmall)]).toEqual([0, []]);
    await page.close();
  });

  it("changes nothing by a form that is not of this browser's visit", async () => {
    const response = await fetch(`${sign.url}/_emulator/inspector/clock`, {
      method: "POST",
      body: new URLSearchParams({ advance: "1h", csrf: "forged" }),
    });
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining("This form has expired"),
    ]);
    expect((await sign.clock.now()).toISOString()).toBe("2026-05-01T09:30:00.000Z");
  });

  it("allows no inline code, no framing and nothing from elsewhere", async () => {
    const policy = (await fetch(`${sign.url}/_emulator`)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
  });

  it("shows what an app sent as text", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    await exchange(sign, evil, { client_id: evil, state: evil });
    await fetch(`${sign.url}/v3/${encodeURIComponent(evil)}`);
    const { page, problems, close } = await open();
    expect(await page.locator("main img").count()).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });
});
