/** Owns how a text names the values that may stand in a place. */

const disjunction = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** Returns them as a sentence does: "a", "a or b", "a, b or c". */
export function alternatives(values: readonly string[]): string {
  return disjunction.format(values);
}
