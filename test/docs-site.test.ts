/** The documents as a site: whole, offline, and found by their words. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import type { Browser } from "playwright-core";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../packages/server/test/support/browser.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = mkdtempSync(join(tmpdir(), "countersign-site-"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html)))`;
let pages: string[];

beforeAll(() => {
  // A link that leads nowhere fails the build.
  const build = `import { buildSite } from "./tools/site/build.mjs"; await buildSite(${JSON.stringify(out)});`;
  execFileSync(process.execPath, ["--input-type=module", "-e", build], { cwd: root, stdio: "pipe" });
  pages = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
}, 240_000);
afterAll(() => rmSync(out, { recursive: true }));

const textOf = (file: string) => readFileSync(join(out, file), "utf8");

it("has every document, and the references of SDK, testing, library and control API", () => {
  for (const page of [
    "index.html",
    "docs/emulator.html",
    "docs/glossary.html",
    "docs/troubleshooting.html",
    "docs/sdk/integrate-in-ten-minutes.html",
    "reference/control-api.html",
    "reference/sdk/index.html",
    "reference/server/index.html",
    "reference/testing/index.html",
  ])
    expect(pages).toContain(page);
  expect(textOf("reference/control-api.html")).toContain("POST /_emulator/clock");
  expect(pages.filter((page) => /^reference\/testing\/.*startEmulator/.test(page))).toHaveLength(1);
});

it.each([
  ["sdk", "packages/sdk/src/index.ts", 40],
  ["sdk", "packages/sdk/src/grants.ts", 10],
  ["testing", "packages/server/src/testing/index.ts", 20],
  ["server", "packages/server/src/index.ts", 40],
])("the reference %s has a page for every export of %s", (name, entry, least) => {
  const file = join(root, entry);
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noLib: true,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile) as ts.Symbol;
  const exported = checker.getExportsOfModule(module).map((symbol) => symbol.name);
  const described = new Set(
    pages
      .filter((page) => page.startsWith(`reference/${name}/`))
      .map((page) => page.slice(page.lastIndexOf("/") + 1, -".html".length)),
  );
  expect(exported.length).toBeGreaterThanOrEqual(least);
  expect(exported.filter((one) => !described.has(one))).toEqual([]);
});

it("loads nothing from another site, and every file that a page names is there", () => {
  for (const page of pages) {
    const text = textOf(page);
    expect(text, page).toContain("default-src 'none'");
    for (const [, url = ""] of text.matchAll(/<(?:script|img|link)\b[^>]*?\s(?:src|href)="([^"]+)"/g)) {
      expect(url, page).not.toMatch(/^(https?:)?\/\//);
      expect(existsSync(join(out, dirname(page), url)), `${page}: ${url}`).toBe(true);
    }
  }
});

it("finds a section by the words of an error", () => {
  const scope: { findSections?: (index: unknown, query: string) => { url: string }[]; globalThis?: unknown } =
    {};
  runInNewContext(textOf("search.js"), scope);
  const index = JSON.parse(textOf("search-index.js").replace(/^globalThis\.searchIndex = |;\n$/g, ""));
  const find = (query: string) => scope.findSections?.(index, query).map(({ url }) => url) ?? [];
  expect(find("doesn't match the app's default callback URL")).toContain(
    "docs/troubleshooting.html#on-the-way-to-the-code",
  );
  expect(find("rotation")).toContain("docs/glossary.html#glossary");
  expect(find("no such words anywhere xyzzy")).toEqual([]);
});

describe("in a real browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    ["index.html", 390, "light"],
    ["docs/sdk/integrate-in-ten-minutes.html", 320, "dark"],
    ["docs/troubleshooting.html", 1280, "light"],
    ["reference/control-api.html", 1280, "dark"],
  ] as const)("%s has no accessibility fault at %i pixels, %s", async (file, width, colorScheme) => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    await page.goto(pathToFileURL(join(out, file)).href);
    await page.evaluate(axe);
    expect(await page.evaluate(faults)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    await page.close();
  });

  it("a search leads to the section that answers it", async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(pathToFileURL(join(out, "index.html")).href);
    await page.getByRole("searchbox").fill("default callback URL");
    await page
      .getByRole("link", { name: /On the way to the code/ })
      .first()
      .click();
    expect(page.url()).toContain("docs/troubleshooting.html#on-the-way-to-the-code");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
