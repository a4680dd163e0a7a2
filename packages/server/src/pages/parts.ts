/** Owns the small pieces that several pages share: wordmark, fields, notices, buttons. */

import { attributes, type Html, type HtmlValue, html } from "./html.js";

/** The mark: a first signature, and the one that answers it. */
export function wordmark(home?: string): Html {
  const mark = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
<rect class="mark-ground" x="1" y="1" width="30" height="30" rx="8"/>
<path class="mark-first" d="M6.5 16.5l5 5L20 10.5"/>
<path class="mark-second" d="M16.8 21.2l.7.6L26 10.5"/>
</svg><span>Countersign</span>`;
  return home === undefined
    ? html`<span class="wordmark">${mark}</span>`
    : html`<a class="wordmark" href="${home}">${mark}</a>`;
}

/** The first letter of an app's name: apps have no pictures here. */
export function appMark(name: string): Html {
  const [first = "?"] = /[\p{L}\p{N}]/u.exec(name) ?? [];
  return html`<span class="app-mark" aria-hidden="true">${first}</span>`;
}

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

export function csrfField(csrf: string): Html {
  return hiddenField("csrf", csrf);
}

export interface FieldOptions {
  name: string;
  label: string;
  type: "email" | "password" | "text";
  autocomplete: string;
  value?: string | undefined;
  autofocus?: boolean;
  describedBy?: string | undefined;
  invalid?: boolean;
  minLength?: number;
  /** For a code: phones offer capital letters, and each letter stands apart. */
  capitals?: boolean;
  /** Shown after the input. */
  beside?: Html;
}

/** A required input tied to its label, and to the message that explains what is wrong with it. */
export function field(options: FieldOptions): Html {
  const given = attributes({
    id: options.name,
    name: options.name,
    type: options.type,
    autocomplete: options.autocomplete,
    value: options.value,
    autofocus: options.autofocus,
    "aria-describedby": options.describedBy,
    "aria-invalid": options.invalid ? "true" : undefined,
    minlength: options.minLength,
    class: options.capitals === true ? "code" : undefined,
    autocapitalize: options.capitals === true ? "characters" : "none",
    spellcheck: "false",
    required: true,
  });
  return html`<div class="field"><label for="${options.name}">${options.label}</label><input${given}>${options.beside}</div>`;
}

export type Tone = "good" | "bad" | "note";

/** A framed message; a bad one is announced by screen readers as soon as the page is shown. */
export function notice(tone: Tone, content: HtmlValue, id?: string): Html {
  const given = attributes({
    class: `notice notice-${tone}`,
    id,
    role: tone === "bad" ? "alert" : undefined,
  });
  return html`<div${given}>${noticeIcon(tone)}<div>${content}</div></div>`;
}

function noticeIcon(tone: Tone): Html {
  return html`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
<circle cx="10" cy="10" r="8.5"/>${icons[tone]}</svg>`;
}

const icons: Readonly<Record<Tone, Html>> = {
  good: html`<path d="M6 10.4l2.8 2.8L14 7.6"/>`,
  bad: html`<path d="M10 5.6v5.4"/><path d="M10 14v.1"/>`,
  note: html`<path d="M10 9.2v5"/><path d="M10 6v.1"/>`,
};
