/** The button that copies a text of the page. */

import { type Html, html } from "../../pages/html.js";

/** A button that copies the text of the element with the given id: the script, which it needs, shows it. */
export function copyButton(targetId: string, what: string): Html {
  return html`<button type="button" class="copy" data-copy="${targetId}">Copy<span class="quiet-words"> ${what}</span></button>`;
}
