/** The README says what is promised: each promise names the test that keeps it, and each of those exists. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = readFileSync(join(root, "README.md"), "utf8");
const table = page.slice(page.indexOf("## What is promised"), page.indexOf("## Size"));
const rows = table.split("\n").filter((line) => /^\| (?!promise|---)/.test(line));

/** The names of the tests in a file, as they stand in its text. */
function testsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/\bit(?:\.each[\s\S]*?\))?\(\s*"((?:[^"\\]|\\.)*)"/g)].map(
    ([, name = ""]) => name,
  );
}

it("names a test that exists for each promise", () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    const links = [...row.matchAll(/\[([^\]]+)\]\((test\/[^)]+)\)/g)];
    expect(links.length, row).toBeGreaterThan(0);
    for (const [, name = "", path = ""] of links) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(testsOf(join(root, path)), path).toContain(name);
    }
  }
});
