/** Reading plain values as what a seed means; whatever is not as it should be is noted with its path, and reading goes on. */

import { alternatives } from "../../alternatives.js";

export type Path = readonly (string | number)[];

/** What is wrong, and where. `of` is the key itself where that is at fault, not its value. */
export interface SeedProblem {
  readonly path: Path;
  readonly of: "key" | "value";
  readonly message: string;
}

/** Returns a path as the messages name it: `apps[0]: oauth: scopes`. */
export function pathInWords(path: Path): string {
  const [first, second, ...rest] = path;
  if (first === undefined) return "the seed file";
  if (typeof second !== "number") return `the seed file: ${path.join(": ")}`;
  return [`${first}[${second}]`, ...rest].join(": ");
}

export class MapReader {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #path: Path;
  readonly #problems: SeedProblem[];

  /** @param value a mapping of no other keys than these; anything else is noted. */
  constructor(value: unknown, path: Path, keys: readonly string[], problems: SeedProblem[]) {
    this.#path = path;
    this.#problems = problems;
    const isMapping = value !== null && typeof value === "object" && !Array.isArray(value);
    if (!isMapping) this.#note(path, `${pathInWords(path)} must be a mapping of keys`);
    // A key that is undefined is one that a program left out; in a file there is none.
    const entries = Object.entries(isMapping ? value : {}).filter(([, one]) => one !== undefined);
    this.#values = new Map(entries);
    for (const name of this.#values.keys()) {
      if (keys.includes(name)) continue;
      const message = `${pathInWords(path)} has no key "${name}"; its keys are ${keys.join(", ")}`;
      this.#note([...path, name], message, "key");
    }
  }

  /** Notes a fault of a key's value. */
  fail(key: string, message: string): void {
    this.#note([...this.#path, key], `${pathInWords(this.#path)}: ${key}: ${message}`);
  }

  #note(path: Path, message: string, of: SeedProblem["of"] = "value"): void {
    this.#problems.push({ path, of, message });
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  optionalText(key: string): string | undefined {
    const value = this.#values.get(key);
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    const hint = ["number", "boolean", "bigint"].includes(typeof value) ? "; put it in quotes" : "";
    this.fail(key, `must be text that is not empty${hint}`);
    return undefined;
  }

  text(key: string): string {
    if (!this.has(key)) this.fail(key, "is missing");
    return this.optionalText(key) ?? "";
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.has(key) ? this.#values.get(key) : absent;
    if (typeof value === "boolean") return value;
    this.fail(key, "must be true or false");
    return absent;
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.optionalText(key);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    this.fail(key, `must be ${alternatives(choices)}, not ${value}`);
    return undefined;
  }

  texts(key: string): string[] {
    const value = this.#list(key);
    if (value.every((one) => typeof one === "string" && one !== "")) return value as string[];
    this.fail(key, "must be a list of texts");
    return [];
  }

  /** A value as it is, for whoever knows its own rules. */
  raw(key: string): unknown {
    return this.#values.get(key);
  }

  child(key: string, keys: readonly string[]): MapReader {
    const there = this.has(key);
    if (!there) this.fail(key, "is missing");
    return new MapReader(there ? this.#values.get(key) : {}, [...this.#path, key], keys, this.#problems);
  }

  maps(key: string, keys: readonly string[]): MapReader[] {
    return this.#list(key).map(
      (item, index) => new MapReader(item, [...this.#path, key, index], keys, this.#problems),
    );
  }

  #list(key: string): readonly unknown[] {
    const value = this.has(key) ? this.#values.get(key) : [];
    if (Array.isArray(value)) return value;
    this.fail(key, "must be a list");
    return [];
  }
}
