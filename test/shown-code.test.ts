/** JavaScript in the papers and examples is read by the oldest Node that is supported; TypeScript is compiled first. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const filesIn = (folder: string, ending: RegExp) =>
  readdirSync(join(root, folder), { recursive: folder !== "", encoding: "utf8" })
    .filter((name) => ending.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name));

const papers = ["", "docs", "packages/sdk", "packages/server", "packages/countersign"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: folder === "docs", encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);
const shown = papers.flatMap((file) =>
  [...read(file).matchAll(/^```(?:js|javascript|mjs)\n(.*?)^```/gms)].map(
    ([, code = ""], index) => [`${file}, block ${index + 1}`, code] as const,
  ),
);
const examples = filesIn("examples", /\.m?js$/).map((file) => [file, read(file)] as const);

/** The year of ECMAScript that the oldest supported Node knows whole. */
const oldest = ts.ScriptTarget.ES2023;
const oldestNode = "20.19.0";

function print(code: string, target: ts.ScriptTarget): string {
  const options = { target, module: ts.ModuleKind.ESNext, allowJs: true, removeComments: true };
  return ts.transpileModule(code, { compilerOptions: options, fileName: "shown.js" }).outputText;
}

/** Whether nothing in it has to be rewritten for the oldest Node. */
const isReadByOldest = (code: string) => print(code, oldest) === print(code, ts.ScriptTarget.ESNext);

describe("JavaScript that is shown", () => {
  it("is judged by the Node that package.json names", () => {
    for (const folder of ["", "packages/sdk", "packages/server", "packages/countersign"]) {
      const { engines } = JSON.parse(read(join(folder, "package.json"))) as { engines?: { node: string } };
      expect([folder, engines?.node]).toEqual([folder, `>=${oldestNode}`]);
    }
  });

  it("has no syntax that the oldest supported Node does not read", () => {
    expect(shown.length).toBeGreaterThan(8);
    expect(examples.length).toBeGreaterThan(8);
    expect([...shown, ...examples].filter(([, code]) => !isReadByOldest(code)).map(([file]) => file)).toEqual(
      [],
    );
  });

  it("would be found out by syntax of a later Node", () => {
    expect(isReadByOldest("const sign = await startEmulator();")).toBe(true);
    expect(isReadByOldest("await using sign = await startEmulator();")).toBe(false);
  });
});

it("what needs a later Node is said to, wherever the papers name it", () => {
  const named = papers.flatMap((file) =>
    read(file)
      .split(/\n\n|\n(?=\|)/)
      .filter((paragraph) => /await using/.test(paragraph))
      .map((paragraph) => [file, /Node 24/.test(paragraph)] as const),
  );
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter(([, says]) => !says)).toEqual([]);
});
