/**
 * What is stored for one user of one app: the last token response with its times, who is refreshing it, and what went wrong
 * last. The stored text is version 1, whose names stay; what was added since may be absent.
 */

import { CountersignError } from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import { parseObject, toSeconds } from "./wire.js";

/** How a session ended. */
export type ClosedStatus = "refused" | "lost" | "revoked";

/** One process at a time refreshes. Time decides when a dead holder is passed over, the version who may write. */
export interface Lease {
  readonly owner: string;
  readonly untilMilliseconds: number;
}

/** A refresh that failed, so that no process asks again too soon and a later refusal is understood. */
export interface RefreshFailure {
  /** How many flights in a row have failed. */
  readonly count: number;
  readonly sinceMilliseconds: number;
  /** Until here the server is not asked. */
  readonly untilMilliseconds: number;
  readonly fault: "client" | "transient";
  /** The server may have acted all the same: then the refresh token is spent. */
  readonly answerLost: boolean;
  /** The message of the error. */
  readonly message: string;
}

/** The record of one user. */
export interface TokenRecord {
  readonly status: "active" | ClosedStatus;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly obtainedAtMilliseconds: number;
  /** From here on a refresh is due; spread by chance over users. */
  readonly refreshAtMilliseconds: number;
  /** From here on the access token is not handed out. */
  readonly unusableAtMilliseconds: number;
  readonly lease?: Lease | undefined;
  readonly failure?: RefreshFailure | undefined;
  /** Names the login that all this follows from: a refresh keeps it, a new `save` has a new one. */
  readonly login?: string | undefined;
  /** The app, the server and the user it belongs to, as one text; undefined in records that were written before it was kept. */
  readonly owner?: string | undefined;
}

/** How early a refresh is due. */
export interface RecordTiming {
  readonly nowMilliseconds: number;
  readonly refreshEarlySeconds: number;
  readonly defaultExpiresInSeconds: number;
  /** From 0 up to 1. */
  readonly chance: number;
}

/** The record of a token response. A response without a refresh token keeps the old one (RFC 6749 §6). */
export function toRecord(
  token: OAuthTokenResponse,
  timing: RecordTiming,
  kept: Pick<TokenRecord, "refreshToken" | "login">,
): TokenRecord {
  // Zero is what a caller says of a token of unknown age; a server that says it means something else.
  const lifetimeSeconds =
    token.expiresIn === 0 ? 0 : (toSeconds(token.expiresIn) ?? timing.defaultExpiresInSeconds);
  const lifetimeMilliseconds = lifetimeSeconds * 1000;
  // A quarter of a short life at most, so that a token of ten seconds is not refreshed at every call.
  const earlyMilliseconds = Math.min(timing.refreshEarlySeconds * 1000, lifetimeMilliseconds / 4);
  const expiresAtMilliseconds = timing.nowMilliseconds + lifetimeMilliseconds;
  return {
    status: "active",
    accessToken: token.accessToken,
    refreshToken: token.refreshToken || kept.refreshToken,
    obtainedAtMilliseconds: timing.nowMilliseconds,
    refreshAtMilliseconds: expiresAtMilliseconds - earlyMilliseconds * (1 + timing.chance),
    // A margin for the way to the API, and for clocks.
    unusableAtMilliseconds: expiresAtMilliseconds - Math.min(5_000, lifetimeMilliseconds / 10),
    login: kept.login,
  };
}

/** The record of a session that is over, with no token in it. Nothing has to be known of what it was. */
export function closedRecord(
  record: TokenRecord | undefined,
  status: ClosedStatus,
  nowMilliseconds: number,
): TokenRecord {
  const {
    obtainedAtMilliseconds = nowMilliseconds,
    refreshAtMilliseconds = nowMilliseconds,
    unusableAtMilliseconds = nowMilliseconds,
    login,
  } = record ?? {};
  const times = { obtainedAtMilliseconds, refreshAtMilliseconds, unusableAtMilliseconds };
  return { status, accessToken: "", refreshToken: undefined, ...times, login };
}

/** Of another login, or of a later refresh. What was closed over `base` is not: what follows from `base` is newer than that. */
export function supersedes(record: TokenRecord, base: TokenRecord): boolean {
  if (record.login !== base.login || record.obtainedAtMilliseconds !== base.obtainedAtMilliseconds)
    return true;
  return record.status === "active" && record.accessToken !== base.accessToken;
}

/** The text that is stored. */
export function formatRecord(record: TokenRecord, owner: string): string {
  const { lease, failure } = record;
  return JSON.stringify({
    v: 1,
    status: record.status,
    accessToken: record.accessToken,
    refreshToken: record.refreshToken,
    obtainedAtMs: record.obtainedAtMilliseconds,
    refreshAtMs: record.refreshAtMilliseconds,
    unusableAtMs: record.unusableAtMilliseconds,
    lease: lease && { owner: lease.owner, untilMs: lease.untilMilliseconds },
    failure: failure && {
      ...{ count: failure.count, fault: failure.fault, answerLost: failure.answerLost },
      ...{ sinceMs: failure.sinceMilliseconds, untilMs: failure.untilMilliseconds },
      message: failure.message,
    },
    login: record.login,
    owner,
  });
}

/**
 * The record in a stored text.
 *
 * @throws {CountersignError} without the text, when it is none.
 */
export function parseRecord(text: unknown): TokenRecord {
  const value = typeof text === "string" ? parseObject(text) : undefined;
  const { status, accessToken, refreshToken, obtainedAtMs, refreshAtMs, unusableAtMs } = value ?? {};
  if (
    value?.v !== 1 ||
    !isStatus(status) ||
    typeof accessToken !== "string" ||
    (refreshToken !== undefined && typeof refreshToken !== "string") ||
    !isNumber(obtainedAtMs) ||
    !isNumber(refreshAtMs) ||
    !isNumber(unusableAtMs)
  ) {
    throw new CountersignError("the stored value is not a token record");
  }
  return {
    ...{ status, accessToken, refreshToken: refreshToken || undefined },
    obtainedAtMilliseconds: obtainedAtMs,
    refreshAtMilliseconds: refreshAtMs,
    unusableAtMilliseconds: unusableAtMs,
    lease: parseLease(value.lease),
    failure: parseFailure(value.failure),
    login: typeof value.login === "string" ? value.login : undefined,
    owner: typeof value.owner === "string" ? value.owner : undefined,
  };
}

function isStatus(value: unknown): value is TokenRecord["status"] {
  return value === "active" || value === "refused" || value === "lost" || value === "revoked";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function parseLease(value: unknown): Lease | undefined {
  const { owner, untilMs } = fieldsOf(value);
  return typeof owner === "string" && isNumber(untilMs) ? { owner, untilMilliseconds: untilMs } : undefined;
}

function parseFailure(value: unknown): RefreshFailure | undefined {
  const { count, sinceMs, untilMs, fault, answerLost, message } = fieldsOf(value);
  if (!isNumber(count) || !isNumber(sinceMs) || !isNumber(untilMs)) return undefined;
  return {
    ...{ count, sinceMilliseconds: sinceMs, untilMilliseconds: untilMs },
    fault: fault === "client" ? "client" : "transient",
    answerLost: answerLost === true,
    message: typeof message === "string" ? message : "",
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
