/** One refresh of a stored token: under a lease, saved before it is used, and what its failure means for the session. */

import type { Faults } from "./faults.js";
import { failureOf } from "./refresh-pause.js";
import { type RefreshOutcome, type RefreshRequest, requestRefresh } from "./refresh-request.js";
import type { StoredRecord, StoredTokens } from "./stored-tokens.js";
import { type Sleep, stopwatch, type Timer } from "./time.js";
import type { TokenKeeperEvent } from "./token-keeper-options.js";
import { closedRecord, type RecordTiming, type TokenRecord, toRecord } from "./token-record.js";
import { isUsable } from "./token-times.js";
import type { UnsavedRecord, UnsavedTokens } from "./unsaved-tokens.js";

/** What a refresh needs of its keeper. */
export interface RefresherSettings {
  /** A name for one holding of the lease, never used twice. */
  readonly newOwner: () => string;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly timer: Timer;
  readonly chance: () => number;
  readonly timing: () => RecordTiming;
  readonly leaseMilliseconds: number;
  readonly request: Pick<RefreshRequest, "api" | "clientId" | "clientSecret" | "attemptTimeoutMilliseconds">;
  readonly emit: (event: TokenKeeperEvent) => void;
}

/** The present record, its lease taken by this process. */
interface HeldRecord {
  readonly key: string;
  readonly version: number;
  readonly record: TokenRecord;
}

/** Attempts of the first flight; the flights after it, while the server fails, have one each. */
const maxAttempts = 4;

/** Refreshes tokens that are due, one process at a time. */
export class Refresher {
  /** All attempts of a flight together; what is left of the lease is for saving. */
  readonly flightMilliseconds: number;
  readonly #stored: StoredTokens;
  readonly #unsaved: UnsavedTokens;
  readonly #faults: Faults;
  readonly #settings: RefresherSettings;

  constructor(stored: StoredTokens, unsaved: UnsavedTokens, faults: Faults, settings: RefresherSettings) {
    this.#stored = stored;
    this.#unsaved = unsaved;
    this.#faults = faults;
    this.#settings = settings;
    this.flightMilliseconds = (settings.leaseMilliseconds * 2) / 3;
  }

  /** The refreshed record, or undefined when another process moved first: look again. */
  async refresh(
    userId: string,
    stored: StoredRecord & { record: TokenRecord },
    rejected: string | undefined,
  ): Promise<TokenRecord | undefined> {
    const { now, newOwner, leaseMilliseconds, emit } = this.#settings;
    const { record } = stored;
    if (record.refreshToken === undefined) {
      if (isUsable(record, rejected, now())) return record;
      throw this.#faults.reauthorize(userId, "no_refresh_token");
    }
    const elapsed = stopwatch(now);
    const lease = { owner: newOwner(), untilMilliseconds: now() + leaseMilliseconds };
    if (!(await this.#stored.claim(userId, stored, { ...record, lease }))) return undefined;
    const held = { key: stored.key, version: stored.version + 1, record };
    const outcome = await this.#request(userId, held, elapsed);
    // The lease came too late to be safe: put down, for another turn.
    if (outcome === undefined) return this.#putBack(userId, held, record);
    if (outcome.token === undefined) return this.#failed(userId, held, outcome, rejected);
    const kept = { refreshToken: outcome.refreshToken, login: record.login };
    const next = toRecord(outcome.token, this.#settings.timing(), kept);
    const saved = await this.save(userId, { ...held, base: record, next });
    if (saved?.accessToken === next.accessToken) emit({ type: "refreshed", userId, durationMs: elapsed() });
    return this.#faults.requireActive(userId, saved);
  }

  // Undefined when the lease is nearly over: the answer would come when another process may have asked as well.
  async #request(
    userId: string,
    { record }: HeldRecord,
    elapsed: () => number,
  ): Promise<RefreshOutcome | undefined> {
    const { request, emit } = this.#settings;
    const remainingMilliseconds = () => this.flightMilliseconds - elapsed();
    const leastMilliseconds = Math.min(request.attemptTimeoutMilliseconds, this.flightMilliseconds) / 4;
    if (remainingMilliseconds() < leastMilliseconds) return undefined;
    return requestRefresh({
      ...this.#settings,
      ...request,
      refreshToken: record.refreshToken ?? "",
      maxAttempts: record.failure === undefined ? maxAttempts : 1,
      remainingMilliseconds,
      leastMilliseconds,
      onRetry: (attempt, error) => emit({ type: "retry", userId, attempt, error }),
    });
  }

  async #failed(
    userId: string,
    held: HeldRecord,
    outcome: RefreshOutcome & { token?: undefined },
    rejected: string | undefined,
  ): Promise<undefined> {
    const { record } = held;
    const { error } = outcome;
    // A lease left behind says that a process died while refreshing: most likely its answer is what is missing.
    const answerLost =
      outcome.answerLost || record.failure?.answerLost === true || record.lease !== undefined;
    if (outcome.fault === "grant") {
      const status = answerLost ? "lost" : "refused";
      const closed = closedRecord(record, status, this.#settings.now());
      // The write is refused when another process has moved meanwhile: it may have won, so look again.
      if (!(await this.#stored.claim(userId, held, closed))) return undefined;
      throw this.#faults.closed(userId, status, error);
    }
    const { refreshToken } = outcome;
    const failure = failureOf(record, { ...outcome, answerLost }, rejected, this.#settings.now());
    const next: TokenRecord = { ...record, refreshToken, failure, lease: undefined };
    // A refresh token that came meanwhile exists nowhere else; without one, a lease that stays runs out by itself.
    if (refreshToken !== record.refreshToken) await this.save(userId, { ...held, base: record, next });
    else await this.#putBack(userId, held, next);
    throw this.#faults.ofFailure(userId, failure, error);
  }

  async #putBack(userId: string, held: HeldRecord, record: TokenRecord): Promise<undefined> {
    await this.#stored.write(userId, held, record).catch(() => false);
  }

  /** Saves a token that the server gave; one that is already superseded gives way. @throws {TemporarilyUnavailable} */
  async save(userId: string, unsaved: UnsavedRecord): Promise<TokenRecord | undefined> {
    try {
      const { record, adopted } = await this.#unsaved.save(userId, unsaved);
      if (adopted) this.#settings.emit({ type: "adopted", userId });
      return record;
    } catch (error) {
      throw this.#faults.unavailable(userId, "save_failed", { cause: error });
    }
  }
}
