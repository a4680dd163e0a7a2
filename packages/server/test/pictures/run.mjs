/**
 * Takes the pictures of README and docs: `npm run pictures`. With a folder, takes every page in every look into it:
 * `npm run pictures -- FOLDER [PAGE]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../../..");
// Node 20 does not read TypeScript; the bundle must lie inside the tree, so that its imports are found.
const folder = mkdtempSync(join(here, ".bundle-"));
try {
  const outfile = join(folder, "take.mjs");
  const entry = join(here, "take.ts");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  const { takePictures } = await import(pathToFileURL(outfile).href);
  await takePictures(join(root, "packages/server/dist/testing/index.js"), {
    docs: join(root, "docs/images"),
    all: process.argv[2],
    only: process.argv[3],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
