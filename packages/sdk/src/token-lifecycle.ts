/** The life of stored tokens across processes: how a session begins and ends, and when a refresh is due. Holds no cache. */

import { Faults } from "./faults.js";
import { pauseOf } from "./refresh-pause.js";
import { Refresher, type RefresherSettings } from "./refresher.js";
import { StoredTokens } from "./stored-tokens.js";
import type { TokenStore } from "./stores/store.js";
import { Patience } from "./time.js";
import { closedRecord, type RefreshFailure, type TokenRecord } from "./token-record.js";
import { isDue, isUsable } from "./token-times.js";
import { UnsavedTokens } from "./unsaved-tokens.js";

/** What the lifecycle needs of its keeper. */
export interface LifecycleSettings extends RefresherSettings {
  readonly app: () => readonly string[];
  readonly minRefreshIntervalMilliseconds: number;
  readonly storeTimeoutMilliseconds: number;
}

/** Tokens that are refreshed by one process at a time, saved before use, and given up by the server's or the user's word. */
export class TokenLifecycle {
  readonly #stored: StoredTokens;
  readonly #unsaved: UnsavedTokens;
  readonly #settings: LifecycleSettings;
  readonly #faults: Faults;
  readonly #refresher: Refresher;

  constructor(store: TokenStore, settings: LifecycleSettings) {
    this.#settings = settings;
    const faults = new Faults(settings.emit, settings.now);
    this.#faults = faults;
    this.#stored = new StoredTokens(store, { ...settings, patience: () => this.#patience(), faults });
    this.#unsaved = new UnsavedTokens(this.#stored, settings.sleep, (userId, attempt, error) =>
      settings.emit({ type: "save_failed", userId, attempt, error }),
    );
    this.#refresher = new Refresher(this.#stored, this.#unsaved, faults, settings);
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
    if (unsaved !== undefined) await this.#refresher.save(userId, unsaved);
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
      const next = await this.#refresher.refresh(userId, { ...stored, record }, rejected);
      if (next !== undefined) return next;
    } while (await patience.pause());
    throw this.#faults.unavailable(userId, "busy");
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

  #patience(): Patience {
    return new Patience(
      this.#settings.leaseMilliseconds + this.#refresher.flightMilliseconds,
      this.#settings,
    );
  }
}
