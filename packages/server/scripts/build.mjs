// Compiles src/ to dist/ from nothing, so that a file that was deleted cannot live on in the build. Stylesheets and
// browser scripts go beside the code that reads them, without what only their authors read. What is published and run
// is dist/bundle: some twenty files instead of three hundred, because opening, reading and linking each module took
// most of the time that the command needs to start.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transformSync } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src");
const dist = join(root, "dist");
const bundle = join(dist, "bundle");

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", root], { stdio: "inherit" });

for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
  const loader = extname(name).slice(1);
  if (loader !== "css" && loader !== "js") continue;
  const target = join(dist, name);
  mkdirSync(dirname(target), { recursive: true });
  const { code } = transformSync(readFileSync(join(source, name), "utf8"), {
    loader,
    minify: true,
    target: "es2022",
  });
  writeFileSync(target, code);
}

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entryPoints = { command: join(dist, "cli/main.js") };
for (const { types, default: target } of Object.values(exports)) {
  if (types)
    entryPoints[relative(bundle, join(root, target)).replace(/\.js$/, "")] = join(
      root,
      types.replace(/\.d\.ts$/, ".js"),
    );
}

await build({
  entryPoints,
  outdir: bundle,
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
  plugins: [
    { name: "files beside the code", setup: (builder) => builder.onLoad({ filter: /\.js$/ }, whereItWas) },
  ],
});

/** A module finds the files beside it also from the bundle: `import.meta.url` stays where the module was. */
function whereItWas({ path }) {
  const text = readFileSync(path, "utf8");
  if (!text.includes("import.meta.url")) return undefined;
  const place = JSON.stringify(relative(bundle, path));
  return { contents: text.replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`) };
}
