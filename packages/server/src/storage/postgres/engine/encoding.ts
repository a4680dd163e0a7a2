/** Owns how texts travel: PostgreSQL takes no U+0000, which a text of ours may hold. */

import type { Row } from "../../shared/columns.js";
import { decodeText, encodeText } from "../../shared/text.js";

export function encodeValue(value: unknown): unknown {
  if (typeof value === "string") return encodeText(value);
  return Array.isArray(value) ? value.map(encodeValue) : value;
}

/** Returns the same row, its texts as they were given. */
export function decodeRow(row: Row): Row {
  for (const key in row) {
    const value = row[key];
    if (typeof value === "string" && value.includes("\x1a"))
      (row as Record<string, unknown>)[key] = decodeText(value);
  }
  return row;
}
