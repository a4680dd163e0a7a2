/** The page for a request that cannot go on: unknown app, wrong redirect, expired form, nothing here, our own fault. */

import { type Html, html } from "./html.js";
import { Page } from "./layout.js";

export type Detail = readonly [label: string, value: string, look?: "code"];

export interface ProblemView {
  status: number;
  title: string;
  what: string;
  todo?: string | undefined;
  /** Facts for the developer; `code` for a value that is a name rather than a sentence. */
  details?: readonly Detail[] | undefined;
  /** Finds this event in the server's log. */
  reference: string;
  link?: { href: string; label: string } | undefined;
}

export function problemPage(view: ProblemView): Page {
  return new Page({
    title: view.title,
    width: "card",
    main: html`<section class="card">
<p class="eyebrow">Error ${view.status}</p>
<h1>${view.title}</h1>
<p>${view.what}</p>
${view.todo && html`<div class="todo"><h2>What you can do</h2><p>${view.todo}</p></div>`}
${view.details?.length ? details(view.details) : undefined}
${view.link && html`<p><a class="button primary" href="${view.link.href}">${view.link.label}</a></p>`}
<p class="muted small rule">Reference <code>${view.reference}</code></p>
</section>`,
    subject: { kind: "problem", reference: view.reference },
  });
}

function details(rows: readonly Detail[]): Html {
  return html`<dl class="facts rule">${rows.map(([label, value, look]) => html`<dt>${label}</dt><dd>${look === "code" ? html`<code>${shorten(value)}</code>` : shorten(value)}</dd>`)}</dl>`;
}

const shownCharacters = 300;

// A query value of any length may arrive here; enough of it to recognise is enough.
function shorten(value: string): string {
  return value.length <= shownCharacters ? value : `${value.slice(0, shownCharacters)}…`;
}
