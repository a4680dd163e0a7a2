/** The house rules that a compiler does not know: who may import whom, and where time and chance come from. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { treeOf } from "./support/syntax.js";

/** Source texts by their path below `src`. */
type Sources = ReadonlyMap<string, string>;
/** One breach of a rule, as a person reads it. */
type Breach = string;

const packages = join(dirname(fileURLToPath(import.meta.url)), "../packages");

function sourcesOf(name: string): Sources {
  const root = join(packages, name, "src");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(
    files.map((file) => [relative(".", file).replaceAll("\\", "/"), readFileSync(join(root, file), "utf8")]),
  );
}

interface Import {
  readonly from: string;
  /** A path below `src`, or the name of a package. */
  readonly to: string;
  readonly inside: boolean;
}

function importsOf(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) =>
    ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
      const inside = fileName.startsWith(".");
      const path = posix.join(posix.dirname(from), fileName).replace(/\.js$/, ".ts");
      return { from, to: inside ? path : fileName, inside };
    }),
  );
}

/**
 * For each part of the server what it may import beside itself. A part is a folder or a file; the longest name counts.
 * Types count like values: what a file names, it knows.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "cli/": [
    "app.ts",
    "bounded-file.ts",
    "admin/",
    "metrics/",
    "traces/",
    "http/",
    "accounts/",
    "apps/",
    "oauth/",
    "crypto/",
    "storage/",
    "config.ts",
    "secrets-config.ts",
    "log.ts",
  ],
  "cli/dev.ts": [
    "alternatives.ts",
    "cli/",
    "emulator/",
    "log.ts",
    "oauth/profile/",
    "oauth/authorize/redirect-uri.ts",
    "oauth/loopback.ts",
  ],
  "emulator/": [
    "alternatives.ts",
    "app.ts",
    "outgoing/",
    "http/",
    "accounts/",
    "apps/",
    "oauth/",
    "pages/",
    "crypto/",
    "storage/",
    "log.ts",
  ],
  "testing/": ["emulator/", "log.ts", "oauth/profile/"],
  "index.ts": ["app.ts", "accounts/", "apps/", "crypto/", "limits/", "log.ts", "oauth/profile/", "storage/"],
  "app.ts": [
    "outgoing/",
    "http/",
    "accounts/",
    "limits/",
    "oauth/",
    "crypto/",
    "log.ts",
    "observer.ts",
    "storage/port/",
  ],
  "admin/": [
    "alternatives.ts",
    "http/",
    "accounts/",
    "apps/",
    "limits/",
    "oauth/",
    "crypto/",
    "log.ts",
    "observer.ts",
    "storage/port/",
  ],
  "metrics/": ["observer.ts", "storage/"],
  "traces/": ["observer.ts", "storage/"],
  "observer.ts": [],
  "http/": [
    "alternatives.ts",
    "remembering.ts",
    "oauth/",
    "accounts/",
    "limits/",
    "pages/",
    "crypto/",
    "log.ts",
    "observer.ts",
    "storage/port/",
  ],
  "accounts/": ["oauth/", "limits/", "crypto/", "storage/port/"],
  "apps/": ["oauth/", "crypto/", "storage/port/"],
  "limits/": ["remembering.ts", "storage/port/"],
  "outgoing/": ["limits/", "oauth/"],
  "oauth/": ["alternatives.ts", "crypto/", "storage/port/"],
  "oauth/refusal.ts": [],
  "oauth/profile/": ["oauth/refusal.ts"],
  "pages/": [],
  "crypto/": [],
  "bounded-file.ts": [],
  "config-file.ts": ["bounded-file.ts"],
  "admin-config.ts": ["bounded-file.ts", "crypto/"],
  "open-clients-config.ts": ["oauth/open-clients/settings.ts", "oauth/profile/"],
  "secrets-config.ts": ["bounded-file.ts", "crypto/"],
  "alternatives.ts": [],
  "remembering.ts": [],
  "config-reader.ts": ["alternatives.ts", "config-file.ts", "limits/"],
  "protocol-config.ts": [
    "config-reader.ts",
    "open-clients-config.ts",
    "oauth/open-clients/settings.ts",
    "oauth/profile/",
  ],
  "transport-config.ts": ["config-reader.ts", "limits/", "oauth/loopback.ts"],
  "config.ts": [
    "config-reader.ts",
    "protocol-config.ts",
    "transport-config.ts",
    "admin-config.ts",
    "config-file.ts",
    "secrets-config.ts",
    "limits/",
  ],
  "log-output.ts": [],
  "log.ts": ["log-output.ts"],
  "storage/": ["log.ts"],
  "storage/shared/": ["remembering.ts", "storage/"],
  "storage/port/": [],
  "storage/sqlite/": ["storage/"],
  "storage/postgres/": ["storage/"],
};

/** Packages by the parts that may use them; all may use `node:crypto`. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  fastify: ["app.ts", "admin/", "http/", "cli/operators.ts", "emulator/"],
  "prom-client": ["metrics/"],
  "@opentelemetry/api": ["traces/"],
  "@fastify/busboy": ["http/body.ts", "emulator/api/body.ts"],
  "better-sqlite3": ["storage/sqlite/"],
  "node:sqlite": ["storage/sqlite/"],
  pg: ["storage/postgres/"],
  yaml: ["cli/apps-file.ts", "emulator/seed/"],
  pino: ["log.ts"],
  jose: ["oauth/"],
  "@node-rs/argon2": ["crypto/argon2.ts"],
  "hash-wasm": ["crypto/argon2.ts"],
  "node-sqlite3-wasm": ["storage/sqlite/"],
  "node:buffer": ["http/body.ts"],
  "node:async_hooks": ["emulator/request-address.ts", "traces/"],
  "node:child_process": ["cli/"],
  "node:crypto": ["oauth/", "crypto/", "pages/", "storage/", "cli/", "emulator/"],
  "node:fs": [
    "log-output.ts",
    "cli/",
    "bounded-file.ts",
    "secrets-config.ts",
    "emulator/",
    "pages/asset.ts",
    "storage/sqlite/",
  ],
  "node:fs/promises": ["cli/"],
  "node:module": ["cli/", "storage/sqlite/", "testing/", "traces/"],
  "node:net": [
    "log-output.ts",
    "cli/serve.ts",
    "emulator/",
    "http/connections.ts",
    "limits/address.ts",
    "outgoing/",
  ],
  "node:path": ["cli/", "emulator/", "traces/"],
  "node:readline/promises": ["cli/"],
  "node:timers/promises": ["storage/postgres/", "emulator/"],
  "node:http": [
    "index.ts",
    "outgoing/",
    "http/every-request.ts",
    "http/connections.ts",
    "emulator/outbox/",
    "testing/",
  ],
  "node:https": ["outgoing/", "emulator/", "testing/"],
  "node:dns/promises": ["outgoing/", "emulator/assemble.ts"],
  "node:os": ["cli/", "emulator/"],
  "node:zlib": ["http/assets.ts", "emulator/api/files/zip.ts"],
  undici: ["testing/"],
  "node:url": ["traces/"],
  "node:util": ["cli/", "crypto/rsa-key.ts", "oauth/open-clients/open-clients.ts"],
};

const covers = (part: string, path: string) => (part.endsWith("/") ? path.startsWith(part) : path === part);

function partOf(path: string): string | undefined {
  const parts = Object.keys(mayImport).filter((part) => covers(part, path));
  return parts.sort((one, other) => other.length - one.length)[0];
}

function breachesOfDirection(sources: Sources): Breach[] {
  return importsOf(sources).flatMap(({ from, to, inside }) => {
    const part = partOf(from);
    if (part === undefined) return [`${from} belongs to no part that this test knows`];
    if (!inside) return mayUse[to]?.some((one) => covers(one, from)) ? [] : [`${from} uses ${to}`];
    const own = partOf(to) === part && part.endsWith("/");
    const other = part.endsWith("/") && covers(part, to) && !isAdapter(part, to);
    return own || other || (mayImport[part] ?? []).some((one) => covers(one, to) && !isAdapter(part, to))
      ? []
      : [`${from} imports ${to}`];
  });
}

/** Nobody below the entry points sees an adapter, and adapters do not see each other. */
function isAdapter(part: string, to: string): boolean {
  const adapter = ["storage/sqlite/", "storage/postgres/"].find((one) => to.startsWith(one));
  return adapter !== undefined && part !== adapter && !["cli/", "emulator/", "index.ts"].includes(part);
}

function cycles(sources: Sources): Breach[] {
  const targets = new Map<string, string[]>();
  for (const { from, to, inside } of importsOf(sources)) {
    if (inside) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const found: Breach[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const target of targets.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) walk(file, []);
  return found;
}

/** What `judge` says of any node of the syntax trees, with file and line. */
function breachesInSyntax(
  sources: Sources,
  judge: (node: ts.Node, file: string) => string | undefined,
): Breach[] {
  return [...sources].flatMap(([file, text]) => {
    const tree = treeOf(text);
    const found: Breach[] = [];
    const visit = (node: ts.Node): void => {
      const said = judge(node, file);
      if (said !== undefined) {
        found.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${said}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  });
}

function timeOrChance(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    return /^(globalThis\.)?(Date\.now|Math\.random|performance\.now)$/.test(text) ? text : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === "Date" && !node.arguments?.length)
    return "new Date()";
  if (ts.isImportSpecifier(node)) {
    const name = (node.propertyName ?? node.name).text;
    return /^(randomBytes|randomUUID|randomInt|randomFillSync)$/.test(name) ? name : undefined;
  }
  return undefined;
}

function defaultExport(node: ts.Node): string | undefined {
  if (ts.isExportAssignment(node)) return "default export";
  if (ts.isExportSpecifier(node) && node.name.text === "default") return "default export";
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ? "default export" : undefined;
}

const comparisons = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

function profileByName(node: ts.Node): string | undefined {
  const names = (side: ts.Node) =>
    /\bprofile(Name)?(\??\.name)?$/i.test(side.getText()) ||
    /^["'](dropbox-sign|standard)["']$/.test(side.getText());
  if (ts.isBinaryExpression(node) && comparisons.has(node.operatorToken.kind)) {
    // Whether there is one may be asked; which one it is may not.
    const absent = [node.left, node.right].some((side) => side.getText() === "undefined");
    return !absent && [node.left, node.right].some(names) ? node.getText() : undefined;
  }
  return ts.isSwitchStatement(node) && names(node.expression) ? node.expression.getText() : undefined;
}

const server = sourcesOf("server");
const sdk = sourcesOf("sdk");

describe("the server", () => {
  it("imports inward only, and each package where it belongs", () => {
    expect(breachesOfDirection(server)).toEqual([]);
  });

  it("loads the emulator from countersign dev alone, and its root from entry points alone", () => {
    const importersOf = (path: string) =>
      [
        ...new Set(
          importsOf(server)
            .filter(({ to }) => covers(path, to))
            .map(({ from }) => from),
        ),
      ].filter((from) => !covers(path, from));
    for (const from of importersOf("emulator/")) expect(from).toMatch(/^(cli\/dev\.ts$|testing\/)/);
    for (const from of importersOf("app.ts")) expect(from).toMatch(/^((cli|emulator)\/|index\.ts$)/);
  });

  it("has no cycle", () => expect(cycles(server)).toEqual([]));

  it("takes time and chance from its entry points", () => {
    // Certificates and durations of real requests are of the real world, whatever the emulated clock says.
    const roots =
      /^(index\.ts$|cli\/|testing\/|emulator\/(emulator|playground\/attach|state\/kept-secret|https\/certificate|https\/listener|outbox\/delivery)\.ts$|crypto\/(argon2|random)\.ts$)/;
    expect(
      breachesInSyntax(server, (node, file) => (roots.test(file) ? undefined : timeOrChance(node))),
    ).toEqual([]);
  });

  it("never asks which profile it runs: a profile is data", () => {
    expect(breachesInSyntax(server, profileByName)).toEqual([]);
  });

  it("exports by name", () => expect(breachesInSyntax(server, defaultExport)).toEqual([]));

  it("permits no import that is not there", () => {
    const imports = importsOf(server);
    const arrows = Object.entries(mayImport).flatMap(([part, others]) =>
      others.map((to) => ({
        said: `${part} → ${to}`,
        is: imports.some((one) => one.inside && partOf(one.from) === part && covers(to, one.to)),
      })),
    );
    const uses = Object.entries(mayUse).flatMap(([to, parts]) =>
      parts.map((part) => ({
        said: `${part} → ${to}`,
        is: imports.some((one) => !one.inside && one.to === to && covers(part, one.from)),
      })),
    );
    const unused = [...arrows, ...uses].filter(({ is }) => !is).map(({ said }) => said);
    const repeated = [...arrows, ...uses]
      .map(({ said }) => said)
      .filter((said, index, all) => all.indexOf(said) !== index);
    expect([...unused, ...repeated]).toEqual([]);
  });

  it("names every part of this test by its true name", () => {
    const paths = [...server.keys()];
    const named = [
      ...Object.keys(mayImport),
      ...Object.values(mayImport).flat(),
      ...Object.values(mayUse).flat(),
    ];
    expect(named.filter((part) => !paths.some((path) => covers(part, path)))).toEqual([]);
  });
});

describe("the SDK", () => {
  it("has no dependency: the core not even on Node, the stores on what they are given", () => {
    const outside = importsOf(sdk).filter(({ inside }) => !inside);
    expect(outside.filter(({ from, to }) => !(from.startsWith("stores/") && to.startsWith("node:")))).toEqual(
      [],
    );
  });

  it("has no cycle", () => expect(cycles(sdk)).toEqual([]));

  it("exports by name", () => expect(breachesInSyntax(sdk, defaultExport)).toEqual([]));

  it("takes time and chance as parameters, with defaults alone", () => {
    const isDefault = (node: ts.Node) =>
      ts.isBindingElement(node.parent) || ts.isParameter(node.parent) || ts.isBinaryExpression(node.parent);
    // The file store names its temporary files by chance: nothing depends on which.
    const temporaryNames = (file: string) => file === "stores/file.ts";
    const judge = (node: ts.Node, file: string) =>
      node.parent === undefined || isDefault(node) || temporaryNames(file) ? undefined : timeOrChance(node);
    expect(breachesInSyntax(sdk, judge)).toEqual([]);
  });
});

describe("these rules", () => {
  const judged = (file: string, text: string, more: Record<string, string> = {}) =>
    new Map([[file, text], ...Object.entries(more)]);

  it.each([
    ["oauth/a.ts", 'import { x } from "../http/server.js";'],
    ["oauth/a.ts", 'import type { x } from "../emulator/emulator.js";'],
    ["oauth/a.ts", 'export * from "../storage/sqlite/driver.js";'],
    ["oauth/a.ts", 'import fastify from "fastify";'],
    ["oauth/a.ts", 'const x = await import("node:http");'],
    ["oauth/refusal.ts", 'import { x } from "./scope.js";'],
    ["pages/a.ts", 'import type { App } from "../storage/port/records.js";'],
    ["http/a.ts", 'import { x } from "../app.js";'],
    ["http/a.ts", 'import { x } from "../storage/postgres/driver.js";'],
    ["accounts/a.ts", 'import { x } from "../http/context.js";'],
    ["storage/sqlite/a.ts", 'import { x } from "../postgres/b.js";'],
    ["storage/sqlite/a.ts", 'import { x } from "../../oauth/scope.js";'],
    ["storage/port/storage.ts", 'import { x } from "../sqlite/driver.js";'],
    ["cli/serve.ts", 'import { x } from "../emulator/emulator.js";'],
    ["elsewhere/a.ts", 'import { x } from "../log.js";'],
  ])("see that %s says %s", (file, text) => {
    expect(breachesOfDirection(judged(file, text))).toHaveLength(1);
  });

  it("see a cycle, be it of types", () => {
    const b = 'import type { A } from "./a.js";';
    expect(cycles(judged("a.ts", 'import { b } from "./b.js";', { "b.ts": b }))).toEqual([
      "a.ts → b.ts → a.ts",
    ]);
  });

  it.each([
    "const t = Date.now();",
    "f(Math.random)",
    "new Date()",
    'import { randomBytes as r } from "node:crypto";',
  ])("see %s", (text) => expect(breachesInSyntax(judged("a.ts", text), timeOrChance)).toHaveLength(1));

  it.each(["export default 1;", "export default function f() {}", "const a = 1; export { a as default };"])(
    "see %s",
    (text) => expect(breachesInSyntax(judged("a.ts", text), defaultExport)).toHaveLength(1),
  );

  it.each([
    'if (profile.name === "standard") {}',
    "x = p.profile.name !== y",
    'switch (profile.name) { case "a": }',
    'f(n == "dropbox-sign")',
  ])("see %s", (text) => expect(breachesInSyntax(judged("a.ts", text), profileByName)).toHaveLength(1));

  it("do not see what is allowed", () => {
    const fine =
      '// Date.now\nconst d = new Date(0); export const b = profile.name; if (profile === undefined) f("standard");';
    for (const judge of [timeOrChance, defaultExport, profileByName]) {
      expect(breachesInSyntax(judged("a.ts", fine), judge)).toEqual([]);
    }
  });
});
