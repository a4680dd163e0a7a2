/** Owns the address of a static text: named by its content, so that it may be cached for ever. */

import { createHash } from "node:crypto";

export interface Asset {
  readonly text: string;
  readonly hash: string;
  readonly path: string;
  readonly contentType: string;
}

export function asset(name: "style" | "script", text: string): Asset {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  if (name === "style") {
    return { text, hash, path: `/assets/style-${hash}.css`, contentType: "text/css; charset=utf-8" };
  }
  return { text, hash, path: `/assets/script-${hash}.js`, contentType: "text/javascript; charset=utf-8" };
}
