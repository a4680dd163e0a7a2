// Builds dist/esm and dist/cjs with their types, then prints what the package costs a browser.
// With a folder as argument it builds there: the tests use that, so that they disturb nobody who imports dist.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a browser or an edge function needs: calls, errors, the authorization flow. Tokens are kept on servers. */
const coreModule = `export {
  AuthorizationFlow, ApiError, authorizationUrl, CallbackError, codeChallenge, configure, InvalidArgumentError,
  InvalidResponseError, NetworkError, OAuthApi, TimeoutError } from "./index.js";`;
const limit = 6000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const compile = (...args) => execFileSync(process.execPath, [tsc, "-p", root, ...args], { stdio: "inherit" });

rmSync(dist, { recursive: true, force: true });
const esm = join(dist, "esm");
compile("--outDir", esm);
const cjs = join(dist, "cjs");
// The sources are ES modules; to write CommonJS from them the compiler is told the format in full.
compile(
  ...["--outDir", cjs, "--module", "CommonJS", "--moduleResolution", "node10"],
  ...["--verbatimModuleSyntax", "false", "--ignoreDeprecations", "5.0"],
);
mkdirSync(cjs, { recursive: true });
writeFileSync(join(cjs, "package.json"), '{"type":"commonjs"}\n');

async function minGzip(contents) {
  const bundle = await build({
    stdin: { contents, resolveDir: esm },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return gzipSync(bundle.outputFiles[0].contents, { level: 9 }).length;
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(2)} kB`;
const core = await minGzip(coreModule);
const all = await minGzip('export * from "./index.js";');
console.log(
  `@countersign/sdk, min+gzip: ${kilobytes(core)} core (limit ${kilobytes(limit)}), ${kilobytes(all)} with the token keeper`,
);
if (core > limit) throw new Error("the core bundle exceeds its limit");
