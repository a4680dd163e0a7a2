/** Returns a value as its column on PostgreSQL holds it: lists are JSON text. */

export function toSql(value: unknown): unknown {
  return Array.isArray(value) ? JSON.stringify(value) : (value ?? null);
}
