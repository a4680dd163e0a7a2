import type { TokenStore } from "./stores/store.js";
import { formatRecord, parseRecord, type TokenRecord } from "./token-record.js";

/** A record with the version that a write over it has to expect. */
export interface StoredRecord {
  version: number;
  record: TokenRecord | undefined;
}

/** Records in a store of texts. Its faults become the error of `unavailable`. */
export class StoredTokens {
  readonly #store: TokenStore;
  readonly #unavailable: (userId: string, cause: unknown) => Error;

  constructor(store: TokenStore, unavailable: (userId: string, cause: unknown) => Error) {
    this.#store = store;
    this.#unavailable = unavailable;
  }

  /** The present record. A text that is none counts as a fault of the store, not as a user without a token. */
  async read(userId: string): Promise<StoredRecord> {
    try {
      const { version, value } = await this.#store.read(userId);
      return { version, record: value === undefined ? undefined : parseRecord(value) };
    } catch (error) {
      throw this.#unavailable(userId, error);
    }
  }

  /** Whether this write was the one that the version allows. Throws what the store throws. */
  write(userId: string, version: number, record: TokenRecord | undefined): Promise<boolean> {
    return this.#store.write(userId, version, record && formatRecord(record));
  }

  /** As `write`, but recognises its own lease when only the answer of the write was lost. */
  async claim(userId: string, version: number, record: TokenRecord): Promise<boolean> {
    try {
      return await this.write(userId, version, record);
    } catch (error) {
      const stored = await this.read(userId).catch(() => undefined);
      const owner = record.lease?.owner;
      const isOurs = owner !== undefined && stored?.record?.lease?.owner === owner;
      if (isOurs && stored?.version === version + 1) return true;
      throw this.#unavailable(userId, error);
    }
  }

  /** Resolves when `change` of the present record is stored, however often others come first. */
  async replace(
    userId: string,
    change: (record: TokenRecord | undefined) => TokenRecord | undefined,
  ): Promise<void> {
    for (;;) {
      const { version, record } = await this.read(userId);
      const next = change(record);
      if (next === undefined && record === undefined) return;
      try {
        if (await this.write(userId, version, next)) return;
      } catch (error) {
        throw this.#unavailable(userId, error);
      }
    }
  }
}
