/** The table of threats says what is true: every test and file it names exists, and it leaves out no attack. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const docs = join(here, "../../../../docs");
const page = readFileSync(join(docs, "threats.md"), "utf8");

const links = [...page.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+)\)/g)].map(([, text = "", path = ""]) => ({
  text: text.replaceAll("`", ""),
  file: join(docs, path),
}));
const rows = page.split("\n").filter((line) => line.startsWith("| **"));

/** The names of the tests in a file, as they stand in its text. */
function testsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const plain = [...text.matchAll(/\bit\(\s*"((?:[^"\\]|\\.)*)"/g)];
  const tables = [...text.matchAll(/\bit\.each[\s\S]*?\)\(\s*"((?:[^"\\]|\\.)*)"/g)];
  return [...plain, ...tables].map(([, name = ""]) => name);
}

describe("docs/threats.md", () => {
  it("names tests that exist, and files that exist", () => {
    const missing = links.filter(({ text, file }) => {
      if (!existsSync(file)) return true;
      return file.endsWith(".test.ts") && !testsOf(file).includes(text);
    });
    expect(missing).toEqual([]);
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
