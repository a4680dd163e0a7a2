/**
 * `npm run release -- VERSION`: makes a release here, as a commit and a tag; publishing is the workflow's.
 * `--verify TAG` fails where a tag and the packages disagree; `--notes TAG` prints its changelog entry.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifests = [
  "package.json",
  "packages/sdk/package.json",
  "packages/server/package.json",
  "packages/countersign/package.json",
];
/** Sources that tell the version. */
const mentions = ["packages/sdk/src/configuration.ts"];
const read = (file) => readFileSync(`${root}/${file}`, "utf8");
const manifest = (file) => JSON.parse(read(file));
const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });
const fail = (message) => {
  console.error(`release: ${message}`);
  process.exit(1);
};

/** Returns what the changelog says of a version, without its heading. */
function notesOf(version) {
  const [, ...entries] = read("CHANGELOG.md").split(/^## /m);
  const entry = entries.find((text) => text.startsWith(`${version} `) || text.startsWith(`${version}\n`));
  return entry?.slice(entry.indexOf("\n")).trim() || undefined;
}

function verify(tag) {
  const version = tag.replace(/^v/, "");
  for (const file of manifests) {
    if (manifest(file).version !== version) fail(`${file} is ${manifest(file).version}, the tag ${tag}.`);
  }
  if (manifest("packages/countersign/package.json").dependencies["@countersign/server"] !== version)
    fail("countersign depends on another version of @countersign/server.");
  if (notesOf(version) === undefined) fail(`CHANGELOG.md says nothing of ${version}.`);
}

const numbers = (version) => version.split(".").map(Number);

function isNewer(version, than) {
  const [a, b] = [numbers(version), numbers(than)];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && a[at] > b[at];
}

function release(version) {
  const current = manifest("package.json").version;
  const first = read("CHANGELOG.md").includes(`## ${version} (unreleased)`);
  if (!/^\d+\.\d+\.\d+$/.test(version ?? "")) fail("give the version, such as 0.2.0.");
  if (!first) fail(`CHANGELOG.md needs an entry "## ${version} (unreleased)".`);
  if (version !== current && !isNewer(version, current)) fail(`${version} is not newer than ${current}.`);
  if (execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" }) !== "")
    fail("the tree has changes; commit them first.");
  for (const file of manifests) {
    const changed = { ...manifest(file), version };
    if (changed.dependencies?.["@countersign/server"]) changed.dependencies["@countersign/server"] = version;
    writeFileSync(`${root}/${file}`, `${JSON.stringify(changed, null, 2)}\n`);
  }
  for (const file of mentions) writeFileSync(`${root}/${file}`, read(file).replaceAll(current, version));
  const today = new Date().toISOString().slice(0, 10);
  const changelog = read("CHANGELOG.md").replace(`## ${version} (unreleased)`, `## ${version} (${today})`);
  writeFileSync(`${root}/CHANGELOG.md`, changelog);
  verify(`v${version}`);
  run("npm", "install", "--package-lock-only", "--ignore-scripts");
  run("npm", "test");
  run("npm", "run", "test:long");
  run("git", "commit", "-am", `Release ${version}`);
  run("git", "tag", "-a", `v${version}`, "-m", `Countersign ${version}`);
  console.log(`Tagged v${version}. \`git push --follow-tags\` publishes it.`);
}

const [first, tag] = process.argv.slice(2);
if (first === "--verify") verify(tag);
else if (first === "--notes") console.log(notesOf(tag.replace(/^v/, "")));
else release(first);
