/** Reading a seed file from the disk. */

import { readFileSync } from "node:fs";
import { parseSeed } from "./parse.js";
import type { Seed } from "./seed.js";
import type { Environment } from "./variables.js";

/** @throws {SeedFault} and {Error} when the file cannot be read or is not UTF-8. */
export function readSeedFile(file: string, environment: Environment): Seed {
  return parseSeed(textOf(file), file, environment);
}

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(`Cannot read the seed file ${file}: ${reasonOf(error as NodeJS.ErrnoException)}.`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // UTF-16 of plain letters is UTF-8 with zeros in between.
    if (!text.includes("\0")) return text;
    throw new Error("not text");
  } catch {
    throw new Error(`The seed file ${file} is not UTF-8. Save it as UTF-8 and start again.`);
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES" || code === "EPERM") return "this user may not read it";
  return message;
}
