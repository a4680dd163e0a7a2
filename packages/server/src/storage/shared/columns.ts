/**
 * The columns of a read, named once. A read is a function that asks for one cell after another, each by the SQL that
 * gives it, and returns an object of them. It is run once to learn the list that goes after SELECT, and then for every
 * row: a column can be added anywhere without shifting another. It must ask for the same cells each time, so it has
 * no branches.
 */

import { remembering } from "../../remembering.js";

export type Row = Readonly<Record<string, unknown>>;

export abstract class Cells {
  protected abstract next(sql: string): unknown;

  text(sql: string): string {
    return this.next(sql) as string;
  }

  number(sql: string): number {
    return this.next(sql) as number;
  }

  /** SQLite has no booleans, but 0 and 1. */
  flag(sql: string): boolean {
    return Boolean(this.next(sql));
  }

  /** NULL is undefined outside of a database. */
  optionalText(sql: string): string | undefined {
    return (this.next(sql) ?? undefined) as string | undefined;
  }

  optionalNumber(sql: string): number | undefined {
    return (this.next(sql) ?? undefined) as number | undefined;
  }

  /** Scope tokens hold no space (RFC 6749 §3.3), and "" is the empty list. */
  words(sql: string): readonly string[] {
    return toWords(this.next(sql) as string);
  }

  /** A list kept as JSON text; NULL is the empty one. */
  list(sql: string): string[] {
    const stored = this.next(sql) as string | null;
    return stored === null ? [] : JSON.parse(stored);
  }

  /** A value only this server writes, in a form that `read` knows. */
  value<T>(sql: string, read: (value: unknown) => T): T {
    return read(this.next(sql));
  }

  optional<T>(sql: string, read: (value: unknown) => T): T | undefined {
    const value = this.next(sql) ?? undefined;
    return value === undefined ? undefined : read(value);
  }
}

/** Returns the words of a stored list. There are few different ones: splitting cost more than the rest of a read. */
export const toWords = remembering((stored): readonly string[] =>
  Object.freeze(stored === "" ? [] : stored.split(" ")),
);

/** Learns the list. Its cells are empty, and nothing reads them. */
class Listing extends Cells {
  readonly found: string[] = [];

  override words(sql: string): readonly string[] {
    this.next(sql);
    return [];
  }

  override value<T>(sql: string): T {
    return this.next(sql) as T;
  }

  protected override next(sql: string): null {
    this.found.push(sql);
    return null;
  }
}

class PlacedCells extends Cells {
  readonly #values: readonly unknown[];
  #place = 0;

  constructor(values: readonly unknown[]) {
    super();
    this.#values = values;
  }

  protected override next(): unknown {
    return this.#values[this.#place++];
  }
}

class NamedCells extends Cells {
  readonly #row: Row;
  readonly #names: readonly string[];
  #place = 0;

  constructor(row: Row, names: readonly string[]) {
    super();
    this.#row = row;
    this.#names = names;
  }

  protected override next(): unknown {
    return this.#row[this.#names[this.#place++] as string];
  }
}

export interface Columns<T> {
  /** What goes after SELECT. */
  readonly list: string;
  /** Reads a row that names its values; it may hold other columns too. */
  readonly named: (row: Row) => T;
  /** Reads a row of values in the order of the list. */
  readonly placed: (values: readonly unknown[]) => T;
}

export function columns<T>(read: (cells: Cells) => T): Columns<T> {
  const listing = new Listing();
  read(listing);
  const names = listing.found.map((_, index) => `column_${index}`);
  return {
    list: listing.found.map((sql, index) => `${sql} AS ${names[index]}`).join(", "),
    named: (row) => read(new NamedCells(row, names)),
    placed: (values) => read(new PlacedCells(values)),
  };
}
