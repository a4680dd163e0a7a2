/** Owns how one key of the configuration is read: as a text, a number, a choice; what is wrong is noted and reading goes on. */

import { alternatives } from "./alternatives.js";
import type { Values } from "./config-file.js";
import type { RateLimit } from "./limits/rate-limit.js";

/** @typeParam Key the keys that there are */
export class ConfigReader<Key extends string> {
  readonly #values: Values;
  readonly #faults: string[];

  constructor(values: Values, faults: string[]) {
    this.#values = values;
    this.#faults = faults;
  }

  get(key: Key): string | undefined {
    return this.#values[key]?.trim() || undefined;
  }

  fault(key: Key, message: string): void {
    this.#faults.push(`${key} ${message}`);
  }

  /** The environment is shared with other programs; the file is ours, and every key in it must be one that we know. */
  refuseUnknown(inFile: Values, known: readonly string[]): void {
    for (const key of Object.keys(this.#values)) {
      const ours = key.startsWith("COUNTERSIGN_") && !key.startsWith("COUNTERSIGN_TEST_");
      if ((ours || Object.hasOwn(inFile, key)) && !known.includes(key))
        this.#faults.push(`${key} is not a key of the configuration`);
    }
  }

  text(key: Key, absent: string): string {
    return this.get(key) ?? absent;
  }

  list(key: Key): string[] {
    return (this.get(key) ?? "").split(/[\s,]+/).filter((item) => item !== "");
  }

  whole(key: Key, absent: number, least: number, most: number): number {
    const text = this.get(key);
    if (text === undefined) return absent;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    this.fault(key, `must be a whole number from ${least} to ${most}, not "${text}"`);
    return absent;
  }

  flag(key: Key): boolean {
    const text = this.get(key) ?? "false";
    if (text !== "true" && text !== "false") this.fault(key, `must be true or false, not "${text}"`);
    return text === "true";
  }

  choice<T extends string>(key: Key, choices: readonly [T, ...T[]]): T {
    const text = this.get(key) ?? choices[0];
    if (choices.includes(text as T)) return text as T;
    this.fault(key, `must be ${alternatives(choices)}, not "${text}"`);
    return choices[0];
  }

  rateLimit(key: Key, absent: string): RateLimit | undefined {
    const text = this.get(key) ?? absent;
    if (text === "off") return undefined;
    const match = /^([1-9]\d{0,8})\/([1-9]\d{0,5})$/.exec(text);
    if (match === null) {
      this.fault(key, `must be REQUESTS/SECONDS, such as 6000/60, or off; not "${text}"`);
      return undefined;
    }
    return { capacity: Number(match[1]), periodSeconds: Number(match[2]) };
  }
}
