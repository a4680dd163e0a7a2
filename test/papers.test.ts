/** The papers at the root and in docs: what they point at is there, and what they promise is what the scripts do. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

const markdown = [
  "",
  "docs",
  "bench",
  "tools",
  "packages/sdk",
  "packages/server",
  "packages/countersign",
].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: folder === "docs", encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

describe("the papers", () => {
  it("link to files that exist", () => {
    const links = markdown.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
        ([, to = ""]) => [file, to] as const,
      ),
    );
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter(([file, to]) => !existsSync(join(root, dirname(file), to)))).toEqual([]);
  });

  it("name the file of each rule truly", () => {
    const [, table = ""] = read("ARCHITECTURE.md").split("## Where each rule lives");
    const paths = [...(table.split("\n## ")[0] ?? "").matchAll(/`([\w/-]+\.ts)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(root, "packages/server/src", path)))).toEqual([]);
  });

  it("name for each rule a file that cites its RFC", () => {
    const [, table = ""] = read("ARCHITECTURE.md").split("## Where each rule lives");
    const rows = (table.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| RFC"));
    const strangers = rows.flatMap((row) => {
      const texts = [...row.matchAll(/`([\w/-]+\.ts)`/g)].map(([, path = ""]) =>
        read(join("packages/server/src", path)),
      );
      const cited = [...row.matchAll(/RFC \d+/g)].map(([rfc]) => rfc);
      return cited.filter((rfc) => !texts.some((text) => text.includes(rfc)));
    });
    expect(rows.length).toBeGreaterThan(20);
    expect(strangers).toEqual([]);
  });

  it("say why each dependency of the server is there", () => {
    const { dependencies, peerDependencies } = JSON.parse(read("packages/server/package.json"));
    const [, table = ""] = read("ARCHITECTURE.md").split("## Dependencies");
    const named = Object.keys({ ...dependencies, ...peerDependencies });
    expect(named.filter((name) => !table.includes(`| ${name} `))).toEqual([]);
  });

  it("name scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = markdown.flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => [file, name] as const),
    );
    const known = (name: string) => name in scripts || existsSync(join(root, "packages", "sdk", name));
    expect(named.filter(([file, name]) => !file.startsWith("packages/") && !known(name))).toEqual([]);
  });
});

describe("papers that judge", () => {
  it("say what each kind of evidence is, and link what can be looked up", () => {
    const paper = read("docs/fidelity.md");
    const explained = [...paper.matchAll(/^- \*\*(.)\*\* (.*(?:\n {2}.*)*)/gm)].map(
      ([, letter = "", words = ""]) => [letter, words] as const,
    );
    const used = [...paper.matchAll(/^\|[^|]*\| ([A-Z?](?:, [A-Z?])*)(?: \(.*?\))? +\|/gm)].flatMap(
      ([, letters = ""]) => letters.split(", "),
    );
    expect(used.length).toBeGreaterThan(50);
    expect([...new Set(used)].sort()).toEqual(explained.map(([letter]) => letter).sort());
    const published = explained.filter(([letter]) => "SOD".includes(letter));
    expect(published.filter(([, words]) => !words.includes("](https://"))).toEqual([]);
  });

  it("say what a target is before the first row that misses one", () => {
    const results = read("bench/RESULTS.md");
    const said = results.indexOf("A target is");
    expect(said).toBeGreaterThan(0);
    expect(said).toBeLessThan(results.indexOf("missed |"));
    expect(results).toContain("README.md says how to read it");
  });
});

describe("each example", () => {
  const examples = readdirSync(join(root, "examples"), { withFileTypes: true })
    .filter((one) => one.isDirectory() && one.name !== "node_modules")
    .map(({ name }) => join("examples", name));

  it.each(examples)("%s says what it is, and names every package that it imports", (folder) => {
    expect(read(join(folder, "README.md"))).toMatch(/^# \S/);
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(join(folder, "package.json")));
    const sources = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter(
      (file) => /\.[jt]sx?$/.test(file) && !file.includes("node_modules"),
    );
    const imported = sources.flatMap((file) =>
      [
        ...read(join(folder, file)).matchAll(/^(?:import|\} from|.* from) "((?:@[\w-]+\/)?[\w-]+)[^"]*"/gm),
      ].map(([, name = ""]) => name),
    );
    const strangers = imported.filter((name) => !(name in dependencies || name in devDependencies));
    expect([...new Set(strangers)].filter((name) => !name.startsWith("node"))).toEqual([]);
    expect(sources.length).toBeGreaterThan(0);
  });
});

describe("a release", () => {
  const verify = (tag: string) =>
    execFileSync(process.execPath, [join(root, "scripts/release.mjs"), "--verify", tag], { stdio: "pipe" });

  it("is what its tag, its packages and the changelog say alike, and refused where they differ", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    verify(`v${version}`);
    expect(() => verify("v99.0.0")).toThrow(/the tag v99\.0\.0/);
  });
});
