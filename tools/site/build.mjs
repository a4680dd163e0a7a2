/**
 * Builds the documents as a site: `npm run docs:site` writes `site/`, which opens from the disk. Pages are the Markdown of
 * docs and the references made from the sources. A link that leads nowhere fails the build; nothing is fetched by a page.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { installTools, toolProgram } from "../install.mjs";
import { controlApiText } from "./control-api.mjs";
import { relativeTo, resolveLinks } from "./links.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const published = `${repository.url.replace(/^git\+/, "").replace(/\.git$/, "")}/blob/main`;

/** The pages in the order of the menu: its heading, then files below the repository. */
const menu = [
  [
    "Start",
    [
      "README.md",
      "docs/sdk/integrate-in-ten-minutes.md",
      "docs/troubleshooting.md",
      "docs/install.md",
      "docs/glossary.md",
    ],
  ],
  [
    "Emulator",
    [
      "docs/emulator.md",
      "docs/fidelity.md",
      "docs/coverage.md",
      "reference/control-api.md",
      "reference/testing/index.md",
    ],
  ],
  ["SDK", ["packages/sdk/README.md", "docs/sdk/moving-from-hand-written-code.md", "reference/sdk/index.md"]],
  [
    "Server",
    [
      "docs/standard-profile.md",
      "docs/fapi2.md",
      "docs/clients.md",
      "docs/use-with.md",
      "docs/operating.md",
      "docs/storage.md",
      "docs/threats.md",
      "docs/upgrading.md",
      "reference/server/index.md",
    ],
  ],
  [
    "Project",
    ["ARCHITECTURE.md", "docs/decisions/README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
  ],
];

/**
 * Writes the site to a folder, and returns its pages.
 * @param {string} out
 * @returns {Promise<readonly { path: string, title: string }[]>}
 */
export async function buildSite(out) {
  installTools();
  const { default: markdownIt } = await import("markdown-it");
  const sources = new Map([...documents(), ...references()]);
  const pages = new Map([...sources].map(([path, text]) => [path, readPage(markdownIt, path, text)]));
  const images = new Set();
  const faults = [];
  for (const page of pages.values()) resolveLinks({ page, pages, images, faults, root, published });
  if (faults.length > 0) throw new Error(`Links that lead nowhere:\n  ${faults.join("\n  ")}`);
  rmSync(out, { recursive: true, force: true });
  for (const page of pages.values()) write(out, page.target, layout(page, pages));
  for (const image of images) write(out, image, undefined, join(root, image));
  for (const name of ["style.css", "search.js"]) write(out, name, undefined, join(here, name));
  write(
    out,
    "search-index.js",
    `globalThis.searchIndex = ${JSON.stringify([...pages.values()].flatMap(sections))};\n`,
  );
  return [...pages.values()].map(({ target, title }) => ({ path: target, title }));
}

function write(out, path, text, from) {
  const target = join(out, path);
  mkdirSync(dirname(target), { recursive: true });
  if (from === undefined) writeFileSync(target, text);
  else copyFileSync(from, target);
}

function documents() {
  const named = menu.flatMap(([, files]) => files).filter((file) => !file.startsWith("reference/"));
  // What the menu leaves out is reached by links.
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  const others = below.filter((file) => file.endsWith(".md")).map((file) => posix.join("docs", file));
  const names = [...new Set([...named, ...others])];
  return names
    .filter((file) => existsSync(join(root, file)))
    .map((file) => [file, readFileSync(join(root, file), "utf8")]);
}

/** What typedoc reads from the sources, and the control API from its description. */
function* references() {
  yield [
    "reference/control-api.md",
    controlApiText(readFileSync(join(root, "docs/control-api.yaml"), "utf8")),
  ];
  const sdk = JSON.parse(readFileSync(join(root, "packages/sdk/typedoc.json"), "utf8"));
  const entries = sdk.entryPoints.map((entry) => join("packages/sdk", entry));
  yield* typedoc("sdk", "@countersign/sdk", entries, "packages/sdk/tsconfig.json");
  const testing = ["packages/server/src/testing/index.ts"];
  yield* typedoc("testing", "@countersign/server/testing", testing, "packages/server/tsconfig.json");
  const library = ["packages/server/src/index.ts"];
  yield* typedoc("server", "@countersign/server", library, "packages/server/tsconfig.json");
}

function* typedoc(name, title, entries, tsconfig) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-reference-"));
  const options = [
    "--plugin",
    "typedoc-plugin-markdown",
    "--out",
    folder,
    "--readme",
    "none",
    "--disableSources",
  ];
  const more = ["--excludePrivate", "--excludeExternals", "--entryFileName", "index", "--skipErrorChecking"];
  const files = entries.flatMap((entry) => ["--entryPoints", entry]);
  const args = [
    "--name",
    title,
    "--tsconfig",
    tsconfig,
    ...options,
    ...more,
    ...files,
    "--logLevel",
    "Error",
  ];
  const { status, stderr } = spawnSync(toolProgram("typedoc"), args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`typedoc failed for ${title}:\n${stderr}`);
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (file.endsWith(".md"))
      yield [posix.join("reference", name, file), readFileSync(join(folder, file), "utf8")];
  rmSync(folder, { recursive: true });
}

function readPage(MarkdownIt, path, text) {
  const markdown = new MarkdownIt({ html: true, linkify: false });
  const tokens = markdown.parse(text, {});
  const ids = new Set();
  const headings = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type !== "heading_open") continue;
    const words = (tokens[index + 1].children ?? []).filter(
      ({ type }) => type === "text" || type === "code_inline",
    );
    const title = words.map(({ content }) => content).join("");
    const id = unused(slugOf(title), ids);
    token.attrSet("id", id);
    headings.push({ id, title, level: Number(token.tag.slice(1)) });
  }
  for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) ids.add(id);
  const target = path === "README.md" ? "index.html" : path.replace(/\.md$/, ".html");
  const html = forKeyboards(markdown.renderer.render(tokens, markdown.options, {}));
  return { path, target, html, ids, headings, title: headings[0]?.title ?? path };
}

/** As GitHub makes the anchors of headings. */
function slugOf(title) {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function unused(slug, ids) {
  let id = slug;
  for (let count = 1; ids.has(id); count++) id = `${slug}-${count}`;
  ids.add(id);
  return id;
}

const escaped = (text) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

function layout(page, pages) {
  const to = (target) => relativeTo(page, target);
  const groups = menu.map(([heading, files]) => {
    const links = files.flatMap((file) => {
      const found = pages.get(file);
      const current = found === page ? ' aria-current="page"' : "";
      return found ? [`<li><a href="${to(found.target)}"${current}>${escaped(found.title)}</a></li>`] : [];
    });
    return `<h2>${heading}</h2>\n<ul>${links.join("\n")}</ul>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'">
<title>${escaped(page.title)} · Countersign</title>
<link rel="stylesheet" href="${to("style.css")}">
</head>
<body data-root="${to("index.html").replace(/index\.html$/, "")}">
<a class="skip" href="#content">Skip to the text</a>
<nav aria-label="Documents">
<p class="name"><a href="${to("index.html")}">Countersign</a></p>
<div id="search" hidden><label for="query">Search</label><input id="query" type="search" autocomplete="off"><ol id="found" aria-live="polite"></ol></div>
${groups.join("\n")}
</nav>
<main id="content">
${page.html}
</main>
<script src="${to("search-index.js")}"></script>
<script src="${to("search.js")}"></script>
</body>
</html>
`;
}

/** Code and tables that scroll are reached by keyboard, and a column without a name has no empty header. */
function forKeyboards(html) {
  return html
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replaceAll("<table>", '<table tabindex="0">')
    .replaceAll(/<th([^>]*)><\/th>/g, "<td$1></td>");
}

/** What the search looks through: each heading with the text below it. */
function sections(page) {
  const parts = page.html.split(/(?=<h[1-6] id=")/).filter((part) => part.startsWith("<h"));
  return parts.map((part) => {
    const [, id = ""] = /^<h[1-6] id="([^"]*)"/.exec(part) ?? [];
    const heading = page.headings.find((one) => one.id === id);
    return {
      page: page.title,
      url: `${page.target}#${id}`,
      title: heading?.title ?? page.title,
      text: plain(part),
    };
  });
}

function plain(html) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return html
    .replace(/<[^>]+>/g, " ")
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => named[name])
    .replace(/\s+/g, " ")
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = join(root, process.argv[2] ?? "site");
  const pages = await buildSite(out);
  console.log(`${pages.length} pages in ${relative(process.cwd(), out)}/: open index.html`);
}
