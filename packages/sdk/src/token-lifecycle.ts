/** The life of stored tokens across processes: who refreshes, when, what a failure means. Holds no cache. */

import { Faults } from "./faults.js";
import { failureOf, pauseOf } from "./refresh-pause.js";
import { type RefreshOutcome, type RefreshRequest, requestRefresh } from "./refresh-request.js";
import { type StoredRecord, StoredTokens } from "./stored-tokens.js";
import type { TokenStore } from "./stores/store.js";
import { Patience, type Sleep, stopwatch, type Timer } from "./time.js";
import type { TokenKeeperEvent } from "./token-keeper-options.js";
import {
  closedRecord,
  type RecordTiming,
  type RefreshFailure,
  type TokenRecord,
  toRecord,
} from "./token-record.js";
import { isDue, isUsable } from "./token-times.js";
import { type UnsavedRecord, UnsavedTokens } from "./unsaved-tokens.js";

/** What the lifecycle needs of its keeper. */
export interface LifecycleSettings {
  readonly app: () => readonly string[];
  /** A name for one holding of the lease, never used twice. */
  readonly newOwner: () => string;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly timer: Timer;
  readonly chance: () => number;
  readonly timing: () => RecordTiming;
  readonly leaseMilliseconds: number;
  readonly minRefreshIntervalMilliseconds: number;
  readonly storeTimeoutMilliseconds: number;
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

/** Tokens that are refreshed by one process at a time, saved before use, and given up by the server's or the user's word. */
export class TokenLifecycle {
  readonly #stored: StoredTokens;
  readonly #unsaved: UnsavedTokens;
  readonly #settings: LifecycleSettings;
  readonly #faults: Faults;
  /** All attempts of a flight together; what is left of the lease is for saving. */
  readonly #flightMilliseconds: number;

  constructor(store: TokenStore, settings: LifecycleSettings) {
    this.#settings = settings;
    this.#flightMilliseconds = (settings.leaseMilliseconds * 2) / 3;
    const faults = new Faults(settings.emit, settings.now);
    this.#faults = faults;
    this.#stored = new StoredTokens(store, { ...settings, patience: () => this.#patience(), faults });
    this.#unsaved = new UnsavedTokens(this.#stored, settings.sleep, (userId, attempt, error) =>
      settings.emit({ type: "save_failed", userId, attempt, error }),
    );
  }

  /**
   * What is stored of the user.
   *
   * @throws {TemporarilyUnavailable} when the store fails.
   * @throws {RecordUnreadable} when something is stored that cannot be read.
   */
  async peek(userId: string): Promise<TokenRecord | undefined> {
    return this.#faults.requireReadable(userId, await this.#stored.read(userId));
  }

  /** The newest token of the user that a server can be told to revoke, whatever is known of it. */
  async revocable(userId: string): Promise<string | undefined> {
    const { record } = await this.#stored.read(userId);
    const newest = this.#unsaved.get(userId)?.next ?? record;
    return newest?.refreshToken ?? (newest?.accessToken || undefined);
  }

  /** Replaces what is stored, readable or not. A write that was made although its answer was lost is not made again. */
  async begin(userId: string, record: TokenRecord): Promise<void> {
    await this.#stored.replace(userId, (present) =>
      present?.login === record.login ? undefined : { next: record },
    );
    this.#unsaved.drop(userId);
  }

  /**
   * Ends the session, readable or not; a user of whom nothing is stored stays unknown. Writes in any case: a save that was
   * given up may still be on its way to the store, and is then too late.
   */
  async end(userId: string): Promise<void> {
    await this.#stored.replace(userId, (present, unreadable) => {
      if (present === undefined && !unreadable) return { next: undefined };
      return { next: closedRecord(present, "revoked", this.#settings.now()) };
    });
    this.#unsaved.drop(userId);
  }

  /** Removes what is stored, readable or not. */
  async remove(userId: string): Promise<void> {
    await this.#stored.remove(userId);
    this.#unsaved.drop(userId);
  }

  /** Stores what is stored once more, in the form and under the key that are written today. */
  async rewrite(userId: string): Promise<void> {
    const record = await this.peek(userId);
    if (record === undefined) return;
    await this.#stored.replace(userId, (present) => present && { next: present });
  }

  /**
   * A record with a usable access token other than `rejected`, refreshed by this process or another where due. `onRead`
   * is told of every record that the store gave.
   */
  async obtain(
    userId: string,
    rejected: string | undefined,
    onRead: (record: TokenRecord) => void,
  ): Promise<TokenRecord> {
    const { now, minRefreshIntervalMilliseconds } = this.#settings;
    const unsaved = this.#unsaved.get(userId);
    if (unsaved !== undefined) await this.#save(userId, unsaved);
    const patience = this.#patience();
    let seen = { version: -1, spentMilliseconds: 0 };
    do {
      const stored = await this.#stored.read(userId);
      const record = this.#faults.requireActive(userId, this.#faults.requireReadable(userId, stored));
      onRead(record);
      if (!isDue(record, rejected, now(), minRefreshIntervalMilliseconds)) return record;
      const pause = pauseOf(record, now());
      if (pause !== undefined) return this.#duringPause(userId, record, pause, rejected);
      const { spentMilliseconds } = patience;
      if (seen.version !== stored.version) seen = { version: stored.version, spentMilliseconds };
      if (this.#isHeld(record, spentMilliseconds - seen.spentMilliseconds)) {
        // Another process is at it: the old token does until it has finished.
        if (isUsable(record, rejected, now())) return record;
        continue;
      }
      const next = await this.#refresh(userId, { ...stored, record }, rejected);
      if (next !== undefined) return next;
    } while (await patience.pause());
    throw this.#faults.unavailable(userId, "busy");
  }

  // Undefined means that another process moved first: look again.
  async #refresh(
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
    const saved = await this.#save(userId, { ...held, base: record, next });
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
    const remainingMilliseconds = () => this.#flightMilliseconds - elapsed();
    const leastMilliseconds = Math.min(request.attemptTimeoutMilliseconds, this.#flightMilliseconds) / 4;
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
    if (refreshToken !== record.refreshToken) await this.#save(userId, { ...held, base: record, next });
    else await this.#putBack(userId, held, next);
    throw this.#faults.ofFailure(userId, failure, error);
  }

  async #putBack(userId: string, held: HeldRecord, record: TokenRecord): Promise<undefined> {
    await this.#stored.write(userId, held, record).catch(() => false);
  }

  // A token that is still good is handed out; the server is left in peace either way.
  #duringPause(
    userId: string,
    record: TokenRecord,
    pause: RefreshFailure,
    rejected: string | undefined,
  ): TokenRecord {
    if (!isUsable(record, rejected, this.#settings.now())) throw this.#faults.ofFailure(userId, pause);
    return { ...record, refreshAtMilliseconds: pause.untilMilliseconds };
  }

  // By its own time, and by ours: a holder whose clock is wrong is not waited for longer than one lease.
  #isHeld({ lease }: TokenRecord, waitedMilliseconds: number): boolean {
    const { now, leaseMilliseconds } = this.#settings;
    return lease !== undefined && now() < lease.untilMilliseconds && waitedMilliseconds < leaseMilliseconds;
  }

  async #save(userId: string, unsaved: UnsavedRecord): Promise<TokenRecord | undefined> {
    try {
      const { record, adopted } = await this.#unsaved.save(userId, unsaved);
      if (adopted) this.#settings.emit({ type: "adopted", userId });
      return record;
    } catch (error) {
      throw this.#faults.unavailable(userId, "save_failed", { cause: error });
    }
  }

  #patience(): Patience {
    return new Patience(this.#settings.leaseMilliseconds + this.#flightMilliseconds, this.#settings);
  }
}
