/** The voice of the sources: how a file begins, how things are named and hidden, how the RFCs are cited. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { treeOf } from "./support/syntax.js";

const packages = fileURLToPath(new URL("../packages/", import.meta.url));

const sources = ["sdk", "server"].flatMap((name) =>
  readdirSync(`${packages}${name}/src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({
      file: `${name}/src/${file}`,
      text: readFileSync(`${packages}${name}/src/${file}`, "utf8"),
    })),
);

type Rule = (text: string) => string[];

const hasHeader: Rule = (text) => (text.startsWith("/**") ? [] : ["does not begin with a header"]);

/** In comments: an error text of RFC 6749 §5.2 is ASCII. */
const citesBySign: Rule = (text) =>
  [...text.matchAll(/^ *(?:\/\/|\/?\*).*?\b([Ss]ections? \d[\d.]*)/gm)].map(([, words = ""]) => words);

/** A rule about the syntax tree. */
const rule =
  (judge: (node: ts.Node) => string | undefined): Rule =>
  (text) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const said = judge(node);
      if (said !== undefined) found.push(said);
      ts.forEachChild(node, visit);
    };
    visit(treeOf(text));
    return found;
  };

const namesInCamelCase = rule((node) => {
  const declared =
    ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isPropertyDeclaration(node);
  if (!declared || !ts.isIdentifier(node.name)) return undefined;
  return /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(node.name.text) ? node.name.text : undefined;
});

const hides = new Set([ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.PublicKeyword]);

const hidesBySign = rule((node) => {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  if (ts.isParameter(node) && modifiers.length > 0) return `parameter property ${node.name.getText()}`;
  const word = modifiers.find(({ kind }) => hides.has(kind));
  return word && `${word.getText()} ${(node as ts.NamedDeclaration).name?.getText() ?? "constructor"}`;
});

/** What fails is a tag, which tools read, not a word in a sentence. */
const throwsByTag: Rule = (text) =>
  [...text.matchAll(/^ *(?:\/\/|\/?\*).*?\b[Tt]hrows ([A-Z]\w+)/gm)].map(([, error = ""]) => error);

const breaches = (judge: Rule) =>
  sources.flatMap(({ file, text }) => judge(text).map((said) => `${file}: ${said}`));

describe("every source", () => {
  it("begins with a header that says what it owns", () => expect(breaches(hasHeader)).toEqual([]));
  it("names constants in camelCase", () => expect(breaches(namesInCamelCase)).toEqual([]));
  it("hides by #, and declares no property in a parameter", () => expect(breaches(hidesBySign)).toEqual([]));
  it("cites a section as §", () => expect(breaches(citesBySign)).toEqual([]));
  it("says what it throws by @throws", () => expect(breaches(throwsByTag)).toEqual([]));
});

describe("these rules", () => {
  it.each([
    [hasHeader, "import a from 'b';", "/** What it owns. */"],
    [namesInCamelCase, "const MAX_SIZE = 1;", "const maxSize = 1; const { A: a } = b;"],
    [namesInCamelCase, "const LIMIT = 1;", "type LIMIT = 1;"],
    [hidesBySign, "class A { private x = 1; }", "class A { #x = 1; readonly y = 2; }"],
    [hidesBySign, "class A { constructor(readonly x: string) {} }", "class A { constructor(x: string) {} }"],
    [citesBySign, "/** RFC 6749 section 4.1 */", "/** RFC 6749 §4.1; this section */"],
    [
      throwsByTag,
      "/** Throws ApiError for a refusal. */",
      "/** @throws {ApiError} for a refusal. Throws what it is given. */",
    ],
  ] as const)("tell the one from the other %#", (judge, wrong, right) => {
    expect([judge(wrong).length, judge(right)]).toEqual([1, []]);
  });
});
