/** One flight of requests for a new token: what is sent, how often, and what the answers mean. Stores nothing. */

import {
  ApiError,
  InvalidArgumentError,
  InvalidResponseError,
  NetworkError,
  TimeoutError,
} from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import type { OAuthApi } from "./oauth-api.js";
import { retryAfterSeconds } from "./retry-after.js";
import { type Sleep, type Timer, withinLimit } from "./time.js";
import { newRefreshToken, parseObject } from "./wire.js";

/** Options of `requestRefresh`. */
export interface RefreshRequest {
  readonly api: OAuthApi;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly refreshToken: string;
  readonly maxAttempts: number;
  readonly attemptTimeoutMilliseconds: number;
  /** What is left for the flight. */
  readonly remainingMilliseconds: () => number;
  /** An attempt with less time than this is not begun: its answer would be lost. */
  readonly leastMilliseconds: number;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly timer: Timer;
  /** A number from 0 up to 1. */
  readonly chance: () => number;
  readonly onRetry: (attempt: number, error: unknown) => void;
}

/** What a failed refresh means: the grant is gone, the app is at fault, or it is worth another try. */
export type RefreshFault = "grant" | "client" | "transient";

/** What came of a flight. */
export type RefreshOutcome =
  | { readonly token: OAuthTokenResponse; readonly refreshToken: string }
  | {
      readonly token?: undefined;
      readonly fault: RefreshFault;
      readonly error: unknown;
      /** The newest there is: one that came with an answer which had no access token, else the one that was sent. */
      readonly refreshToken: string;
      /** The server may have acted on an attempt whose answer did not arrive. */
      readonly answerLost: boolean;
      readonly retryAfterMilliseconds: number;
    };

/** RFC 6749 §5.2 and RFC 8707 §2: the request itself is wrong, and stays wrong. */
const clientErrors = new Set(
  "invalid_request invalid_client unauthorized_client unsupported_grant_type invalid_scope invalid_target".split(
    " ",
  ),
);
/** The same in the API's error object, whose names are those of HTTP statuses. */
const clientErrorsOfTheApi = new Set(["bad_request", "unauthorized", "forbidden", "not_found"]);
/** RFC 6749 §5.2, and what GitHub and Slack call it. */
const grantErrors = new Set(["invalid_grant", "bad_refresh_token", "invalid_refresh_token"]);

/**
 * The meaning of an error of `oauthTokenRefresh`. Only the clear word of an OAuth server about the grant ends a session, and
 * only its clear word about the app is the app's fault: whatever else a proxy, a firewall or a gateway says passes.
 */
export function classify(error: unknown): RefreshFault {
  if (error instanceof InvalidArgumentError) return "client";
  if (!(error instanceof ApiError)) return "transient";
  const { code, errorName = "", errorMsg = "" } = error;
  if (code >= 500 || code === 408 || code === 425 || code === 429) return "transient";
  if (grantErrors.has(errorName)) return "grant";
  if (clientErrors.has(errorName)) return "client";
  const isErrorObject = typeof parseObject(error.responseBody)?.error === "object";
  if (!isErrorObject || !clientErrorsOfTheApi.has(errorName)) return "transient";
  // A server that answers in the API's error object although it was sent a form: there only the words say it.
  const namesGrant =
    /invalid grant|refresh token|authorization was revoked/i.test(errorMsg) &&
    !/missing|required/i.test(errorMsg);
  return (errorName === "bad_request" || errorName === "unauthorized") && namesGrant ? "grant" : "client";
}

/**
 * A new token, or what came instead. A transient fault is tried again with growing, spread waits while there is time; a lost
 * answer of a rotating server is thereby asked for again, which such a server repeats within its grace period. A refresh token
 * that came with an unusable answer takes the place of the one that was sent.
 */
export async function requestRefresh(request: RefreshRequest): Promise<RefreshOutcome> {
  const { leastMilliseconds, maxAttempts, remainingMilliseconds, sleep } = request;
  let { refreshToken } = request;
  let answerLost = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return { token: await send(request, refreshToken), refreshToken };
    } catch (error) {
      const fault = classify(error);
      refreshToken = newRefreshToken(error) ?? refreshToken;
      answerLost ||= mayHaveActed(error);
      const retryAfterMilliseconds = askedWait(error, request.now());
      // 100 to 200 ms, doubling; or what the server asks for, when that is longer.
      const waitMilliseconds = Math.max(
        100 * 2 ** (attempt - 1) * (1 + request.chance()),
        retryAfterMilliseconds,
      );
      const inTime = waitMilliseconds + leastMilliseconds <= remainingMilliseconds();
      if (fault !== "transient" || attempt >= maxAttempts || !inTime) {
        return { fault, error, refreshToken, answerLost, retryAfterMilliseconds };
      }
      request.onRetry(attempt, error);
      await sleep(waitMilliseconds);
    }
  }
}

function send(request: RefreshRequest, refreshToken: string): Promise<OAuthTokenResponse> {
  const { api, clientId, clientSecret, attemptTimeoutMilliseconds, remainingMilliseconds } = request;
  const timeoutMs = Math.max(1, Math.min(attemptTimeoutMilliseconds, remainingMilliseconds()));
  // The API has the same limit, but its `fetch` is foreign and may not heed it.
  return withinLimit(request.timer, timeoutMs, "no complete response", (signal) =>
    api.oauthTokenRefresh(
      { grantType: "refresh_token", refreshToken, clientId, clientSecret },
      // Asked with a form a server names the error: a grant that is gone is told from a request that is wrong.
      { timeoutMs, signal, bodyFormat: "form" },
    ),
  );
}

function askedWait(error: unknown, nowMilliseconds: number): number {
  if (!(error instanceof ApiError)) return 0;
  return 1000 * (retryAfterSeconds(error.responseHeaders, nowMilliseconds) ?? 0);
}

// Whether the server may have refreshed although no token came of it: then the refresh token that was sent is spent.
function mayHaveActed(error: unknown): boolean {
  if (error instanceof TimeoutError) return true;
  if (error instanceof NetworkError) return !wasNeverConnected(error.cause);
  if (error instanceof InvalidResponseError) return error.code >= 200 && error.code < 300;
  // 503 says that the request was not handled; what a gateway says of a server behind it is anybody's guess.
  return error instanceof ApiError && error.code >= 500 && error.code !== 503;
}

function wasNeverConnected(cause: unknown, depth = 0): boolean {
  const { code, cause: inner } = (cause ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string" && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/.test(code)) {
    return true;
  }
  return inner !== undefined && depth < 5 && wasNeverConnected(inner, depth + 1);
}
