/** Values of a JSON object that somebody wrote, each of the type it must have. */

import { alternatives } from "../alternatives.js";
import { AdminFault } from "./fault.js";

type Given = Readonly<Record<string, unknown>>;

/** Does nothing where there is no fault. @throws {AdminFault} that names the key. */
export function refuse(key: string, fault: string | undefined): void {
  if (fault !== undefined) throw new AdminFault("bad_request", `${key}: ${fault}`);
}

/** Returns the value as an object without unknown keys. @throws {AdminFault} that names the keys there are. */
export function objectOf(value: unknown, keys: readonly string[]): Given {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AdminFault("bad_request", `Send a JSON object; the keys are ${keys.join(", ")}`);
  const stranger = Object.keys(value).find((key) => !keys.includes(key));
  if (stranger !== undefined)
    throw new AdminFault(
      "bad_request",
      `There is no key ${stranger.slice(0, 50)}; the keys are ${keys.join(", ")}`,
    );
  return value as Given;
}

export function textIn(given: Given, key: string, most = 1000): string | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  const good = typeof value === "string" && value.trim() !== "" && value.length <= most;
  if (!good || /\p{Cc}/u.test(value)) refuse(key, `must be a line of 1 to ${most} characters`);
  return value as string;
}

export function listIn(given: Given, key: string): string[] | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  if (
    !Array.isArray(value) ||
    value.length > 200 ||
    value.some((one) => typeof one !== "string" || one.length > 2000)
  )
    refuse(key, "must be a list of texts");
  return value as string[];
}

export function mappingIn(given: Given, key: string): Record<string, string> | undefined {
  const value = given[key];
  if (value === undefined) return undefined;
  const good = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!good || Object.values(value).some((one) => typeof one !== "string"))
    refuse(key, "must map texts to texts");
  return value as Record<string, string>;
}

export function flagIn(given: Given, key: string): boolean | undefined {
  const value = given[key];
  if (value !== undefined && typeof value !== "boolean") refuse(key, "must be true or false");
  return value as boolean | undefined;
}

export function choiceIn<T extends string>(given: Given, key: string, choices: readonly T[]): T | undefined {
  const value = given[key];
  if (value !== undefined && !choices.includes(value as T)) refuse(key, `must be ${alternatives(choices)}`);
  return value as T | undefined;
}

export function numberIn(given: Given, key: string, least: number, most: number): number | undefined {
  const value = given[key];
  const good = typeof value === "number" && value >= least && value <= most;
  if (value !== undefined && !good) refuse(key, `must be a number from ${least} to ${most}`);
  return value as number | undefined;
}

/** Returns the fields that have a value. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
