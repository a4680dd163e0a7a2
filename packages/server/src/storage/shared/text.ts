/** Text that no database may change or refuse: what both adapters do to strings on their way in and out. */

import { createHash } from "node:crypto";

/** NUL, which PostgreSQL refuses; lone surrogates, which UTF-8 cannot say; and the escape character itself. */
const awkward = /[\0\x1a\p{Surrogate}]/u;
/** Nearly all text: told faster than that it holds nothing awkward. */
const printable = /^[\x20-\x7e]*$/;
const everyAwkward = new RegExp(awkward, "gu");

/** Returns text that every database stores as it is. Equal exactly where the originals are. */
export function encodeText(text: string): string {
  if (printable.test(text) || !awkward.test(text)) return text;
  return text.replace(everyAwkward, (unit) => `\x1a${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The inverse of `encodeText`. */
export function decodeText(text: string): string {
  if (!text.includes("\x1a")) return text;
  return text.replace(/\x1a([0-9a-f]{4})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Returns a key short enough for any index: itself, or the digest of one that is long. */
export function indexKey(key: string): string {
  if (key.length <= 400) return key;
  return `sha256:${createHash("sha256").update(encodeText(key)).digest("base64url")}`;
}

export function isFamilyId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}
