/** Reading the body and query of a control request: strictly, so that a misspelt key is not a test that passes. */

import type { FastifyRequest } from "fastify";
import { parseJson } from "../../http/json.js";
import { queryOf } from "../../http/target.js";
import { parseDuration, parseTime } from "../time/duration.js";

/** A control request that cannot be obeyed. */
export class ControlFault extends Error {
  override readonly name = "ControlFault";
  readonly path: string | undefined;
  readonly status: number;

  constructor(message: string, path?: string, status = 400) {
    super(message);
    this.path = path;
    this.status = status;
  }
}

export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  /** @throws {ControlFault} at a key that is not one of `keys`. */
  constructor(values: Readonly<Record<string, unknown>>, keys: readonly string[]) {
    this.#values = values;
    const unknown = Object.keys(values).find((key) => !keys.includes(key));
    if (unknown !== undefined)
      throw new ControlFault(`There is no key "${unknown}"; the keys are ${keys.join(", ")}`, unknown);
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null;
  }

  raw(key: string): unknown {
    return this.#values[key] ?? undefined;
  }

  optionalText(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    throw new ControlFault(`${key} must be text that is not empty`, key);
  }

  text(key: string): string {
    const value = this.optionalText(key);
    if (value === undefined) throw new ControlFault(`${key} is missing`, key);
    return value;
  }

  /** A whole number, also as digits of a query. */
  optionalInteger(key: string, least: number, most: number): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= least && number <= most)
      return number;
    throw new ControlFault(`${key} must be a whole number from ${least} to ${most}`, key);
  }

  optionalFlag(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw new ControlFault(`${key} must be true or false`, key);
  }

  optionalChoice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.optionalText(key);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    throw new ControlFault(`${key} must be one of ${choices.join(", ")}`, key);
  }

  optionalTexts(key: string): string[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "")) return value;
    throw new ControlFault(`${key} must be a list of texts`, key);
  }

  duration(key: string): number {
    const milliseconds = parseDuration(this.raw(key));
    if (milliseconds !== undefined) return milliseconds;
    throw new ControlFault(`${key} must be a duration such as 90s, 1h30m or 2d, or milliseconds`, key);
  }

  time(key: string): number {
    const milliseconds = parseTime(this.raw(key));
    if (milliseconds !== undefined) return milliseconds;
    throw new ControlFault(
      `${key} must be a time such as 2026-05-01T12:00:00Z, or milliseconds, from 1970 to 9999`,
      key,
    );
  }
}

/** Returns the fields of a JSON body; no body is no fields. @throws {ControlFault} */
export function bodyFields(request: FastifyRequest, keys: readonly string[]): Fields {
  const body = Buffer.isBuffer(request.body) ? textOf(request.body) : "";
  if (body.trim() === "") return new Fields({}, keys);
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new ControlFault("Content-Type must be application/json", undefined, 415);
  let value: unknown;
  try {
    value = parseJson(body);
  } catch (error) {
    throw new ControlFault(`The body is ${(error as SyntaxError).message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new ControlFault("The body must be a JSON object");
  return new Fields(value as Record<string, unknown>, keys);
}

/** @throws {ControlFault} when it is not UTF-8; a byte order mark is no part of it. */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new ControlFault("The body is not UTF-8");
  }
}

/** Returns the fields of the query. @throws {ControlFault} */
export function queryFields(request: FastifyRequest, keys: readonly string[]): Fields {
  const pairs = [...new URLSearchParams(queryOf(request))];
  const names = pairs.map(([name]) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new ControlFault(`${repeated} is given twice`, repeated);
  return new Fields(Object.fromEntries(pairs), keys);
}
