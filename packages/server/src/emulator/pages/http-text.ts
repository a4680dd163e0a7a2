/**
 * A request or an answer written as HTTP, in colour, so that no script is needed: names are `<i>`, texts `<u>`, words and
 * numbers `<b>`. A page holds hundreds of them, and a class on each would be half of its weight.
 */

import { type Html, type HtmlValue, html } from "../../pages/html.js";

/** Returns the text, start line and headers first, then a body that may be JSON. What it is not sure of stays plain. */
export function shownHttp(text: string): HtmlValue {
  const end = text.indexOf("\n\n");
  if (end < 0) return /^[{[]/.test(text) ? shownJson(text) : head(text);
  const body = text.slice(end);
  return [head(text.slice(0, end)), /^\n\n[{[]/.test(body) ? shownJson(body) : body];
}

function head(text: string): HtmlValue {
  const [start = "", ...headers] = text.split("\n");
  return [html`<strong>${start}</strong>`, ...headers.map(header)];
}

function header(line: string): HtmlValue {
  const colon = line.indexOf(":");
  if (colon < 0) return `\n${line}`;
  return ["\n", html`<i>${line.slice(0, colon + 1)}</i>`, line.slice(colon + 1)];
}

const token =
  /("(?:[^"\\\n]|\\.)*")(?=(\s*:)?)|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

/** Returns JSON, whole or cut short, with its tokens marked: its characters are the same as before. */
export function shownJson(text: string): HtmlValue {
  const parts: HtmlValue[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    parts.push(text.slice(at, match.index), marked(match));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}

function marked([word, quoted, colon]: RegExpExecArray): Html {
  if (quoted === undefined) return html`<b>${word}</b>`;
  return colon === undefined ? html`<u>${word}</u>` : html`<i>${word}</i>`;
}
