/** Records in a store of texts: which key holds whose, what cannot be read, and how long a store may take to answer. */

import { CountersignError, type UnreadableEntryError } from "./errors.js";
import type { Faults } from "./faults.js";
import type { StoredEntry, TokenStore } from "./stores/store.js";
import { type Patience, type Timer, withinLimit } from "./time.js";
import { formatRecord, parseRecord, type TokenRecord } from "./token-record.js";

/** A record with the place and the version that a write over it has to name. */
export interface StoredRecord {
  readonly key: string;
  readonly version: number;
  readonly record: TokenRecord | undefined;
  /** Why there is no record although something is stored. */
  readonly unreadable?: unknown;
}

/** What is to be stored next; undefined takes the place and its version, so that no earlier write can have them. */
interface Change {
  readonly next: TokenRecord | undefined;
}

/** What `StoredTokens` needs of its keeper. */
export interface StoredTokensSettings {
  /** The app and its server, as parts of the key. */
  readonly app: () => readonly string[];
  readonly timer: Timer;
  readonly storeTimeoutMilliseconds: number;
  readonly patience: () => Patience;
  readonly faults: Faults;
}

/** How often a write that the store did not confirm is made again, after a look at what became of it. */
const writeAttempts = 3;

/** The records of one app in a store that several apps may share. */
export class StoredTokens {
  readonly #store: TokenStore;
  readonly #settings: StoredTokensSettings;

  constructor(store: TokenStore, settings: StoredTokensSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  /** What is stored of the user for this app. A text that is no record is not a user without a token. */
  async read(userId: string): Promise<StoredRecord> {
    const owner = this.#ownerOf(userId);
    try {
      return await this.#find(userId, owner);
    } catch (error) {
      throw this.#settings.faults.unavailable(userId, "store", { cause: error });
    }
  }

  /** As `read`, but throws what the store throws. */
  look(userId: string): Promise<StoredRecord> {
    return this.#find(userId, this.#ownerOf(userId));
  }

  /** Whether this write was the one that the version allows. Throws what the store throws. */
  write(
    userId: string,
    { key, version }: Pick<StoredRecord, "key" | "version">,
    record: TokenRecord | undefined,
  ): Promise<boolean> {
    const text = record && formatRecord(record, this.#ownerOf(userId));
    return this.#bounded("the token store gave no answer to a write", () =>
      this.#store.write(key, version, text),
    );
  }

  /** As `write`, but recognises its own lease when only the answer of the write was lost. */
  async claim(userId: string, place: StoredRecord, record: TokenRecord): Promise<boolean> {
    try {
      return await this.write(userId, place, record);
    } catch (error) {
      const stored = await this.look(userId).catch(() => undefined);
      const owner = record.lease?.owner;
      const isOurs = owner !== undefined && stored?.record?.lease?.owner === owner;
      if (isOurs && stored?.version === place.version + 1) return true;
      throw this.#settings.faults.unavailable(userId, "store", { cause: error });
    }
  }

  /** Resolves when what `change` makes of the present record is stored; what cannot be read is replaced as well. */
  async replace(
    userId: string,
    change: (present: TokenRecord | undefined, unreadable: boolean) => Change | undefined,
  ): Promise<void> {
    const owner = this.#ownerOf(userId);
    await this.#insist(userId, async () => {
      const present = await this.#find(userId, owner);
      const changed = change(present.record, present.unreadable !== undefined);
      return changed === undefined || this.write(userId, present, changed.next);
    });
  }

  /** Resolves when nothing is stored of the user for this app, readable or not. */
  async remove(userId: string): Promise<void> {
    const owner = this.#ownerOf(userId);
    for (const key of [owner, userId]) {
      await this.#insist(userId, async () => {
        const present = await this.#readEntry(key, owner);
        // Nothing is written over nothing, too, where a late write of this app could still arrive.
        const isEmpty = present.record === undefined && present.unreadable === undefined;
        if (isEmpty && key !== owner) return true;
        return this.write(userId, present, undefined);
      });
    }
  }

  // Until `act` has written, however often others come first; a fault of the store is tried again a few times.
  async #insist(userId: string, act: () => Promise<boolean>): Promise<void> {
    const patience = this.#settings.patience();
    for (let faults = 0; ; ) {
      let cause: unknown;
      try {
        if (await act()) return;
      } catch (error) {
        cause = error;
        faults++;
      }
      if (faults < writeAttempts && (await patience.pause())) continue;
      throw this.#settings.faults.unavailable(userId, cause === undefined ? "busy" : "store", { cause });
    }
  }

  async #find(userId: string, owner: string): Promise<StoredRecord> {
    const own = await this.#readEntry(owner, owner);
    if (own.version > 0) return own;
    // Records were kept under the plain user id before they said whose they are. They stay where they are.
    const early = await this.#readEntry(userId, owner);
    // Whose an unreadable one is cannot be said: it is not written over, but it is no user without a token either.
    if (early.unreadable !== undefined) return { ...own, unreadable: early.unreadable };
    return early.record === undefined ? own : early;
  }

  async #readEntry(key: string, owner: string): Promise<StoredRecord> {
    let entry: StoredEntry;
    try {
      entry = await this.#bounded("the token store gave no answer to a read", () => this.#store.read(key));
    } catch (error) {
      // By its property, not its class: the store may be of another copy of this package, or of somebody else.
      const version = (error as Partial<UnreadableEntryError> | undefined)?.entryVersion;
      if (typeof version !== "number") throw error;
      return { key, version, record: undefined, unreadable: error };
    }
    const { version, value } = entry;
    if (!Number.isInteger(version)) throw new CountersignError("the token store gave no version");
    if (value === undefined) return { key, version, record: undefined };
    try {
      const record = parseRecord(value);
      if (record.owner === owner || (record.owner === undefined && key !== owner)) {
        return { key, version, record };
      }
      if (key !== owner) return { key, version, record: undefined };
      throw new CountersignError("the stored record is of another user, app or server");
    } catch (error) {
      return { key, version, record: undefined, unreadable: error };
    }
  }

  // As one text, in which no user id can pass for another's.
  #ownerOf(userId: string): string {
    return JSON.stringify([userId, ...this.#settings.app()]);
  }

  #bounded<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
    const { timer, storeTimeoutMilliseconds } = this.#settings;
    return withinLimit(timer, storeTimeoutMilliseconds, what, work);
  }
}
