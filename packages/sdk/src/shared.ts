/**
 * What several copies of this package in one process have in common. An application that loads it as ES modules and a
 * dependency that loads it as CommonJS have two copies; so do two bundles. They agree on one configuration and on one
 * set of error classes through the runtime's registry of symbols.
 */

/** A class; one with a `kind` of its own counts as the same class in every copy. A word, so that bundlers can drop the class. */
type Constructor = { readonly prototype: unknown; readonly kind?: string };

/** Whether a value is an instance of this class in any copy of the package: what `Symbol.hasInstance` is set to. */
export function isInstance(this: Constructor, value: unknown): boolean {
  const kind = ownKind(this);
  for (let prototype: unknown = typeof value === "object" ? value : null; prototype; ) {
    prototype = Object.getPrototypeOf(prototype);
    if (prototype === this.prototype) return true;
    if (kind !== undefined && kind === ownKind((prototype as { constructor?: object } | null)?.constructor))
      return true;
  }
  return false;
}

const ownKind = (type: Constructor | object | undefined): unknown =>
  Object.getOwnPropertyDescriptor(type ?? {}, "kind")?.value;

/** The value that every copy of the package shares under this name; the first to ask makes it. */
export function shared<Value>(name: string, make: () => Value): Value {
  const values = globalThis as unknown as Record<symbol, Value>;
  const key = Symbol.for(`@countersign/sdk/${name}`);
  values[key] ??= make();
  return values[key];
}
