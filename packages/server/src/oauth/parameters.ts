/** Request parameters as RFC 6749 §3.1 and §3.2 want them: at most once each, empty means absent. */

import { Refusal, wordedRefusal } from "./refusal.js";

/**
 * Longest value of a parameter, in UTF-16 units, checked before anything is made of it: normalising an e-mail address or a
 * host name takes time that grows with the square of its length.
 */
const longestValue = 16_384;
const longestValues: Readonly<Record<string, number>> = {
  email: 254,
  login_hint: 254,
  password: 1024,
  client_id: 1024,
  redirect_uri: 2048,
};

/** A value that is not UTF-8 once decoded: it has no text, and nobody guesses at one. */
export const undecodable = Symbol("undecodable");

/** The parameters of one request. Unknown ones are ignored; a known one that is repeated or not text is refused. */
export class Parameters {
  readonly #values: ReadonlyMap<string, readonly unknown[]>;

  constructor(values: ReadonlyMap<string, readonly unknown[]>) {
    this.#values = values;
  }

  static fromPairs(pairs: Iterable<readonly [string, unknown]>): Parameters {
    const values = new Map<string, unknown[]>();
    for (const [name, value] of pairs) {
      const seen = values.get(name);
      if (seen) seen.push(value);
      else values.set(name, [value]);
    }
    return new Parameters(values);
  }

  /** @throws {Refusal} `parameter_repeated` or `parameter_malformed`. */
  optional(name: string): string | undefined {
    const values = this.#values.get(name);
    if (values === undefined) return undefined;
    if (values.length > 1)
      throw new Refusal("parameter_repeated", `${name} was sent ${values.length} times`, name);
    const value = values[0];
    if (value === null || value === undefined || value === "") return undefined;
    if (value === undecodable)
      throw wordedRefusal("parameter_malformed", "must be UTF-8, percent-encoded", name);
    if (typeof value !== "string") {
      throw wordedRefusal("parameter_malformed", `must be a string, not ${describe(value)}`, name);
    }
    checkLength(name, value);
    return value;
  }

  /** @throws {Refusal} also `parameter_missing`. */
  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new Refusal("parameter_missing", `${name} was not sent`, name);
    return value;
  }

  /** Returns every value of a parameter that may be repeated (`resource`, RFC 8707 §2). */
  all(name: string): string[] {
    const values = (this.#values.get(name) ?? []).filter((value) => value !== "" && value !== null);
    const wrong = values.find((value) => typeof value !== "string");
    if (wrong === undecodable)
      throw wordedRefusal("parameter_malformed", "must be UTF-8, percent-encoded", name);
    if (wrong !== undefined)
      throw wordedRefusal("parameter_malformed", `must be a string, not ${describe(wrong)}`, name);
    for (const value of values) checkLength(name, value as string);
    return values as string[];
  }

  /** Returns the parameters that are text as a query string. */
  toQuery(): string {
    const query = new URLSearchParams();
    for (const [name, values] of this.#values)
      for (const value of values) if (typeof value === "string") query.append(name, value);
    return query.toString();
  }

  /** Returns the same with one value for a parameter. */
  with(name: string, value: string): Parameters {
    return new Parameters(new Map([...this.#values, [name, [value]]]));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
}

function checkLength(name: string, value: string): void {
  const most = Object.hasOwn(longestValues, name) ? Number(longestValues[name]) : longestValue;
  if (value.length <= most) return;
  throw wordedRefusal(
    "parameter_malformed",
    `must have at most ${most} characters, not ${value.length}`,
    name,
  );
}

function describe(value: unknown): string {
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
