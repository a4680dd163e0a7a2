/** Where two texts differ, marked: callbacks are compared character by character, and so must be read that way. */

import { type Html, html } from "../../pages/html.js";

/** Returns both texts with the part marked in which they differ. */
export function marked(one: string, other: string): readonly [Html, Html] {
  let start = 0;
  const shorter = Math.min(one.length, other.length);
  while (start < shorter && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const show = (text: string) => {
    const middle = text.slice(start, text.length - end);
    return html`${text.slice(0, start)}${middle !== "" && html`<mark>${middle}</mark>`}${text.slice(text.length - end)}`;
  };
  return [show(one), show(other)];
}

/** Returns the candidate that shares most with the text at its beginning and its end. */
export function closest(text: string, candidates: readonly string[]): string | undefined {
  const shared = (candidate: string) => {
    let start = 0;
    while (start < text.length && text[start] === candidate[start]) start += 1;
    return start - Math.abs(candidate.length - text.length) / 1000;
  };
  return [...candidates].sort((a, b) => shared(b) - shared(a))[0];
}
