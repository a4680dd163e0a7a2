/** Owns the document around every page: head, landmarks, wordmark. */

import type { Asset } from "./asset.js";
import { stylesheet } from "./assets.js";
import { attributes, type HtmlValue, html } from "./html.js";
import { plainName } from "./names.js";
import { wordmark } from "./parts.js";

export interface PageParts {
  /** Shown in the browser's tab, before the name of the service. */
  readonly title: string;
  /** `card` is one narrow column; `wide` is for pages with code. */
  readonly width: "card" | "wide";
  readonly main: HtmlValue;
  /** Beside the wordmark. */
  readonly beside?: HtmlValue;
  readonly footer?: HtmlValue;
  /** Beside the stylesheet that every page has. */
  readonly styles?: readonly Asset[];
  readonly scripts?: readonly Asset[];
  /** Where the wordmark leads. */
  readonly home?: string;
  /** What the page is for, to those who add to it on its way out. */
  readonly subject?: Subject;
}

/** A form to sign in with, or a request that could not go on. */
export type Subject =
  | { readonly kind: "login"; readonly action: string; readonly csrf: string }
  | { readonly kind: "problem"; readonly reference: string };

/** A page on its way to the browser. Whoever sends it may add to it; only `document()` makes text of it. */
export class Page {
  readonly parts: PageParts;

  constructor(parts: PageParts) {
    this.parts = parts;
  }

  /** Returns the page with some of its parts replaced. */
  with(changes: Partial<PageParts>): Page {
    return new Page({ ...this.parts, ...changes });
  }

  /**
   * Returns the complete document; nothing in it is inline, and it loads nothing from elsewhere.
   * @param basePath where its stylesheets and scripts are below the host.
   */
  document(basePath = ""): string {
    return documentOf(this.parts, basePath);
  }
}

function documentOf(page: PageParts, basePath: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<title>${plainName(page.title)} · Countersign</title>
<link rel="icon" href="${icon}">
${[stylesheet, ...(page.styles ?? [])].map(({ path }) => html`<link rel="stylesheet" href="${basePath}${path}">`)}
${page.scripts?.map(({ path }) => html`<script src="${basePath}${path}" defer></script>`)}
</head>
<body${attributes({ class: `page-${page.width}` })}>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><div class="top-inner">${wordmark(page.home)}${page.beside}</div></header>
<main id="main" tabindex="-1">
${page.main}
</main>
${page.footer && html`<footer class="bottom"><div class="bottom-inner">${page.footer}</div></footer>`}
</body>
</html>
`.toString();
}

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><rect x="1" y="1" width="30" height="30" rx="8" fill="#1c3d7a"/><path d="M6.5 16.5l5 5L20 10.5" stroke="#fff"/><path d="M16.8 21.2l.7.6L26 10.5" stroke="#ffae80"/></svg>',
)}`;
