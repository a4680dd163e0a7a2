/**
 * Group commit: writes that arrive together share one transaction and so one fsync. Each is a synchronous act that
 * runs whole or not at all; none is answered before the commit that holds it is on disk.
 */
import { StorageUnavailable } from "../storage.js";
import type { Database } from "./driver.js";

interface Pending {
  readonly act: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How long an act that no answer waits for may wait for another's commit. */
const patienceMilliseconds = 20;

export class GroupCommit {
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #savepoint;
  readonly #release;
  readonly #undo;
  #pending: Pending[] = [];
  #scheduled = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#savepoint = database.prepare("SAVEPOINT act");
    this.#release = database.prepare("RELEASE act");
    this.#undo = database.prepare("ROLLBACK TO act");
  }

  /** Resolves to what `act` returned, once the commit that holds it is on disk. */
  run<T>(act: () => T): Promise<T> {
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.flush());
    }
    return this.#wait(act);
  }

  /** As `run`, for an act that no answer waits for: it shares the next commit, or has its own after a while. */
  runBeside<T>(act: () => T): Promise<T> {
    this.#patience ??= setTimeout(() => this.flush(), patienceMilliseconds);
    return this.#wait(act);
  }

  #wait<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ act, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Commits what is waiting, now. */
  flush(): void {
    this.#scheduled = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    let done: (() => void)[];
    try {
      this.#begin.run();
      try {
        done = batch.map((pending) => this.#one(pending));
        this.#commit.run();
      } catch (error) {
        this.#abandon();
        throw error;
      }
    } catch (error) {
      const fault = asStorageFault(error);
      for (const { reject } of batch) reject(fault);
      return;
    }
    for (const answer of done) answer();
  }

  #one({ act, resolve, reject }: Pending): () => void {
    this.#savepoint.run();
    try {
      const value = act();
      this.#release.run();
      return () => resolve(value);
    } catch (error) {
      if (isDiskFault(error)) throw error;
      this.#undo.run();
      this.#release.run();
      return () => reject(error);
    }
  }

  /** After a disk fault SQLite may have rolled back by itself; a second rollback then fails and means nothing. */
  #abandon(): void {
    try {
      this.#rollback.run();
    } catch {}
  }
}

/** How better-sqlite3 names the faults of a disk or a lock, and their numbers (sqlite.org/rescode.html). */
const diskFault = /^SQLITE_(BUSY|LOCKED|NOMEM|READONLY|IOERR|FULL|CANTOPEN|PROTOCOL)/;
const diskFaultNumbers = new Set([5, 6, 7, 8, 10, 13, 14, 15]);
const closed = /database (connection )?is not open|statement has been finalized/;

function isDiskFault(error: unknown): boolean {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  if (errcode !== undefined) return diskFaultNumbers.has(errcode & 0xff);
  return diskFault.test(code ?? "") || closed.test(message ?? "");
}

/** Returns the error to answer with: a `StorageUnavailable` where the disk or a lock is at fault, or the file was closed. */
export function asStorageFault(error: unknown): unknown {
  if (!isDiskFault(error)) return error;
  return new StorageUnavailable(`SQLite: ${(error as Error).message}`, { cause: error });
}
