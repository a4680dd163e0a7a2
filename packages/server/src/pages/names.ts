/** Owns how names chosen by other people are shown: bounded, on one line, and unable to reorder the text around them. */

import { type Html, html } from "./html.js";

const shownCharacters = 80;

// Controls, bidirectional overrides, zero-width spaces and the byte order mark. Joiners stay: emoji and scripts need them.
const invisible = /[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/** The name on one line, without invisible controls, at most 80 characters. */
export function plainName(name: string): string {
  const line = name.replace(invisible, " ").replace(/\s+/g, " ").trim();
  const characters = [...line];
  if (characters.length <= shownCharacters) return line;
  return `${characters.slice(0, shownCharacters - 1).join("")}…`;
}

/** The name as an element of its own text direction. */
export function shownName(name: string): Html {
  return html`<bdi class="name">${plainName(name) || "(no name)"}</bdi>`;
}
