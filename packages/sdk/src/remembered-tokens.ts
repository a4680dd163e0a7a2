/** Access tokens in the memory of this process: served without asking the store for a while, and when the store fails. */

import type { TokenRecord } from "./token-record.js";
import { isUsable } from "./token-times.js";

interface RememberedToken {
  readonly record: TokenRecord;
  /** Believed between these two times; before the first, the clock was set back. */
  readonly sinceMilliseconds: number;
  readonly freshUntilMilliseconds: number;
}

/** How long memory is believed, at most, while the store or the server fails. */
const trustMilliseconds = 10_000;

/** The newest token of each user, of as many users as are allowed. */
export class RememberedTokens {
  readonly #tokens = new Map<string, RememberedToken>();
  readonly #now: () => number;
  readonly #recheckMilliseconds: number;
  readonly #maxCachedUsers: number;

  constructor(settings: {
    readonly now: () => number;
    readonly recheckMilliseconds: number;
    readonly maxCachedUsers: number;
  }) {
    this.#now = settings.now;
    this.#recheckMilliseconds = settings.recheckMilliseconds;
    this.#maxCachedUsers = settings.maxCachedUsers;
  }

  /** The token that needs no look at the store. */
  fresh(userId: string): string | undefined {
    const found = this.#tokens.get(userId);
    if (found === undefined) return undefined;
    const now = this.#now();
    const isFresh = now >= found.sinceMilliseconds && now < found.freshUntilMilliseconds;
    return isFresh ? found.record.accessToken : undefined;
  }

  /** The token that is still good by its own times. */
  usable(userId: string): string | undefined {
    const record = this.#tokens.get(userId)?.record;
    return record !== undefined && isUsable(record, undefined, this.#now()) ? record.accessToken : undefined;
  }

  remember(userId: string, record: TokenRecord): void {
    const { refreshAtMilliseconds, unusableAtMilliseconds } = record;
    this.#set(
      userId,
      record,
      Math.min(refreshAtMilliseconds, unusableAtMilliseconds),
      this.#recheckMilliseconds,
    );
  }

  /** Serves what is known for a short while: what is due to be refreshed cannot be at the moment. */
  trust(userId: string): void {
    const record = this.#tokens.get(userId)?.record;
    const milliseconds = Math.min(trustMilliseconds, this.#recheckMilliseconds);
    if (record !== undefined) this.#set(userId, record, record.unusableAtMilliseconds, milliseconds);
  }

  /** Asks the store before the token is served again. */
  doubt(userId: string): void {
    const record = this.#tokens.get(userId)?.record;
    if (record !== undefined) this.#set(userId, record, 0, 0);
  }

  forget(userId: string): void {
    this.#tokens.delete(userId);
  }

  #set(userId: string, record: TokenRecord, untilMilliseconds: number, longestMilliseconds: number): void {
    const now = this.#now();
    const freshUntilMilliseconds = Math.min(untilMilliseconds, now + longestMilliseconds);
    this.#tokens.delete(userId);
    this.#tokens.set(userId, { record, sinceMilliseconds: now, freshUntilMilliseconds });
    if (this.#tokens.size <= this.#maxCachedUsers) return;
    for (const [oldest] of this.#tokens) {
      this.#tokens.delete(oldest);
      break;
    }
  }
}
