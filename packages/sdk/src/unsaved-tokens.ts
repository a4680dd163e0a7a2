/** New tokens on their way into the store. What the store does not take is kept in memory until it does. */

import { CountersignError } from "./errors.js";
import type { StoredTokens } from "./stored-tokens.js";
import type { Sleep } from "./time.js";
import { supersedes, type TokenRecord } from "./token-record.js";

/** A record that follows from `base`, and the place where it is to be written. */
export interface UnsavedRecord {
  readonly key: string;
  readonly version: number;
  readonly base: TokenRecord;
  readonly next: TokenRecord;
}

/** What is stored after a save: the new record, or what others had stored meanwhile. */
export interface SavedRecord {
  readonly record: TokenRecord | undefined;
  readonly adopted: boolean;
}

const saveAttempts = 4;
/** How often others may write in between before that counts as a fault of the store. */
const maxRounds = 16;

/** Tokens that the server gave and the store did not take yet. */
export class UnsavedTokens {
  readonly #stored: StoredTokens;
  readonly #sleep: Sleep;
  readonly #onFault: (userId: string, attempt: number, error: unknown) => void;
  readonly #unsaved = new Map<string, UnsavedRecord>();

  constructor(
    stored: StoredTokens,
    sleep: Sleep,
    onFault: (userId: string, attempt: number, error: unknown) => void,
  ) {
    this.#stored = stored;
    this.#sleep = sleep;
    this.#onFault = onFault;
  }

  get(userId: string): UnsavedRecord | undefined {
    return this.#unsaved.get(userId);
  }

  /** Forgets what waits: the user's record was replaced or removed. */
  drop(userId: string): void {
    this.#unsaved.delete(userId);
  }

  /** Saves before use. Keeps the record and throws what the store throws when that takes too many attempts. */
  async save(userId: string, first: UnsavedRecord): Promise<SavedRecord> {
    let unsaved = first;
    let faults = 0;
    for (let round = 1; ; round++) {
      try {
        const outcome = await this.#attempt(userId, unsaved);
        if (!("next" in outcome)) {
          this.#unsaved.delete(userId);
          return outcome;
        }
        unsaved = outcome;
        if (round >= maxRounds) throw new CountersignError("the token store refuses every write");
      } catch (error) {
        this.#unsaved.set(userId, unsaved);
        this.#onFault(userId, ++faults, error);
        if (faults >= saveAttempts) throw error;
        await this.#sleep(50 * 2 ** faults);
      }
    }
  }

  // What is stored now; or, where others wrote something that does not replace ours, the place to try next.
  async #attempt(userId: string, unsaved: UnsavedRecord): Promise<SavedRecord | UnsavedRecord> {
    const { base, next } = unsaved;
    if (await this.#stored.write(userId, unsaved, next)) return { record: next, adopted: false };
    const { key, version, record, unreadable } = await this.#stored.look(userId);
    // It may be a new login, which must not be written over.
    if (unreadable !== undefined) throw unreadable;
    const isOver = record === undefined || record.status === "revoked";
    if (!isOver && !supersedes(record, base)) return { key, version, base, next };
    // The same token: the write had happened and only its answer was lost. Else another process won.
    return { record, adopted: record?.status === "active" && record.accessToken !== next.accessToken };
  }
}
