// Builds dist/esm and dist/cjs with their types, then prints what the core costs a browser.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const compile = (...args) => execFileSync(process.execPath, [tsc, "-p", root, ...args], { stdio: "inherit" });

rmSync(join(root, "dist"), { recursive: true, force: true });
compile("--outDir", join(root, "dist/esm"));
// The compiler writes CommonJS only where the package says so, or when told the format in full.
const cjs = join(root, "dist/cjs");
compile(
  ...["--outDir", cjs, "--module", "CommonJS", "--moduleResolution", "node10"],
  ...["--verbatimModuleSyntax", "false", "--ignoreDeprecations", "5.0"],
);
mkdirSync(cjs, { recursive: true });
writeFileSync(join(cjs, "package.json"), '{"type":"commonjs"}\n');

const bundle = await build({
  entryPoints: [join(root, "dist/esm/index.js")],
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  write: false,
});
const [{ contents }] = bundle.outputFiles;
const kilobytes = (bytes) => (bytes / 1000).toFixed(2);
console.log(
  `@countersign/sdk core: ${kilobytes(gzipSync(contents, { level: 9 }).length)} kB min+gzip (${kilobytes(contents.length)} kB minified)`,
);
