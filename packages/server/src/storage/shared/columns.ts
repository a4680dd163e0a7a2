/**
 * The columns of a read, named once: the same list makes the text after SELECT and what reads a row of it, so that a
 * column can be added anywhere without shifting another.
 */

export type Row = Readonly<Record<string, unknown>>;

/** One column: the SQL that gives its value, and how the value becomes a property. */
export interface Column<T> {
  readonly sql: string;
  readonly read: (value: unknown) => T;
}

export interface Columns<T> {
  /** What goes after SELECT. Each column has an alias of its own, so lists of different names can stand side by side. */
  readonly list: string;
  readonly width: number;
  /** Reads a row that names its values; it may hold other columns too. */
  readonly named: (row: Row) => T;
  /** Reads a row of values in the order of the list, of which the first is at `from`. */
  readonly placed: (values: readonly unknown[], from?: number) => T;
}

/** What a row of these columns is read to. */
export type Read<C> = C extends Columns<infer T> ? T : never;

type Fields<T> = { readonly [K in keyof T]: Column<T[K]> };

/** @param name sets the aliases apart from those of other lists in the same SELECT. */
export function columns<T extends object>(name: string, fields: Fields<T>): Columns<T> {
  const all = Object.entries<Column<unknown>>(fields);
  const aliases = all.map(([key]) => `${name}.${key}`);
  return {
    list: all.map(([, { sql }], index) => `${sql} AS "${aliases[index]}"`).join(", "),
    width: all.length,
    named: (row) => object(all, (index) => row[aliases[index] as string]) as T,
    placed: (values, from = 0) => object(all, (index) => values[from + index]) as T,
  };
}

function object(
  fields: readonly [string, Column<unknown>][],
  valueAt: (index: number) => unknown,
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  let index = 0;
  for (const [key, { read }] of fields) made[key] = read(valueAt(index++));
  return made;
}

/** Several lists side by side, read to an object of each. */
export function joined<T extends object>(parts: { readonly [K in keyof T]: Columns<T[K]> }): Columns<T> {
  const all = Object.entries<Columns<unknown>>(parts);
  return {
    list: all.map(([, { list }]) => list).join(", "),
    width: all.reduce((sum, [, { width }]) => sum + width, 0),
    named: (row) => {
      const object: Record<string, unknown> = {};
      for (const [key, part] of all) object[key] = part.named(row);
      return object as T;
    },
    placed: (values, from = 0) => {
      const object: Record<string, unknown> = {};
      let place = from;
      for (const [key, part] of all) {
        object[key] = part.placed(values, place);
        place += part.width;
      }
      return object as T;
    },
  };
}

const asIs =
  <T>() =>
  (sql: string): Column<T> => ({ sql, read: (value) => value as T });

export const text = asIs<string>();
export const number = asIs<number>();
/** SQLite has no booleans, but 0 and 1. */
export const flag = (sql: string): Column<boolean> => ({ sql, read: Boolean });
/** Text that is one of a few words, which only this server writes. */
export const oneOf = <T extends string>(sql: string): Column<T> => asIs<T>()(sql);

/** The column where it may be NULL, which is undefined outside of a database. */
export function optional<T>({ sql, read }: Column<T>): Column<T | undefined> {
  return { sql, read: (value) => (value === null || value === undefined ? undefined : read(value)) };
}

/** Scope tokens hold no space (RFC 6749 §3.3), and "" is the empty list. */
export const words = (sql: string): Column<string[]> => ({ sql, read: (value) => toWords(value as string) });

export const toWords = (stored: string): string[] => (stored === "" ? [] : stored.split(" "));

/** A list kept as JSON text; NULL is the empty one. */
export const list = (sql: string): Column<string[]> => ({
  sql,
  read: (value) => (value === null || value === undefined ? [] : JSON.parse(value as string)),
});

export const json = <T>(sql: string): Column<T> => ({ sql, read: (value) => JSON.parse(value as string) });
