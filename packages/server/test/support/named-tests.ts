/** Owns how documents that name tests are read: which links a page has, and which tests a file has. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface TestLink {
  readonly text: string;
  readonly path: string;
}

/** Returns the links of a page that lead to files. */
export function linksOf(page: string): TestLink[] {
  const found = readFileSync(page, "utf8").matchAll(/\[([^\]]+)\]\(((?!https?:|#)[^)#]+)(?:#[^)]*)?\)/g);
  return [...found].map(([, words = "", path = ""]) => ({
    text: words.replaceAll("`", ""),
    path: join(dirname(page), path),
  }));
}

/** Returns the names of the tests in a file, as they stand in its text. */
export function testsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const plain = [...source.matchAll(/\bit\(\s*"((?:[^"\\]|\\.)*)"/g)];
  const tables = [...source.matchAll(/\bit\.each[\s\S]*?\)\(\s*"((?:[^"\\]|\\.)*)"/g)];
  return [...plain, ...tables].map(([, name = ""]) => name);
}

/** Returns the links to files that are not there, or to tests that no file has. */
export function brokenTestLinks(links: readonly TestLink[]): TestLink[] {
  return links.filter(({ text, path }) => {
    if (!existsSync(path)) return true;
    return path.endsWith(".test.ts") && !text.endsWith(".test.ts") && !testsOf(path).includes(text);
  });
}
