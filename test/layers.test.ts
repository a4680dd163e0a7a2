/** The layers of the tests: what the fast ones may not need, so that they stay fast and run everywhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import config from "../vitest.config.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const heavy =
  /from "(node:child_process|playwright-core|miniflare|bun|deno)"|\bstartPostgres\(|\bsharedPostgres\(/;
/** What has a long form, and what measures its own work. */
const long = /from "[^"]*\/support\/long\.js"|from "node:perf_hooks"/;

interface Layer {
  readonly test: { readonly name: string; readonly include: string[]; readonly exclude?: string[] };
}
const layers = (config.test?.projects ?? []) as Layer[];

const testFiles = ["packages/sdk/test", "packages/server/test", "test"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.startsWith("node_modules"))
    .map((name) => join(folder, name)),
);

/** Of a glob what the configuration uses: `**`, `*` and `{a,b}`. */
function pattern(glob: string): RegExp {
  const parts: Record<string, string> = {
    "**/": "(.*/)?",
    "*": "[^/]*",
    "{": "(",
    ",": "|",
    "}": ")",
    ".": "\\.",
  };
  return new RegExp(`^${glob.replace(/\*\*\/|[*{},.]/g, (part) => parts[part] ?? part)}$`);
}
const matches = (file: string, globs: readonly string[]) => globs.some((glob) => pattern(glob).test(file));
const layersOf = (file: string) =>
  layers.filter(({ test }) => matches(file, test.include) && !matches(file, test.exclude ?? []));

const texts = new Map<string, string>();
function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(file, "utf8");
  texts.set(file, text);
  return text;
}

/** The files of the tests that a file is made of, itself among them: the sources under test are not. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target] of textOf(file).matchAll(/^import (?!type )[^;]*?from "(\.[^"]+)\.js"/gm)) {
    const found = resolve(dirname(file), `${target}.ts`);
    if (existsSync(found) && /\/test\//.test(found)) closure(found, seen);
  }
  return seen;
}

describe("the layers of the tests", () => {
  it("have each file in exactly one", () => {
    const strays = testFiles.filter((file) => layersOf(file).length !== 1);
    expect([testFiles.length > 50, strays]).toEqual([true, []]);
  });

  it("have no pattern that finds no file", () => {
    const patterns = layers.flatMap(({ test }) => test.include);
    expect(patterns.filter((glob) => !testFiles.some((file) => matches(file, [glob])))).toEqual([]);
  });

  const inLayer = (name: string) => testFiles.filter((file) => layersOf(file)[0]?.test.name === name);
  /** Whether a file of tests, or one that it is made of, holds what is looked for. */
  const holds = (file: string, what: RegExp) =>
    [...closure(join(root, file))].some((part) => part !== import.meta.filename && what.test(textOf(part)));

  it("keep browsers, processes and databases out of the fast one, and of the proofs", () => {
    const needy = [...inLayer("fast"), ...inLayer("proofs")].filter((file) => holds(file, heavy));
    expect(needy).toEqual([]);
  });

  it("leave neither a setting of the environment nor a loaded example to the next file of their process", () => {
    const shared = testFiles.filter((file) =>
      layersOf(file).some(({ test }) => ["fast", "proofs"].includes(test.name)),
    );
    const leaves = (file: string) => {
      const text = textOf(join(root, file));
      if (/Object\.assign\(process\.env|process\.env(\.\w+|\[[^\]]+\]) = /.test(text)) return true;
      return /import\("[^"]*\/examples\//.test(text) && !text.includes("vi.resetModules()");
    };
    expect(shared.filter(leaves)).toEqual([]);
  });

  it("have what has a long form or times itself among the proofs, and nothing else", () => {
    expect(inLayer("fast").filter((file) => holds(file, long))).toEqual([]);
    expect(inLayer("proofs").filter((file) => !holds(file, long))).toEqual([]);
  });
});
