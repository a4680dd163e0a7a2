/**
 * Families as they were last read, for as long as nothing has changed them: a token that is used again and again then
 * costs no statement of its own. Whether another connection has committed since is asked of SQLite in each transaction
 * that reads (`data_version`); what this process changes, its acts say.
 */

import type { FamilyView } from "../../port/records.js";
import { deepFreeze } from "../../shared/frozen.js";
import type { Statement } from "./driver.js";

interface Known {
  readonly view: FamilyView;
  readonly readAt: number;
}

const mostKnown = 10_000;

export class KnownFamilies {
  readonly #dataVersion: Statement;
  readonly #known = new Map<string, Known>();
  /** What is asked for once among very many would only drive out the rest. */
  readonly #asked = new Set<string>();
  /** When all families of a grant were last forgotten, by the grant. */
  readonly #forgotten = new Map<string, number>();
  #version: unknown;
  #checkedIn = -1;
  /** Counts what is kept and what is forgotten, to tell which came first. */
  #ticks = 0;

  /** @param dataVersion the statement `PRAGMA data_version` */
  constructor(dataVersion: Statement) {
    this.#dataVersion = dataVersion;
  }

  /**
   * Returns the view of a family, frozen where it was asked for before, or undefined if there is none.
   * @param transaction names the transaction that reads: its first question is whether anything has changed.
   * @param read reads the view from the file.
   */
  find(id: string, transaction: number, read: () => FamilyView | undefined): FamilyView | undefined {
    if (transaction !== this.#checkedIn) this.#check(transaction);
    const known = this.#known.get(id);
    if (known !== undefined && !this.#isForgotten(known)) return known.view;
    const view = read();
    if (view !== undefined) this.#keep(id, view);
    return view;
  }

  /** To be called by an act that changes a family. */
  forget(id: string): void {
    this.#known.delete(id);
    this.#asked.delete(id);
  }

  /** To be called by an act that changes a grant, or any of its families. */
  forgetGrant(grantId: string): void {
    if (this.#known.size === 0) return;
    if (this.#forgotten.size >= mostKnown) this.forgetAll();
    this.#ticks += 1;
    this.#forgotten.set(grantId, this.#ticks);
  }

  /** To be called by an act that changes anything else that a view shows, or may. */
  forgetAll(): void {
    this.#known.clear();
    this.#forgotten.clear();
  }

  #check(transaction: number): void {
    const version = this.#dataVersion.get()?.data_version;
    this.#checkedIn = transaction;
    if (version === this.#version) return;
    this.#version = version;
    this.forgetAll();
  }

  #isForgotten({ view, readAt }: Known): boolean {
    if (this.#forgotten.size === 0) return false;
    const at = this.#forgotten.get(view.grant.id);
    return at !== undefined && at > readAt;
  }

  #keep(id: string, view: FamilyView): void {
    if (!this.#asked.has(id)) {
      if (this.#asked.size >= mostKnown) this.#asked.clear();
      this.#asked.add(id);
      return;
    }
    if (this.#known.size >= mostKnown) this.forgetAll();
    this.#ticks += 1;
    this.#known.set(id, { view: deepFreeze(view), readAt: this.#ticks });
  }
}
