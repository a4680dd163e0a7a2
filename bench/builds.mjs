/** Other builds of the server: a commit of this repository, cloned beside this tree and built with what it has installed. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { slowed } from "./slowed.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: "pipe" }).trim();

/**
 * Returns the commit that a name means here. @throws {Error} that says what to do where it is not in this clone.
 * @param {string} name
 */
export function commitOf(name) {
  try {
    return git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
  } catch {
    throw new Error(
      `This clone has no commit ${name}. Fetch it (git fetch --unshallow), or name another: --base COMMIT.`,
    );
  }
}

/**
 * Builds a commit in a new folder and returns where its server is.
 * @param {{ commit: string, folder: string, change?: (root: string) => void }} what `change` is made to its sources before.
 */
export function buildCommit({ commit, folder, change }) {
  execFileSync("git", ["clone", "--quiet", "--no-checkout", root, folder], { stdio: "inherit" });
  execFileSync("git", ["checkout", "--quiet", commit], { cwd: folder, stdio: "inherit" });
  linkInstalled(folder);
  change?.(folder);
  // Its output is of no interest unless it fails.
  execFileSync(process.execPath, ["scripts/build.mjs"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(folder, "packages/server");
}

/** Returns a copy of the server as it is built here: a later build of this tree does not change what is measured. */
export function copyBuild(folder) {
  for (const name of ["packages/server/bin", "packages/server/dist", "packages/server/package.json"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  linkInstalled(folder);
  return join(folder, "packages/server");
}

/** Gives a tree the packages that are installed here, each by a link; its own packages stay its own. */
function linkInstalled(folder) {
  const installed = join(folder, "node_modules");
  mkdirSync(join(installed, "@countersign"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== "@countersign") symlinkSync(join(root, "node_modules", name), join(installed, name));
  for (const name of ["sdk", "server"])
    symlinkSync(join(folder, "packages", name), join(installed, "@countersign", name));
}

/**
 * Makes each check of an access token take longer by some microseconds of processor time: what the guard must find.
 * @param {string} tree @param {number} microseconds
 */
export function plantRegression(tree, microseconds) {
  const file = join(tree, slowed.file);
  writeFileSync(file, slowed.with(readFileSync(file, "utf8"), microseconds));
}
