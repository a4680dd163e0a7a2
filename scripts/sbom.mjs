// Writes what an installation of a package holds, from the lock file, as a CycloneDX 1.6 document on standard output:
//   node scripts/sbom.mjs [packages/server]
// Development dependencies are not in it, optional and peer ones that npm would install are. No network is needed.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const start = process.argv[2] ?? "packages/server";
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
if (packages[start] === undefined) throw new Error(`The lock file has no ${start}`);

/** Finds a dependency as Node does: in the package's own folder, then in each above it. */
function find(from, name) {
  for (let at = from; ; at = at.replace(/(^|\/)(node_modules\/(@[^/]+\/)?[^/]+|packages\/[^/]+)$/, "")) {
    const path = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    const entry = packages[path];
    if (entry !== undefined) return entry.link ? entry.resolved : path;
    if (at === "") return undefined;
  }
}

const nameOf = (path) => packages[path].name ?? path.split("node_modules/").at(-1);
const purlOf = (path) => `pkg:npm/${nameOf(path).replace("@", "%40")}@${packages[path].version}`;

const dependsOn = new Map();
const waiting = [start];
for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
  if (dependsOn.has(path)) continue;
  const { dependencies, optionalDependencies } = packages[path];
  const found = Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => find(path, name));
  const there = found.filter((one) => one !== undefined);
  dependsOn.set(path, there);
  waiting.push(...there);
}

const licenceOf = ({ license }) =>
  license === undefined
    ? []
    : [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }];

function component(path) {
  const entry = packages[path];
  const [algorithm, digest] = (entry.integrity ?? "").split(/-(.*)/s);
  const hashes = digest && [
    { alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(digest, "base64").toString("hex") },
  ];
  return {
    type: "library",
    "bom-ref": purlOf(path),
    name: nameOf(path),
    version: entry.version,
    purl: purlOf(path),
    licenses: licenceOf(entry),
    ...(hashes && { hashes }),
  };
}

const paths = [...dependsOn.keys()].sort();
console.log(
  JSON.stringify(
    {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: { component: { ...component(start), type: "application" } },
      components: paths.filter((path) => path !== start).map(component),
      dependencies: paths.map((path) => ({
        ref: purlOf(path),
        dependsOn: dependsOn.get(path).map(purlOf).sort(),
      })),
    },
    undefined,
    2,
  ),
);
