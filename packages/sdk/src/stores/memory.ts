/** The store that needs nothing outside the process. */

import type { StoredEntry, TokenStore } from "./store.js";

/** Tokens in this process, lost with it: for tests, scripts and development. */
export class MemoryTokenStore implements TokenStore {
  readonly #entries = new Map<string, StoredEntry>();

  async read(key: string): Promise<StoredEntry> {
    return { ...(this.#entries.get(key) ?? { version: 0, value: undefined }) };
  }

  async write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean> {
    if ((this.#entries.get(key)?.version ?? 0) !== expectedVersion) return false;
    this.#entries.set(key, { version: expectedVersion + 1, value });
    return true;
  }
}
