/** Names of the control API: snake_case on the wire, camelCase in TypeScript. */

/** What holds names that are not ours: they stay as they are. */
const opaque = new Set(["parameters", "headers", "body", "metadata", "values"]);

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const toSnakeCase = (value: unknown): unknown => renamed(value, snake);
export const toCamelCase = (value: unknown): unknown => renamed(value, camel);

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [rename(name), opaque.has(name) ? one : renamed(one, rename)]),
  );
}
