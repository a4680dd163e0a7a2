/** Owns how long a row that was parsed is kept: the reads of every request join accounts and apps, which seldom change. */

import { deepFreeze } from "./frozen.js";

const mostKept = 20_000;

interface Kept<Revision, T> {
  readonly revision: Revision;
  readonly value: T;
}

/**
 * Rows as objects, each for the revision of its row. The revision is read each time, so a change, also one by another
 * process, is seen by the next read.
 */
export class KeptRows<Revision, T extends object> {
  readonly #kept = new Map<number, Kept<Revision, T>>();
  readonly #asked = new Set<number>();

  find(pk: number, revision: Revision): T | undefined {
    const found = this.#kept.get(pk);
    return found !== undefined && found.revision === revision ? found.value : undefined;
  }

  /**
   * Keeps, and freezes, what is asked for a second time. What is asked for once among very many would only drive out the
   * rest, and outlive its request at a cost to the garbage collector.
   */
  keep(pk: number, revision: Revision, value: T): T {
    if (!this.#kept.has(pk) && !this.#asked.has(pk)) {
      if (this.#asked.size >= mostKept) this.#asked.clear();
      this.#asked.add(pk);
      return value;
    }
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(pk, { revision, value: deepFreeze(value) });
    return value;
  }

  forgetAll(): void {
    this.#kept.clear();
  }
}
