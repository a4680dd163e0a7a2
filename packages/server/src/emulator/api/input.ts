/**
 * Typed reading of a request's tree. What SDKs and people write for a boolean, a number, a list or an object is one
 * thing here: `true`, `"True"` and `1`; `3` and `"3"`; a list, an object with numbered keys, and either as JSON text.
 */

import { faultInEmail } from "../../accounts/create-account.js";
import { parseJson } from "../../http/json.js";
import { ApiFault } from "./api-fault.js";
import type { Tree } from "./body.js";

export interface TextLimits {
  readonly min?: number;
  readonly max?: number;
}

/** Longest text of a parameter without a limit of its own, in characters. */
const longestText = 10_000;
/** Most members of a list without a limit of its own. */
const mostMembers = 1000;

export class Input {
  readonly #tree: Tree;
  readonly #path: string;

  constructor(tree: Tree, path = "") {
    this.#tree = tree;
    this.#path = path;
  }

  /** The name as the caller knows it, such as `signers[0].name`. */
  path(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  keys(): string[] {
    return Object.keys(this.#tree);
  }

  /** Absent, null and empty are the same. */
  raw(name: string): unknown {
    const value = Object.hasOwn(this.#tree, name) ? this.#tree[name] : undefined;
    return value === null || value === "" ? undefined : value;
  }

  /** Whether it was sent as an empty text, which clears what may be absent. */
  isCleared(name: string): boolean {
    return Object.hasOwn(this.#tree, name) && this.#tree[name] === "";
  }

  /** @throws {ApiFault} unless it is absent or text within the limits. */
  optionalText(name: string, { min = 0, max = longestText }: TextLimits = {}): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value === "object") throw this.fault(name, "must be text");
    const text = String(value);
    if (text.length < min) throw this.fault(name, `must have at least ${min} characters`);
    if (text.length > max) throw this.fault(name, `must have at most ${max} characters`);
    return text;
  }

  text(name: string, limits?: TextLimits): string {
    const value = this.optionalText(name, limits);
    if (value === undefined) throw this.missing(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    if (value === undefined) return false;
    const text = typeof value === "object" ? "" : String(value).toLowerCase();
    if (text === "true" || text === "1") return true;
    if (text === "false" || text === "0") return false;
    throw this.fault(name, "must be true or false");
  }

  optionalFlag(name: string): boolean | undefined {
    return this.has(name) ? this.flag(name) : undefined;
  }

  optionalInteger(name: string, least: number, most: number): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= least && number <= most)
      return number;
    throw this.fault(name, `must be a whole number from ${least} to ${most}`);
  }

  optionalEmail(name: string): string | undefined {
    const value = this.optionalText(name, { max: 254 });
    const fault = value === undefined ? undefined : faultInEmail(value);
    if (fault !== undefined) throw this.fault(name, fault);
    return value;
  }

  email(name: string): string {
    const value = this.optionalEmail(name);
    if (value === undefined) throw this.missing(name);
    return value;
  }

  optionalChoice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.optionalText(name);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    throw this.fault(name, `must be one of ${choices.join(", ")}`);
  }

  /** Returns the members of a list of texts; none when it is absent. */
  texts(name: string): string[] {
    return this.members(name).map(([key, value]) => {
      if (typeof value === "string") return value;
      throw this.fault(`${name}[${key}]`, "must be text");
    });
  }

  /**
   * Returns the members of a list of objects.
   * @param keyName the field a key that is no number stands for, such as the role in `signers[Client][name]`.
   */
  objects(name: string, keyName?: string): Input[] {
    return this.members(name).map(([key, value]) => {
      const member = parsed(value);
      const path = this.path(`${name}[${key}]`);
      if (member === null || typeof member !== "object" || Array.isArray(member))
        throw new ApiFault("bad_request", `${path} must be an object`, path);
      const numbered = /^\d+$/.test(key);
      return new Input(
        numbered || keyName === undefined ? (member as Tree) : { ...member, [keyName]: key },
        path,
      );
    });
  }

  optionalObject(name: string): Input | undefined {
    const value = parsed(this.raw(name));
    if (value === undefined) return undefined;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return new Input(value as Tree, this.path(name));
    throw this.fault(name, "must be an object");
  }

  /** Returns an object of texts, such as `metadata`. */
  textMap(name: string): Record<string, string> {
    const object = this.optionalObject(name);
    if (object === undefined) return {};
    return Object.fromEntries(object.keys().map((key) => [key, object.optionalText(key) ?? ""]));
  }

  fault(name: string, message: string): ApiFault {
    const path = this.path(name);
    return new ApiFault("bad_request", `${path} ${message}`, path);
  }

  missing(name: string): ApiFault {
    const path = this.path(name);
    return new ApiFault("bad_request", `Parameter ${path} is missing`, path);
  }

  /** Returns keys and values of a list, or of an object in place of one, in order. */
  members(name: string): [string, unknown][] {
    const value = parsed(this.raw(name));
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null) throw this.fault(name, "must be a list");
    const entries = Object.entries(value);
    if (entries.length > mostMembers)
      throw this.fault(name, `has ${entries.length} members; at most ${mostMembers} are allowed`);
    const numbered = entries.every(([key]) => /^\d+$/.test(key));
    return numbered ? entries.sort(([one], [other]) => Number(one) - Number(other)) : entries;
  }
}

/** Lists and objects arrive as JSON text from the official SDKs. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}
