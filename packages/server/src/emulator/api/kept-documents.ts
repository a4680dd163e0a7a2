/** Documents on disk, for `countersign dev --data`: one file, written anew after each change, read at the start. */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DocumentsState } from "./documents.js";
import type { Signing } from "./signing.js";

const fileName = "documents.json";
/** Changes within this time share a write, in milliseconds. */
const gatheredMilliseconds = 100;

export interface KeptDocuments {
  /** Says that the start has succeeded: only then may what an earlier run kept go. */
  started(): void;
  /** Writes what has not been written, and keeps no more. */
  close(): void;
}

/**
 * Reads what an earlier run kept, unless it is to begin `fresh`, then keeps each change.
 * @throws {Error} when the file cannot be read.
 */
export function keepDocuments(
  signing: Signing,
  folder: string,
  { fresh }: { readonly fresh: boolean },
): KeptDocuments {
  const file = join(folder, fileName);
  const kept = fresh ? undefined : readKept(file);
  if (kept !== undefined) {
    signing.documents.restore(kept);
    signing.resume();
  }
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    timer = undefined;
    const text = JSON.stringify(signing.documents.state(), asBase64);
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const writeSoon = () => {
    timer ??= setTimeout(write, gatheredMilliseconds);
  };
  signing.documents.onChange(writeSoon);
  return {
    started: () => {
      if (fresh) writeSoon();
    },
    close: () => {
      signing.documents.onChange(() => {});
      if (timer === undefined) return;
      clearTimeout(timer);
      write();
    },
  };
}

function readKept(file: string): DocumentsState | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text, fromBase64);
  } catch {
    throw new Error(
      `${file} is not a file of documents that Countersign wrote; move it away to start without it`,
    );
  }
}

/** Bytes are `{ "base64": … }`; an object of the user's that looks so has its key marked, once more each time it is kept. */
const markedKey = /^~*base64$/;

function onlyKeyOf(value: unknown): string | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 ? keys[0] : undefined;
}

/** JSON.stringify calls a Buffer's own toJSON first: the Buffer itself is what its holder has under the key. */
function asBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const held = this[key];
  if (Buffer.isBuffer(held)) return { base64: held.toString("base64") };
  const only = onlyKeyOf(value);
  return only !== undefined && markedKey.test(only)
    ? { [`~${only}`]: (value as Record<string, unknown>)[only] }
    : value;
}

function fromBase64(_key: string, value: unknown): unknown {
  const only = onlyKeyOf(value);
  if (only === undefined || !markedKey.test(only)) return value;
  const kept = (value as Record<string, unknown>)[only];
  if (only !== "base64") return { [only.slice(1)]: kept };
  return typeof kept === "string" ? Buffer.from(kept, "base64") : value;
}
