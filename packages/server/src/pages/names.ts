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

/** Characters of an address before its domain that are always shown. */
const shownLocalCharacters = 24;

/** The address on one line. A long one is shortened before its domain: the domain says whose it is, and stays whole. */
export function plainEmail(address: string): string {
  const line = address.replace(invisible, " ").replace(/\s+/g, " ").trim();
  const at = line.lastIndexOf("@");
  if (at < 0) return plainName(line);
  const [local, domain] = [[...line.slice(0, at)], line.slice(at)];
  const room = Math.max(shownLocalCharacters, shownCharacters - domain.length);
  return local.length <= room ? line : `${local.slice(0, room - 1).join("")}…${domain}`;
}

/** The address as an element of its own text direction. */
export function shownEmail(address: string): Html {
  return html`<bdi class="name">${plainEmail(address) || "(no address)"}</bdi>`;
}

/** The name as an element of its own text direction. */
export function shownName(name: string): Html {
  return html`<bdi class="name">${plainName(name) || "(no name)"}</bdi>`;
}
