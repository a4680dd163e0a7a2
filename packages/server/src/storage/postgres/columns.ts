/** The SET list of an update that names only some of the columns. */

/** The column of each property that may change. */
export type Columns = Readonly<Record<string, { readonly name: string; readonly required?: boolean }>>;

/**
 * Returns the SET list and values of an update, whose columns are named by the adapter, never by a caller. A property
 * that is there and undefined clears a column that may be empty, and leaves one that may not.
 */
export function assignments(
  columns: Columns,
  changes: Readonly<Record<string, unknown>>,
  firstParameter: number,
): { set: string; values: unknown[] } {
  const named = Object.entries(changes).flatMap(([key, value]) => {
    const column = columns[key];
    return column && !(column.required && value === undefined) ? [{ name: column.name, value }] : [];
  });
  return {
    set: named.map(({ name }, index) => `${name} = $${firstParameter + index}`).join(", "),
    values: named.map(({ value }) => toSql(value)),
  };
}

/** Returns a value as its column holds it: lists are JSON text. */
export function toSql(value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : (value ?? null);
}
