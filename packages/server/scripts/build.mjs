// Compiles src/ to dist/ from nothing, so that a file that was deleted cannot live on in the build. Stylesheets and
// browser scripts go beside the code that reads them, without what only their authors read.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });

const source = join(root, "src");
for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
  const loader = extname(name).slice(1);
  if (loader !== "css" && loader !== "js") continue;
  const target = join(root, "dist", name);
  mkdirSync(dirname(target), { recursive: true });
  const { code } = transformSync(readFileSync(join(source, name), "utf8"), {
    loader,
    minify: true,
    target: "es2022",
  });
  writeFileSync(target, code);
}
