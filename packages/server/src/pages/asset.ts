/**
 * Owns the static files of pages: real `.css` and `.js` files beside the code, read once when their module loads, and
 * served at an address named by their content, so that they may be cached for ever.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface Asset {
  readonly text: string;
  readonly hash: string;
  readonly path: string;
  readonly contentType: string;
}

/** Returns one stylesheet made of files, whose names are relative to the module that asks. */
export function stylesheetOf(module: string, files: readonly string[]): Asset {
  const { text, hash } = read(module, files);
  return { text, hash, path: `/assets/style-${hash}.css`, contentType: "text/css; charset=utf-8" };
}

/** Returns one script made of files, whose names are relative to the module that asks. */
export function scriptOf(module: string, files: readonly string[]): Asset {
  const { text, hash } = read(module, files);
  return { text, hash, path: `/assets/script-${hash}.js`, contentType: "text/javascript; charset=utf-8" };
}

function read(module: string, files: readonly string[]): { text: string; hash: string } {
  const text = files.map((file) => readFileSync(new URL(file, module), "utf8")).join("\n");
  return { text, hash: createHash("sha256").update(text).digest("hex").slice(0, 12) };
}
