/** The seed file: YAML to a seed. Faults are named with file and line, all of them together. */

import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { Path, SeedProblem } from "./reader.js";
import { interpretSeed, type Seed, SeedFault } from "./seed.js";
import { type Environment, replaceVariables } from "./variables.js";

/** Returns the seed. @param environment where `${NAME}` is looked up. @throws {SeedFault} with every fault. */
export function parseSeed(text: string, file: string, environment: Environment = {}): Seed {
  const lines = new LineCounter();
  // A byte order mark is no part of the first key.
  const source = text.replace(/^\uFEFF/, "");
  const document = parseDocument(source, { lineCounter: lines, merge: true, logLevel: "error" });
  const fail = (faults: readonly (readonly [offset: number, message: string])[]): never => {
    const lined = faults.map(([offset, message]) => [lines.linePos(offset).line, message] as const);
    const sorted = lined.sort(([a], [b]) => a - b);
    throw new SeedFault(
      file,
      sorted.map(([line, message]) => `${file}:${line}: ${message}`),
    );
  };
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0) fail(syntax.map(({ pos, message }) => [pos[0], firstLine(message)]));
  const unset = fillIn(document, environment);
  if (unset.length > 0) fail(unset);
  const { seed, problems } = interpretSeed(valuesOf(document, fail));
  if (problems.length > 0) fail(problems.map((problem) => [offsetOf(document, problem), problem.message]));
  return seed;
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line .*$/, "");
}

/** Replaces the variables of every value, and returns what could not be replaced. */
function fillIn(document: Document.Parsed, environment: Environment): [number, string][] {
  const faults: [number, string][] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return;
      const result = replaceVariables(node.value, environment);
      if ("fault" in result) faults.push([node.range?.[0] ?? 0, result.fault]);
      else node.value = result.text;
    },
  });
  return faults;
}

function valuesOf(document: Document.Parsed, fail: (faults: [number, string][]) => never): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias that leads nowhere, or to itself, or to too much.
    return fail([[0, firstLine((error as Error).message)]]);
  }
}

/** Returns where in the text a problem is: at its value, its key, or what encloses them. */
function offsetOf(document: Document.Parsed, { path, of }: SeedProblem): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const inner = stepInto(document, node, step);
    if (inner === undefined) return offset;
    node = inner.value;
    const atKey = of === "key" && index === path.length - 1;
    offset = (atKey ? inner.key : (inner.value ?? inner.key))?.range?.[0] ?? offset;
  }
  return offset;
}

interface Inner {
  readonly key: Node | null;
  readonly value: Node | null;
}

function stepInto(document: Document.Parsed, outer: Node | null, step: Path[number]): Inner | undefined {
  const node = isAlias(outer) ? outer.resolve(document) : outer;
  if (!isMap(node)) {
    const item = (node as { items?: readonly Node[] } | null)?.items?.[Number(step)];
    return item && { key: item, value: item };
  }
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value ?? "") === String(step));
  return pair && { key: pair.key as Node | null, value: pair.value as Node | null };
}
