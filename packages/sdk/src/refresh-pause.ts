/** How long the server is left in peace after a refresh that failed. The record carries it, so every process knows. */

import type { RefreshOutcome } from "./refresh-request.js";
import type { RefreshFailure, TokenRecord } from "./token-record.js";
import { clockToleranceMilliseconds, isUsable } from "./token-times.js";

/** The pause while the token is still good, and the longest one while it is not. */
const longestPauseMilliseconds = 30_000;
const shortestPauseMilliseconds = 1_000;

/** The failure that follows from this outcome, and from those before it. */
export function failureOf(
  record: TokenRecord,
  outcome: RefreshOutcome & { readonly token?: undefined },
  rejected: string | undefined,
  nowMilliseconds: number,
): RefreshFailure {
  const count = (record.failure?.count ?? 0) + 1;
  // Doubling, from a short one: whoever waits for a server that comes back is not kept waiting for long.
  const growing = Math.min(
    longestPauseMilliseconds,
    shortestPauseMilliseconds * 2 ** Math.min(count - 1, 10),
  );
  const usableMilliseconds = record.unusableAtMilliseconds - nowMilliseconds;
  const pauseMilliseconds = isUsable(record, rejected, nowMilliseconds)
    ? Math.max(growing, Math.min(longestPauseMilliseconds, usableMilliseconds))
    : growing;
  const { error, fault, answerLost, retryAfterMilliseconds } = outcome;
  return {
    count,
    sinceMilliseconds: nowMilliseconds,
    untilMilliseconds: nowMilliseconds + Math.max(pauseMilliseconds, retryAfterMilliseconds),
    fault: fault === "client" ? "client" : "transient",
    answerLost,
    message: error instanceof Error ? error.message.slice(0, 200) : "",
  };
}

/** The failure that bids to wait now. One of the future is of a clock that was wrong, and holds nobody up. */
export function pauseOf({ failure }: TokenRecord, nowMilliseconds: number): RefreshFailure | undefined {
  if (failure === undefined || nowMilliseconds >= failure.untilMilliseconds) return undefined;
  return nowMilliseconds < failure.sinceMilliseconds - clockToleranceMilliseconds ? undefined : failure;
}
