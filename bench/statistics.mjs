/** What paired measurements say: pure functions, without a clock and without chance. */

/**
 * Returns the middle of the values in order of size; of an even count, half way between the two in the middle.
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? /** @type {number} */ (sorted[middle])
    : (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2;
}

/**
 * Returns the interval that holds the median of what was sampled in at least `confidence` of all cases, whatever the
 * distribution (the inverted sign test): values strayed far, as those of a busy machine do, do not widen it. With too
 * few values for that confidence it has no bounds.
 * @param {readonly number[]} values independent of each other
 * @param {number} confidence between 0 and 1
 * @returns {{ low: number, high: number }}
 */
export function medianInterval(values, confidence) {
  const sorted = [...values].sort((a, b) => a - b);
  const most = (1 - confidence) / 2;
  let outside = 0;
  // The chance that so many or fewer values of a fair coin's throws lie below the median: a sum of binomials.
  let chance = 0.5 ** sorted.length;
  for (let below = 0; chance <= most && below < sorted.length / 2; below += 1) {
    outside += 1;
    chance += binomial(sorted.length, below + 1) * 0.5 ** sorted.length;
  }
  if (outside === 0) return { low: -Infinity, high: Infinity };
  return { low: Number(sorted[outside - 1]), high: Number(sorted[sorted.length - outside]) };
}

/** @param {number} n @param {number} k */
function binomial(n, k) {
  let result = 1;
  for (let i = 1; i <= k; i += 1) result = (result * (n - k + i)) / i;
  return result;
}

/**
 * Judges paired ratios, after to before. "slower" and "faster" only where the whole interval is beyond the tolerance:
 * noise widens the interval, and so makes neither.
 * @param {readonly number[]} ratios one for each pair
 * @param {{ tolerance: number, confidence: number }} how a tolerance of 0.1 lets pass what costs a tenth more
 * @returns {{ ratio: number, low: number, high: number, verdict: "slower" | "faster" | "as before" }}
 */
export function judgePairs(ratios, { tolerance, confidence }) {
  const { low, high } = medianInterval(ratios, confidence);
  const verdict = low > 1 + tolerance ? "slower" : high < 1 / (1 + tolerance) ? "faster" : "as before";
  return { ratio: median(ratios), low, high, verdict };
}
