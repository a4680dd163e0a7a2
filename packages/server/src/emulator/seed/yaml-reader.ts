/** Reading YAML nodes as typed values; whatever is not as it should be is a fault at its own place in the file. */

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";

export type Fail = (offset: number | undefined, message: string) => never;
export type Item = { map(keys: readonly string[]): MapReader };

export class Reader {
  readonly #fail: Fail;

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  map(node: unknown, what: string, keys: readonly string[]): MapReader {
    if (!isMap(node))
      return this.#fail((node as Node | null)?.range?.[0], `${what} must be a mapping of keys`);
    for (const { key } of node.items) {
      const name = isScalar(key) ? String(key.value) : "?";
      if (!keys.includes(name)) {
        const offset = (key as Node).range?.[0];
        this.#fail(offset, `${what} has no key "${name}"; its keys are ${keys.join(", ")}`);
      }
    }
    return new MapReader(this, node, what, this.#fail);
  }
}

export class MapReader {
  readonly #reader: Reader;
  readonly #node: YAMLMap;
  readonly #what: string;
  readonly #failAt: Fail;

  constructor(reader: Reader, node: YAMLMap, what: string, failAt: Fail) {
    this.#reader = reader;
    this.#node = node;
    this.#what = what;
    this.#failAt = failAt;
  }

  fail(key: string, message: string): never {
    const value = this.#node.get(key, true) as Node | undefined;
    return this.#failAt(value?.range?.[0] ?? this.#node.range?.[0], `${this.#what}: ${key}: ${message}`);
  }

  #value(key: string): unknown {
    const node = this.#node.get(key, true);
    return isScalar(node) ? (node.value ?? undefined) : (node ?? undefined);
  }

  optionalText(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value === "") {
      const hint = typeof value === "number" ? "; put it in quotes" : "";
      this.fail(key, `must be text that is not empty${hint}`);
    }
    return value as string;
  }

  text(key: string): string {
    return this.optionalText(key) ?? this.fail(key, "is missing");
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.#value(key) ?? absent;
    return typeof value === "boolean" ? value : this.fail(key, "must be true or false");
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.optionalText(key);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    return this.fail(key, `must be ${choices.join(" or ")}, not ${value}`);
  }

  texts(key: string): string[] {
    const node = this.#value(key);
    if (node === undefined) return [];
    if (!isSeq(node)) return this.fail(key, "must be a list");
    return node.items.map((item) => {
      const value = isScalar(item) ? item.value : undefined;
      return typeof value === "string" && value !== "" ? value : this.fail(key, "must be a list of texts");
    });
  }

  child(key: string, keys: readonly string[]): MapReader {
    const node = this.#node.get(key, true);
    if (node === undefined) this.fail(key, "is missing");
    return this.#reader.map(node, `${this.#what}: ${key}`, keys);
  }

  list(key: string): Item[] {
    const node = this.#value(key);
    if (node === undefined) return [];
    if (!isSeq(node)) return this.fail(key, "must be a list");
    return node.items.map((item, index) => ({
      map: (keys) => this.#reader.map(item, `${key}[${index}]`, keys),
    }));
  }
}
