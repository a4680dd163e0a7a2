import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SignEmulator, startEmulator } from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { account, exchange, tokensFor } from "./client.js";

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
    ]) {
      expect(text).toContain(part);
    }
    expect(await page.locator(".ins-story").count()).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });

  it("keeps itself up to date, and what was opened stays open", async () => {
    const tokens = await tokensFor(sign);
    const { page, problems, close } = await open();
    await page.locator("#step-2 summary").click();
    await page.locator("h1").click();
    await account(sign, tokens.access_token);
    await page.locator("#step-3").waitFor();
    expect(await page.locator("#step-2").getAttribute("open")).not.toBeNull();
    expect(await page.locator("#step-2 dl").textContent()).toContain("oauthTokenGenerate");
    expect(problems).toEqual([]);
    await close();
  });

  it("does all of its work without JavaScript", async () => {
    const tokens = await tokensFor(sign);
    const { page, close } = await open({ javaScriptEnabled: false });
    await page.getByRole("button", { name: "Advance by 1 h" }).click();
    expect((await sign.clock.now()).toISOString()).toBe("2026-05-01T10:30:00.000Z");
    await page.getByRole("button", { name: "Expire access token" }).click();
    expect((await account(sign, tokens.access_token)).status).toBe(401);
    await page.getByLabel("For the next").selectOption("accountGet");
    await page.getByLabel("let it").selectOption("rate_limit");
    await page.getByRole("button", { name: "Order" }).click();
    expect(await sign.faults.list()).toMatchObject([
      { kind: "rate_limit", operation: "accountGet", left: 1 },
    ]);
    expect((await account(sign, tokens.access_token)).status).toBe(429);
    await page.getByRole("button", { name: "Take back" }).click();
    expect((await sign.state()).grants).toEqual([]);
    await page.getByRole("button", { name: "Take approval away" }).click();
    expect((await sign.state()).apps[0]?.approved).toBe(false);
    await page.getByRole("button", { name: "Lock" }).first().click();
    expect((await sign.state()).accounts[0]?.locked).toBe(true);
    await page.getByRole("button", { name: "Reset to the seed" }).click();
    expect(await words(page)).toContain("No request yet");
    await close();
  });

  it("shows refusals alone when it is asked to", async () => {
    await tokensFor(sign, { state: "good" });
    await exchange(sign, "0123456789abcdef");
    const { page, close } = await open({}, "/_emulator?show=refused");
    expect(await page.locator(".ins-story").count()).toBe(1);
    await page.getByRole("link", { name: "All" }).click();
    expect(await page.locator(".ins-story").count()).toBe(2);
    await close();
  });

  it("can be used by everybody, at every width, in light and dark", async () => {
    await sign.faults.next({ operation: "oauthTokenRefresh", kind: "lose_response" });
    await tokensFor(sign, { state: "good" });
    await sign.clock.advance("2h");
    await exchange(sign, "0123456789abcdef");
    await sign.authorize({ account: "jack@example.com", decision: "deny" });
    for (const [width, colorScheme] of [
      [390, "light"],
      [1280, "dark"],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
      await page.goto(`${sign.url}/_emulator`);
      await page.locator("#step-3 summary").click();
      await page.evaluate(axe);
      expect(await page.evaluate(faults)).toEqual([]);
      expect([await page.evaluate(tooWide), await page.evaluate(tooSmall)]).toEqual([0, []]);
      await page.close();
    }
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
