/** What the times of a record mean at a moment. Any clock may have been wrong, now or when the record was written. */

import type { TokenRecord } from "./token-record.js";

/** How far the clocks of processes may differ before what a record says of the present is not believed. */
export const clockToleranceMilliseconds = 60_000;

/** Whether a refresh is due, for its time or because an API refused the token. */
export function isDue(
  record: TokenRecord,
  rejected: string | undefined,
  nowMilliseconds: number,
  minRefreshIntervalMilliseconds: number,
): boolean {
  if (nowMilliseconds >= record.refreshAtMilliseconds) return true;
  const ageMilliseconds = nowMilliseconds - record.obtainedAtMilliseconds;
  // From the future: nobody knows when it expires.
  if (ageMilliseconds < -clockToleranceMilliseconds) return true;
  // A token fresh from the server that an API refuses is not at fault: no storm of refreshes over it.
  return record.accessToken === rejected && Math.abs(ageMilliseconds) >= minRefreshIntervalMilliseconds;
}

/** Whether the access token can be handed out. */
export function isUsable(
  record: TokenRecord,
  rejected: string | undefined,
  nowMilliseconds: number,
): boolean {
  return record.accessToken !== rejected && nowMilliseconds < record.unusableAtMilliseconds;
}
