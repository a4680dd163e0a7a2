import { CountersignError } from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import { parseObject } from "./wire.js";

/** What is stored for one user: the last token response with its times, and who is refreshing it at the moment. */
export interface TokenRecord {
  status: "active" | "refused" | "lost" | "revoked";
  accessToken: string;
  refreshToken?: string | undefined;
  obtainedAtMs: number;
  /** From here on a refresh is due; spread by chance over users. */
  refreshAtMs: number;
  /** From here on the access token is not handed out. */
  unusableAtMs: number;
  /** One process at a time refreshes. Time decides when a dead holder is passed over, the version who may write. */
  lease?: { owner: string; untilMs: number } | undefined;
}

/** How early a refresh is due. */
export interface RecordTiming {
  nowMs: number;
  refreshEarlySeconds: number;
  defaultExpiresInSeconds: number;
  /** From 0 up to 1. */
  chance: number;
}

/** The record of a token response. A response without a refresh token keeps the old one (RFC 6749 section 6). */
export function toRecord(
  token: OAuthTokenResponse,
  timing: RecordTiming,
  oldRefreshToken?: string,
): TokenRecord {
  const lifetimeMs = (token.expiresIn ?? timing.defaultExpiresInSeconds) * 1000;
  // A quarter of a short life at most, so that a token of ten seconds is not refreshed at every call.
  const earlyMs = Math.min(timing.refreshEarlySeconds * 1000, lifetimeMs / 4);
  const expiresAtMs = timing.nowMs + lifetimeMs;
  return {
    status: "active",
    accessToken: token.accessToken,
    refreshToken: token.refreshToken ?? oldRefreshToken,
    obtainedAtMs: timing.nowMs,
    refreshAtMs: expiresAtMs - earlyMs * (1 + timing.chance),
    // A margin for the way to the API, and for clocks.
    unusableAtMs: expiresAtMs - Math.min(5_000, lifetimeMs / 10),
  };
}

/** The same record with no token in it. */
export function closedRecord(record: TokenRecord, status: "refused" | "lost" | "revoked"): TokenRecord {
  return { ...record, status, accessToken: "", refreshToken: undefined, lease: undefined };
}

/** The text that is stored. */
export function formatRecord(record: TokenRecord): string {
  return JSON.stringify({ v: 1, ...record });
}

/** The record in a stored text. Throws CountersignError, without the text, when it is none. */
export function parseRecord(text: string): TokenRecord {
  const value = parseObject(text);
  const numbers = [value?.obtainedAtMs, value?.refreshAtMs, value?.unusableAtMs];
  if (value?.v !== 1 || typeof value.accessToken !== "string" || numbers.some((n) => typeof n !== "number")) {
    throw new CountersignError("the stored value is not a token record");
  }
  const { v: _, ...record } = value;
  return record as unknown as TokenRecord;
}
