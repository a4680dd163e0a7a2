/** Owns the syntax trees that several rules walk over: a text is parsed once, however many rules judge it. */
import ts from "typescript";

const trees = new Map<string, ts.SourceFile>();

/** Returns the tree of a text of TypeScript, its parents set. */
export function treeOf(text: string): ts.SourceFile {
  const known = trees.get(text) ?? ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  trees.set(text, known);
  return known;
}
