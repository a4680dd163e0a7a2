/**
 * Group commit: writes that arrive together share one transaction and so one fsync. Each is a synchronous act that
 * runs whole or not at all; none is answered before the commit that holds it is on disk.
 */

import type { CommitWatch } from "../../commit-watch.js";
import type { Database } from "./driver.js";
import { asStorageFault, isBusy, isDiskFault } from "./faults.js";

interface Pending {
  /** May be run again where the transaction that held it was rolled back. */
  readonly act: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** What whoever watches commits knows it by. */
  readonly mark: unknown;
}

/** What an act came to: told once its transaction has ended. */
type Answer = () => void;

/** How long an act that no answer waits for may wait for another's commit. */
const besideMilliseconds = 20;
/** How long the last commit of a storage that closes may wait for another process, in milliseconds. */
const lastMilliseconds = 5000;

/**
 * How long a write of this process stands still for one of another, in milliseconds, and how long it then lets others get
 * on before it tries again: so no other process's lock stops every request here.
 */
export const stillMilliseconds = 5;
const pauseMilliseconds = 20;

export class GroupCommit {
  readonly #database: Database;
  readonly #mostAttempts: number;
  readonly #watch: CommitWatch | undefined;
  #attempts = 0;
  #retry: NodeJS.Timeout | undefined;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #savepoint;
  readonly #release;
  readonly #undo;
  #pending: Pending[] = [];
  #scheduled = false;
  #patience: NodeJS.Timeout | undefined;

  /** @param patienceMilliseconds how long writes wait for another process before they are unavailable. */
  constructor(database: Database, patienceMilliseconds: number, watch?: CommitWatch) {
    this.#database = database;
    this.#watch = watch;
    this.#mostAttempts = Math.ceil(patienceMilliseconds / (stillMilliseconds + pauseMilliseconds));
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
      setImmediate(() => this.commit());
    }
    return this.#wait(act);
  }

  /** As `run`, for an act that no answer waits for: it shares the next commit, or has its own after a while. */
  runBeside<T>(act: () => T): Promise<T> {
    this.#patience ??= setTimeout(() => this.flush(), besideMilliseconds);
    return this.#wait(act);
  }

  /** Commits what is waiting, if an answer waits for any of it. */
  commit(): void {
    if (this.#scheduled && this.#retry === undefined) this.flush();
  }

  /** Commits what is waiting, now. */
  flush(): void {
    this.#scheduled = false;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    const ended = this.#watch?.begins(
      "commit",
      batch.map(({ mark }) => mark),
    );
    const answers = this.#answersOf(batch);
    ended?.(answers === undefined);
    if (answers === undefined) {
      this.#tryLater(batch);
      return;
    }
    this.#attempts = 0;
    for (const answer of answers) answer();
  }

  /** Returns undefined, with nothing done, where another process holds the file and may be waited for. */
  #answersOf(batch: readonly Pending[]): Answer[] | undefined {
    try {
      return this.#commitTogether(batch) ?? this.#transaction(() => batch.map((one) => this.#alone(one)));
    } catch (error) {
      if (isBusy(error) && this.#attempts < this.#mostAttempts) return undefined;
      const fault = asStorageFault(error);
      return batch.map(
        ({ reject }) =>
          () =>
            reject(fault),
      );
    }
  }

  /** Commits what is waiting, standing still for another process as long as it takes within limits; nothing comes after. */
  end(): void {
    this.#database.exec(`PRAGMA busy_timeout = ${lastMilliseconds}`);
    this.#attempts = this.#mostAttempts;
    this.flush();
    clearTimeout(this.#retry);
  }

  /** Nothing of the batch was done, since the transaction did not begin. */
  #tryLater(batch: readonly Pending[]): void {
    this.#attempts += 1;
    this.#pending = [...batch, ...this.#pending];
    this.#scheduled = true;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.flush();
    }, pauseMilliseconds);
  }

  /** Returns undefined, with nothing done, where one act failed: which of the others hold must then be told apart. */
  #commitTogether(batch: readonly Pending[]): Answer[] | undefined {
    try {
      return this.#transaction(() =>
        batch.map(({ act, resolve }) => {
          const value = act();
          return () => resolve(value);
        }),
      );
    } catch (error) {
      if (isDiskFault(error)) throw error;
      return undefined;
    }
  }

  /** Runs an act whole or not at all within a transaction. Costs two statements, so that a failed act undoes no other. */
  #alone({ act, resolve, reject }: Pending): Answer {
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

  #wait<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const mark = this.#watch?.waits();
      this.#pending.push({ act, resolve: resolve as (value: unknown) => void, reject, mark });
    });
  }

  #transaction<T>(body: () => T): T {
    this.#begin.run();
    try {
      const value = body();
      this.#commit.run();
      return value;
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  /** After a disk fault SQLite may have rolled back by itself; a second rollback then fails and means nothing. */
  #abandon(): void {
    try {
      this.#rollback.run();
    } catch {}
  }
}
