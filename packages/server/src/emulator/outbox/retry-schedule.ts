/** When an event that was not received is posted again. */

const minute = 60_000;

/**
 * Waits before each retry, in milliseconds: three times as long each time, the last one three days after the first
 * attempt. The vendor tells of an exponential backoff over about three days; its steps are not known.
 */
export const retryMilliseconds: readonly number[] = [5, 15, 45, 135, 405, 1215, 2500].map(
  (minutes) => minutes * minute,
);
