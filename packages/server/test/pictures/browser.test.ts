/** Every page of an emulator, as the pictures show it: what it weighs, whether it fits, and whether everybody can use it. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing/index.js";
import { launchBrowser } from "../support/browser.js";
import { pages } from "./list.js";
import { optionsOf, scenes } from "./scenes.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html)))`;
const tooWide = "document.documentElement.scrollWidth - innerWidth";
/** Selects that cut an option, on a phone the chosen one, and fields that cut what they hold or suggest. */
const cut = `[...document.querySelectorAll("select, input, textarea")].filter((element) => {
  if (!element.checkVisibility() || element.type === "hidden" || element.type === "radio") return false;
  const { value } = element;
  if (element.localName !== "select") {
    element.value ||= element.placeholder;
    const isCut = element.scrollWidth > element.clientWidth;
    element.value = value;
    return isCut;
  }
  const whole = element.cloneNode(true);
  if (innerWidth < 640) whole.replaceChildren(element.selectedOptions[0].cloneNode(true));
  Object.assign(whole.style, { position: "absolute", width: "max-content", minWidth: "0", maxWidth: "none" });
  element.after(whole);
  const isCut = whole.offsetWidth > element.offsetWidth;
  whole.remove();
  return isCut;
}).map((element) => element.outerHTML.slice(0, 200))`;
const words = "document.body.innerText";
const prose = `(() => {
  const body = document.body.cloneNode(true);
  for (const code of body.querySelectorAll("pre, code")) code.remove();
  return body.textContent;
})()`;
/** A date as machines write it, and a time of day to the second that does not name its zone. */
const forMachines = /\b20\d\d-\d\d-\d\d|\b\d\d:\d\d:\d\d\b(?! UTC)/;
/** Words of another language, translated one by one; and two spellings of one word. */
const unidiomatic =
  /\be-mail|\b(order a fault|look again|start anew|take (the )?approval away|let it|this often|its time is over)\b/i;
const most = { bytes: 50_000, requests: 4 };

const looks = [
  { width: 320, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 640, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
] as const;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Remembers what the document that is shown has loaded, itself included. */
function weigh(page: Page): () => Promise<number[]> {
  let document: Request | undefined;
  let loads: Request[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) document = request;
    else loads.push(request);
  });
  // What the document before it still asked for is not its own.
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame()) loads = [];
  });
  return () =>
    Promise.all([document, ...loads].map(async (request) => (await request?.sizes())?.responseBodySize ?? 0));
}

describe("the page", () => {
  it.each(pages)(
    "%s is light, fits, and has no accessibility fault, from 320 to 1280 pixels",
    async (name) => {
      await using sign = await startEmulator(optionsOf(name));
      const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      // With a route there is no cache: each page is weighed as if it were the first.
      await page.route("**/*", (route) => route.continue());
      const weighed = weigh(page);
      await scenes[name](page, sign);
      await page.waitForLoadState("load");
      const sizes = await weighed();
      expect(sizes.length).toBeGreaterThan(1);
      expect(sizes.length).toBeLessThanOrEqual(most.requests);
      const bytes = sizes.reduce((sum, one) => sum + one, 0);
      expect(bytes).toBeLessThan(most.bytes);
      for (const summary of await page.locator("summary:visible").all()) await summary.click();
      const said = await page.evaluate<string>(words);
      expect(said).not.toMatch(unidiomatic);
      expect(await page.evaluate<string>(prose)).not.toMatch(forMachines);
      // Who pays is said once, not under each permission.
      expect([...said.matchAll(/\bcharged to\b/gi)].length).toBeLessThanOrEqual(1);
      await page.evaluate(axe);
      for (const { width, colorScheme } of looks) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expect([width, await page.evaluate(tooWide)]).toEqual([width, 0]);
        if (width >= 390) expect([width, await page.evaluate(cut)]).toEqual([width, []]);
        expect([width, colorScheme, await page.evaluate(faults)]).toEqual([width, colorScheme, []]);
      }
      await context.close();
    },
  );
});
