import { ApiError, InvalidArgumentError } from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import type { OAuthApi } from "./oauth-api.js";

/** Waits; an aborted wait is not needed, since nothing waits long. */
export type Sleep = (ms: number) => Promise<void>;

/** Options of `requestRefresh`. */
export interface RefreshRequest {
  api: OAuthApi;
  clientId: string;
  clientSecret?: string | undefined;
  refreshToken: string;
  /** The latest time for an attempt, in milliseconds of `now`. */
  deadlineMs: number;
  attemptTimeoutMs: number;
  now: () => number;
  sleep: Sleep;
  /** A number from 0 up to 1. */
  chance: () => number;
  onRetry: (attempt: number, error: unknown) => void;
}

const MAX_ATTEMPTS = 4;

/** What a failed refresh means: the grant is gone, the app is at fault, or it is worth another try. */
export type RefreshFault = "grant" | "client" | "transient";

/** The meaning of an error of `oauthTokenRefresh`. Only a clear word about the grant ends a session. */
export function classify(error: unknown): RefreshFault {
  if (error instanceof InvalidArgumentError) return "client";
  if (!(error instanceof ApiError)) return "transient";
  const { code, errorName, errorMsg = "" } = error;
  if (code >= 500 || code === 408 || code === 425 || code === 429) return "transient";
  if (errorName === "invalid_grant") return "grant";
  // A server that answers in the API's error object all the same: there only the words say it.
  const namesGrant =
    /invalid grant|refresh token|authorization was revoked/i.test(errorMsg) &&
    !/missing|required/i.test(errorMsg);
  return (errorName === "bad_request" || errorName === "unauthorized") && namesGrant ? "grant" : "client";
}

/**
 * The answer to a refresh. A transient fault is tried again with growing, spread waits until the deadline; a lost answer
 * of a rotating server is thereby asked for again, which such a server repeats within its grace period.
 * Throws the last error of `oauthTokenRefresh`.
 */
export async function requestRefresh(request: RefreshRequest): Promise<OAuthTokenResponse> {
  const { api, clientId, clientSecret, refreshToken, deadlineMs, now } = request;
  for (let attempt = 1; ; attempt++) {
    const timeoutMs = Math.max(1, Math.min(request.attemptTimeoutMs, deadlineMs - now()));
    try {
      return await api.oauthTokenRefresh(
        { grantType: "refresh_token", refreshToken, clientId, clientSecret },
        // Asked with a form a server names the error: a grant that is gone is told from a request that is wrong.
        { timeoutMs, bodyFormat: "form" },
      );
    } catch (error) {
      const delayMs = waitBefore(attempt, error, request.chance());
      const again = classify(error) === "transient" && attempt < MAX_ATTEMPTS && now() + delayMs < deadlineMs;
      if (!again) throw error;
      request.onRetry(attempt, error);
      await request.sleep(delayMs);
    }
  }
}

// 100 to 200 ms, doubling; or what the server asks for.
function waitBefore(attempt: number, error: unknown, chance: number): number {
  const asked = error instanceof ApiError ? error.retryAfterSeconds : undefined;
  return asked === undefined ? 100 * 2 ** (attempt - 1) * (1 + chance) : asked * 1000;
}
