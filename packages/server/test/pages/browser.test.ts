import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { emulatorAssets } from "../../src/emulator/pages/assets.js";
import { loginScript, stylesheet } from "../../src/pages/assets.js";
import { html } from "../../src/pages/html.js";
import { contentSecurityPolicy } from "../playground/demo.js";
import { launchBrowser } from "../support/browser.js";
import { examples, hostileTexts, pagesWith } from "./examples.js";

const origin = "http://pages.test";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// What is evaluated in the page is written as text: the browser's own names are not known to these files.
const faults = `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.failureSummary + node.html)))`;
const excessWidth = "document.documentElement.scrollWidth - innerWidth";
const smallTargets = `[...document.querySelectorAll("button, summary, .tabs label, .field input, a.button")]
  .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
  .map((element) => element.outerHTML)`;
const tags = `[...document.querySelectorAll("*")].map((element) => element.tagName).filter((tag) => tag !== "WBR")`;
const parsed = (
  text: string,
) => `[...new DOMParser().parseFromString(${JSON.stringify(text)}, "text/html").querySelectorAll("li")]
  .map((item) => [item.textContent, item.title])`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** The text as it survives UTF-8: halves of pairs become the replacement character. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

/** A page that is served the given document under the policy of the server, and what it complained of. */
async function open(
  context: BrowserContext,
  document: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.route("**/*", (route) => {
    const { pathname } = new URL(route.request().url());
    const asset = [stylesheet, loginScript, ...emulatorAssets].find(({ path }) => path === pathname);
    if (asset) return route.fulfill({ body: asset.text, contentType: asset.contentType });
    const headers = { "content-security-policy": contentSecurityPolicy };
    return route.fulfill({ body: document, contentType: "text/html; charset=utf-8", headers });
  });
  await page.goto(origin);
  return { page, complaints };
}

describe("a real browser", () => {
  it("reads every value back as it was, from text and from attributes", async () => {
    const values = fc.sample(fc.string({ unit: anyCharacter, maxLength: 60 }), 400).map(wellFormed);
    values.push(...hostileTexts);
    const context = await browser.newContext();
    const { page } = await open(context, html`<title>x</title>`.toString());
    const document =
      html`<ul>${values.map((value) => html`<li title="${value}">${value}</li>`)}</ul>`.toString();
    const read = await page.evaluate(parsed(document));
    // What the parser itself does to any text (HTML §13.2.3.5), and to NUL, which it drops or replaces.
    const expected = values.map((value) => value.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd"));
    expect(read).toEqual(expected.map((value) => [value, value]));
    await context.close();
  });

  it("builds the same elements whatever a hostile text says, and runs none of it", async () => {
    const context = await browser.newContext();
    const shapes = async (text: string) => {
      const all: Record<string, string[]> = {};
      for (const [name, document] of Object.entries(pagesWith(text))) {
        const { page, complaints } = await open(context, document);
        expect(complaints, name).toEqual([]);
        all[name] = await page.evaluate<string[]>(tags);
        await page.close();
      }
      return all;
    };
    const expected = await shapes("plain");
    const markup = hostileTexts.slice(0, 7);
    for (const text of [...markup.slice(2, 4), markup.join("")])
      expect(await shapes(text), text).toEqual(expected);
    await context.close();
  });
});

const looks = [
  { width: 390, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
] as const;

describe.each(looks)("at $width pixels, $colorScheme", ({ width, colorScheme }) => {
  let context: BrowserContext;
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  });
  afterAll(() => context?.close());

  it.each(Object.entries({ ...examples, playground: pagesWith("plain text").playground ?? "" }))(
    "the page %s has no accessibility fault, fits the width and has buttons to be hit by a thumb",
    async (_, document) => {
      const { page, complaints } = await open(context, document);
      expect(await page.evaluate(excessWidth)).toBe(0);
      expect(await page.evaluate(smallTargets)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.evaluate(axe);
      expect(await page.evaluate(faults)).toEqual([]);
      await page.close();
    },
  );

  it("no page grows wider than the screen, however long a name is", async () => {
    for (const text of hostileTexts.filter(({ length }) => length >= 5000)) {
      for (const [name, document] of Object.entries(pagesWith(text))) {
        const { page } = await open(context, document);
        expect(await page.evaluate(excessWidth), name).toBe(0);
        await page.close();
      }
    }
  });
});
