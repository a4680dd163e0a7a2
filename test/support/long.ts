/** Owns the choice between the short form of a long proof, in `npm test`, and the long one, in `npm run test:long`. */

export const isLong = process.env.COUNTERSIGN_TEST_LONG === "1";

/** Returns how often a proof is to be repeated in this run. */
export const times = (counts: { readonly short: number; readonly long: number }): number =>
  isLong ? counts.long : counts.short;
