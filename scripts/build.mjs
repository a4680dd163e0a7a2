/**
 * Builds the packages, the SDK first. With `--if-changed` nothing is done where the last build was made of the same
 * files: `npm ci` has just built what `npm test` is to try.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packages = ["packages/sdk", "packages/server"];
/** What a build is made of. The lock file names the compilers. */
const sources = ["package-lock.json", "tsconfig.base.json", "scripts/build.mjs"].concat(
  packages.flatMap((folder) =>
    ["src", "scripts", "package.json", "tsconfig.json"].map((name) => `${folder}/${name}`),
  ),
);

const wanted = fingerprint();
const isBuilt = packages.every((folder) => {
  const stamp = stampOf(folder);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
});
if (!(isBuilt && process.argv.includes("--if-changed"))) build();

function build() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  for (const folder of packages) {
    execFileSync(npm, ["run", "build", "-w", folder], { cwd: root, stdio: "inherit", shell: npm !== "npm" });
  }
  for (const folder of packages) writeFileSync(stampOf(folder), wanted);
}

function stampOf(folder) {
  return join(root, folder, "dist", ".built-from");
}

function fingerprint() {
  const hash = createHash("sha256");
  for (const name of sources) {
    const files = statSync(join(root, name)).isDirectory()
      ? readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).map((file) => join(name, file))
      : [name];
    for (const file of files.sort()) {
      if (statSync(join(root, file)).isFile()) {
        hash
          .update(`${file}\0`)
          .update(readFileSync(join(root, file)))
          .update("\0");
      }
    }
  }
  return hash.digest("hex");
}
