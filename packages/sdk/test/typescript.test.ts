/** The types of the published package under the compilers and settings of its users, none of whom skips checking them. */
import { execFile } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type Compiler = typeof ts;

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "../../node_modules");
const load = createRequire(import.meta.url);
let folder: string;

beforeAll(() => {
  mkdirSync(join(modules, ".cache/countersign-sdk"), { recursive: true });
  folder = mkdtempSync(join(modules, ".cache/countersign-sdk/types-"));
  mkdirSync(join(folder, "node_modules/@countersign"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/@countersign/sdk"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  for (const name of ["consumer.ts", "consumer.mts", "consumer.cts"]) {
    copyFileSync(join(root, "test/types/consumer.ts"), join(folder, name));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The oldest compiler that is supported comes from npm, beside no other: both would want the command `tsc`. */
let oldest: Compiler;
beforeAll(async () => {
  const args = ["--yes", "--package=typescript@5.0.4", "-c", "which tsc"];
  const { stdout } = await promisify(execFile)("npx", args, { cwd: folder });
  oldest = load(join(dirname(realpathSync(stdout.trim())), "../lib/typescript.js")) as Compiler;
}, 120_000);

/** Everything a compiler finds in the application and in the package's declarations. */
function faults(compiler: Compiler, file: string, settings: Record<string, unknown>): string[] {
  const json = { strict: true, noEmit: true, target: "es2022", types: [], ...settings };
  const { options, errors } = compiler.convertCompilerOptionsFromJson(json, folder);
  const program = compiler.createProgram([join(folder, file)], options, hostFor(compiler, options));
  const ours = program.getSourceFiles().filter(({ fileName }) => !isForeign(fileName));
  expect(ours.some(({ fileName }) => fileName.endsWith("stores/redis.d.ts"))).toBe(true);
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]),
  ];
  return found.map(
    ({ file: where, messageText }) =>
      `${where?.fileName ?? ""}: ${compiler.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
}

const isForeign = (file: string) => /\/typescript\/|\/node_modules\/(?!\.cache|@countersign)/.test(file);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** As the compiler's own, but parses the libraries once. */
function hostFor(compiler: Compiler, options: ts.CompilerOptions): ts.CompilerHost {
  const host = compiler.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, how, ...rest) => {
    if (!isForeign(file)) return getSourceFile.call(host, file, how, ...rest);
    const format = typeof how === "object" ? how.impliedNodeFormat : undefined;
    const key = `${compiler.version} ${format} ${file}`;
    if (!parsed.has(key)) parsed.set(key, getSourceFile.call(host, file, how, ...rest));
    return parsed.get(key);
  };
  return host;
}

const dom = { lib: ["es2022", "dom", "dom.iterable"] };
/** What `next build` writes into a fresh project's settings. */
const next = { module: "esnext", moduleResolution: "node", ...dom, jsx: "preserve", isolatedModules: true };
const settings: [name: string, file: string, settings: Record<string, unknown>][] = [
  ["moduleResolution node, as Next sets it", "consumer.ts", next],
  [
    "moduleResolution node to CommonJS",
    "consumer.ts",
    { ...dom, module: "commonjs", moduleResolution: "node" },
  ],
  ["node16 as ES module", "consumer.mts", { ...dom, module: "node16", moduleResolution: "node16" }],
  ["node16 as CommonJS", "consumer.cts", { ...dom, module: "node16", moduleResolution: "node16" }],
  ["bundler", "consumer.ts", { ...dom, module: "esnext", moduleResolution: "bundler" }],
  [
    "exactOptionalPropertyTypes",
    "consumer.mts",
    { ...dom, module: "node16", moduleResolution: "node16", exactOptionalPropertyTypes: true },
  ],
  [
    "a library before ES2022",
    "consumer.ts",
    {
      module: "esnext",
      moduleResolution: "bundler",
      target: "es2020",
      lib: ["es2020", "dom", "dom.iterable"],
    },
  ],
  [
    "Node's types without the DOM",
    "consumer.mts",
    {
      lib: ["es2022"],
      types: ["node"],
      typeRoots: [join(modules, "@types")],
      module: "node16",
      moduleResolution: "node16",
    },
  ],
];

describe.each([
  ["5.0", () => oldest],
  ["of this repository", () => load("typescript") as Compiler],
])("under TypeScript %s", (_, compiler) => {
  it.each(settings)("an application compiles with %s", { timeout: 120_000 }, (_name, file, options) => {
    expect(faults(compiler(), file, options)).toEqual([]);
  });
});
