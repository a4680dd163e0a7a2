/** The button that copies a text of the page. */

import { attributes, type Html, html } from "../../pages/html.js";

/**
 * A button that copies the text of the element with the given id, or else the code of its panel: the script, which it
 * needs, shows it.
 */
export function copyButton(targetId: string | undefined, what: string): Html {
  return html`<button type="button" class="copy"${attributes({ "data-copy": targetId ?? true })}>Copy<span class="quiet-words"> ${what}</span></button>`;
}
