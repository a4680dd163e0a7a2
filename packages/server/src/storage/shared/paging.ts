/** Pages of a read: conditions that are given, one row more than asked for, and where the next page begins. */

import type { Page } from "../port/paging.js";

/** A condition with `?` for its value; left out where that is undefined. */
export type Condition = readonly [sql: string, value: string | number | Buffer | undefined];

export interface Filter {
  /** Begins with WHERE, unless nothing is filtered. */
  readonly where: string;
  readonly values: (string | number | Buffer)[];
}

export function filterOf(conditions: readonly Condition[]): Filter {
  const given = conditions.filter(([, value]) => value !== undefined);
  return {
    where: given.length === 0 ? "" : `WHERE ${given.map(([sql]) => sql).join(" AND ")}`,
    values: given.map(([, value]) => value as string | number | Buffer),
  };
}

/** Returns the statement with the placeholders of PostgreSQL. No text of these statements holds a question mark. */
export function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
}

/** Returns a row's number as a page is continued after it, or undefined where none was given. */
export function afterNumber(after: string | undefined): number | undefined {
  return after === undefined ? undefined : Number(after);
}

/** @param rows one more than `limit`, if there are so many. @param cursor what names a row's place. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  read: (row: Row) => T,
  cursor: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(read), next: more ? cursor(last) : undefined };
}
