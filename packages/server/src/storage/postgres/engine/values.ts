/** Returns a value as its column on PostgreSQL holds it: lists and mappings are JSON text. */

export function toSql(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? null);
}
