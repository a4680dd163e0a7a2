/**
 * What several copies of this package in one process have in common. An application that loads it as ES modules and a
 * dependency that loads it as CommonJS have two copies; so do two bundles. They agree on one configuration and on one
 * set of error classes through the runtime's registry of symbols.
 */

/** The key of a class's name that all copies know. A class with its own counts as the same class in every copy. */
export const KIND: unique symbol = Symbol.for("@countersign/sdk/kind");

/** A class that may have a `KIND`. */
type Constructor = { readonly prototype: unknown; readonly [KIND]?: string };

/** Whether a value is an instance of this class in any copy of the package: what `Symbol.hasInstance` is set to. */
export function isInstance(this: Constructor, value: unknown): boolean {
  const kind = Object.hasOwn(this, KIND) ? this[KIND] : undefined;
  if (typeof value !== "object") return false;
  for (let prototype: unknown = value; prototype; ) {
    prototype = Object.getPrototypeOf(prototype);
    if (prototype === this.prototype) return true;
    const other = (prototype as { constructor?: Constructor } | null)?.constructor;
    if (kind !== undefined && other && Object.hasOwn(other, KIND) && other[KIND] === kind) return true;
  }
  return false;
}

/** The value that every copy of the package shares under this name; the first to ask makes it. */
export function shared<Value>(name: string, make: () => Value): Value {
  const values = globalThis as unknown as Record<symbol, Value>;
  const key = Symbol.for(`@countersign/sdk/${name}`);
  values[key] ??= make();
  return values[key];
}
