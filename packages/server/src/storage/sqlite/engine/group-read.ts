/**
 * Reads that arrive together share one read transaction: its two file locks cost more than a read does. It begins after
 * the last of them arrived, so each sees every commit that was answered before it was asked, whichever process made it.
 */

import type { Database, Statement } from "./driver.js";
import { asStorageFault } from "./faults.js";

interface Pending {
  readonly query: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupRead {
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #abandon: Statement;
  #pending: Pending[] = [];
  readonly #answered: () => void;
  /** Names the transaction that reads now. */
  transaction = 0;

  /** @param answered is called once everybody whose read was answered has gone on. */
  constructor(database: Database, answered: () => void) {
    this.#answered = answered;
    this.#begin = database.prepare("BEGIN");
    this.#end = database.prepare("COMMIT");
    this.#abandon = database.prepare("ROLLBACK");
  }

  /** Resolves to what `query` returned; a fault of the disk rejects with `StorageUnavailable`. */
  run<T>(query: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(this.flush);
      this.#pending.push({ query, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Reads what is waiting, now. */
  readonly flush = (): void => {
    const batch = this.#pending;
    this.#pending = [];
    this.transaction += 1;
    const shared = batch.length > 1 && succeeds(this.#begin);
    for (const { query, resolve, reject } of batch) {
      try {
        resolve(query());
      } catch (error) {
        reject(asStorageFault(error));
      }
    }
    // A fault of the disk may have ended it already. Left open, it would keep every later transaction from beginning.
    if (shared && !succeeds(this.#end)) succeeds(this.#abandon);
    // Ticks come after all that the answers set in motion, and so after the writes that follow from them.
    queueMicrotask(() => process.nextTick(this.#answered));
  };
}

function succeeds(statement: Statement): boolean {
  try {
    statement.run();
    return true;
  } catch {
    return false;
  }
}
