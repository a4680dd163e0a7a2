/** Owns how a text lists values: those that may stand in a place, or all that there are. */

const conjunction = new Intl.ListFormat("en-GB", { type: "conjunction" });
const disjunction = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** Returns them as a sentence does: "a", "a or b", "a, b or c". */
export function alternatives(values: readonly string[]): string {
  return disjunction.format(values);
}

/** Returns them as a sentence does: "a", "a and b", "a, b and c". */
export function enumeration(values: readonly string[]): string {
  return conjunction.format(values);
}
