/**
 * Acts of one verb that arrive together share one statement, and so one round trip and one commit. Two acts on the
 * same thing never share one, so that they stay one after the other.
 */

import type { CommitWatch } from "../../commit-watch.js";
import { StorageUnavailable } from "../../port/storage.js";
import type { Row } from "../../shared/columns.js";
import type { Connections } from "./connections.js";
import { isRefusal } from "./faults.js";

export interface BatchedVerb<Act, Answer> {
  readonly name: string;
  /** Takes one array for each column, the first being `n`, the number of the act; returns rows that carry `n`. */
  readonly sql: string;
  readonly changes: boolean;
  /** The values of an act, one list for each row it needs. */
  readonly rows: (act: Act) => unknown[][];
  /** What the act is about: two acts of the same key go into different statements. */
  readonly key?: (act: Act) => string;
  /** Reads the answer, which may come later. What it throws is the answer to this act alone. */
  readonly answer: (row: Row | undefined, act: Act) => Answer | Promise<Answer>;
}

interface Waiting<Act, Answer> {
  readonly act: Act;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
  /** What whoever watches commits knows it by. */
  readonly mark: unknown;
}

const mostActs = 64;
const mostInFlight = 2;

export class Batch<Act, Answer> {
  readonly #connections: Connections;
  readonly #verb: BatchedVerb<Act, Answer>;
  readonly #watch: CommitWatch | undefined;
  #waiting: Waiting<Act, Answer>[] = [];
  #inFlight = 0;
  #scheduled = false;
  #closed: (() => void) | undefined;

  constructor(connections: Connections, verb: BatchedVerb<Act, Answer>, watch?: CommitWatch) {
    this.#connections = connections;
    this.#watch = watch;
    this.#verb = verb;
  }

  /** Resolves to the answer, once the statement that holds the act has been answered. */
  readonly run = (act: Act): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (this.#closed) return reject(new StorageUnavailable("PostgreSQL: the storage was closed"));
      this.#waiting.push({ act, resolve, reject, mark: this.#watch?.waits() });
      this.#schedule();
    });

  /** Resolves once every act that was accepted has been answered; none is accepted any more. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve;
      this.#resolveIfIdle();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#inFlight < mostInFlight) void this.#send(this.#next());
    });
  }

  /** Takes the oldest acts that are about different things; the others keep their order. */
  #next(): Waiting<Act, Answer>[] {
    const { key } = this.#verb;
    const seen = new Set<string>();
    const next: Waiting<Act, Answer>[] = [];
    const left: Waiting<Act, Answer>[] = [];
    for (const one of this.#waiting) {
      const about = key?.(one.act);
      if (next.length === mostActs || (about !== undefined && seen.has(about))) left.push(one);
      else next.push(one);
      if (about !== undefined) seen.add(about);
    }
    this.#waiting = left;
    return next;
  }

  async #send(batch: Waiting<Act, Answer>[]): Promise<void> {
    this.#inFlight++;
    await this.#answer(batch);
    this.#inFlight--;
    if (this.#waiting.length > 0) this.#schedule();
    else this.#resolveIfIdle();
  }

  async #answer(batch: Waiting<Act, Answer>[]): Promise<void> {
    const ended = this.#watch?.begins(
      `statement ${this.#verb.name}`,
      batch.map(({ mark }) => mark),
    );
    let rows: Row[];
    try {
      rows = await this.#execute(batch);
      ended?.(false);
    } catch (error) {
      ended?.(true);
      // One act that breaks a rule undoes the statement of all: each then goes alone.
      if (batch.length > 1 && isRefusal(error)) for (const one of batch) await this.#answer([one]);
      else for (const { reject } of batch) reject(error);
      return;
    }
    const byNumber = new Map(rows.map((row) => [row.n, row]));
    for (const [n, { act, resolve, reject }] of batch.entries()) {
      try {
        resolve(this.#verb.answer(byNumber.get(n), act));
      } catch (error) {
        reject(error);
      }
    }
  }

  #execute(batch: Waiting<Act, Answer>[]): Promise<Row[]> {
    const { name, sql, changes, rows } = this.#verb;
    const lines = batch.flatMap(({ act }, n) => rows(act).map((values) => [n, ...values]));
    const columns = Array.from({ length: lines[0]?.length ?? 0 }, (_, column) =>
      lines.map((values) => values[column] ?? null),
    );
    if (columns.length === 0) return this.#connections.read({ text: "SELECT 1" }, []);
    const statement = { name, text: sql };
    return changes ? this.#connections.write(statement, columns) : this.#connections.read(statement, columns);
  }

  #resolveIfIdle(): void {
    if (this.#inFlight === 0 && this.#waiting.length === 0) this.#closed?.();
  }
}
