/** What a keeper says when there is no token: the event for whoever watches, and the error for whoever asked. */

import {
  ClientRejected,
  CountersignError,
  type ReauthorizationReason,
  ReauthorizationRequired,
  RecordUnreadable,
  TemporarilyUnavailable,
  type UnavailableDetails,
  type UnavailableReason,
} from "./errors.js";
import type { TokenKeeperEvent } from "./token-keeper-options.js";
import type { ClosedStatus, RefreshFailure, TokenRecord } from "./token-record.js";

const reasonOfStatus = { refused: "grant_refused", lost: "refresh_lost", revoked: "revoked" } as const;

/** Each method that returns an error has sent its event. */
export class Faults {
  readonly #emit: (event: TokenKeeperEvent) => void;
  readonly #now: () => number;

  constructor(emit: (event: TokenKeeperEvent) => void, now: () => number) {
    this.#emit = emit;
    this.#now = now;
  }

  reauthorize(userId: string, reason: ReauthorizationReason, cause?: unknown): ReauthorizationRequired {
    this.#emit({ type: "reauthorization_required", userId, reason });
    return new ReauthorizationRequired(userId, reason, { cause });
  }

  closed(userId: string, status: ClosedStatus, cause?: unknown): ReauthorizationRequired {
    return this.reauthorize(userId, reasonOfStatus[status], cause);
  }

  unavailable(
    userId: string,
    reason: UnavailableReason,
    details: UnavailableDetails = {},
  ): TemporarilyUnavailable {
    this.#emit({ type: "unavailable", userId, reason, error: details.cause });
    return new TemporarilyUnavailable(userId, reason, details);
  }

  /** Of a refresh that failed: for the process that met it, with its error, and for those that find it in the store. */
  ofFailure(userId: string, failure: RefreshFailure, met?: unknown): CountersignError {
    const cause = met ?? new CountersignError(failure.message);
    if (failure.fault === "client") {
      this.#emit({ type: "client_rejected", userId, error: cause });
      return new ClientRejected(userId, { cause });
    }
    const waitMilliseconds = failure.untilMilliseconds - this.#now();
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMilliseconds / 1000));
    return this.unavailable(userId, "server", { cause, retryAfterSeconds });
  }

  /** @throws {RecordUnreadable} when something is stored that cannot be read. */
  requireReadable(
    userId: string,
    { record, unreadable }: { readonly record: TokenRecord | undefined; readonly unreadable?: unknown },
  ): TokenRecord | undefined {
    if (unreadable === undefined) return record;
    this.#emit({ type: "unreadable", userId, error: unreadable });
    throw new RecordUnreadable(userId, { cause: unreadable });
  }

  /** @throws {ReauthorizationRequired} when there is no session, or when it is over. */
  requireActive(userId: string, record: TokenRecord | undefined): TokenRecord {
    if (record === undefined) throw this.reauthorize(userId, "unknown_user");
    if (record.status !== "active") throw this.closed(userId, record.status);
    return record;
  }
}
