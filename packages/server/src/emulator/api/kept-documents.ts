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
    signing.life.resume();
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

/** JSON.stringify calls a Buffer's own toJSON first: it arrives as `{ type: "Buffer", data }`. */
function asBase64(_key: string, value: unknown): unknown {
  const buffer = value as { type?: unknown; data?: unknown } | null;
  if (buffer !== null && typeof buffer === "object" && buffer.type === "Buffer" && Array.isArray(buffer.data))
    return { base64: Buffer.from(buffer.data as number[]).toString("base64") };
  return value;
}

function fromBase64(_key: string, value: unknown): unknown {
  const kept = value as { base64?: unknown } | null;
  if (
    kept !== null &&
    typeof kept === "object" &&
    typeof kept.base64 === "string" &&
    Object.keys(kept).length === 1
  )
    return Buffer.from(kept.base64, "base64");
  return value;
}
