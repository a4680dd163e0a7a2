/** The table of threats says what is true: every test and file it names exists, and it leaves out no attack. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { brokenTestLinks, linksOf, testsOf } from "../support/named-tests.js";

const here = dirname(fileURLToPath(import.meta.url));
const docs = join(here, "../../../../docs");
const page = readFileSync(join(docs, "threats.md"), "utf8");

const links = linksOf(join(docs, "threats.md")).filter(({ path }) => path.includes("/packages/"));
const rows = page.split("\n").filter((line) => line.startsWith("| **"));

describe("docs/threats.md", () => {
  it("names tests that exist, and files that exist", () => {
    expect(brokenTestLinks(links)).toEqual([]);
    expect(links.length).toBeGreaterThan(120);
  });

  it("names every attack that is tried here", () => {
    const named = new Set(links.map(({ text }) => text));
    const files = readdirSync(here).filter(
      (name) => name.endsWith(".test.ts") && name !== "document.test.ts",
    );
    const tried = files.flatMap((name) => testsOf(join(here, name)));
    expect(tried.filter((name) => !named.has(name))).toEqual([]);
    expect(tried.length).toBeGreaterThan(60);
  });

  it("says in each row what stops the attack, and which test tries it", () => {
    const poor = rows.filter((row) => !/\/src\/[^)]+\.ts\)/.test(row) || !/\.test\.ts\)/.test(row));
    expect(poor).toEqual([]);
    expect(rows.length).toBeGreaterThan(30);
  });
});
