/** Owns the document around every page: head, landmarks, wordmark. */

import { attributes, type HtmlValue, html } from "./html.js";
import { plainName } from "./names.js";
import { wordmark } from "./parts.js";
import { script } from "./script.js";
import { stylesheet } from "./stylesheet.js";

export interface Layout {
  /** Shown in the browser's tab, before the name of the service. */
  title: string;
  /** `card` is one narrow column; `wide` is for pages with code. */
  width: "card" | "wide";
  main: HtmlValue;
  /** Beside the wordmark. */
  beside?: HtmlValue;
  footer?: HtmlValue;
  /** The address of a script beside the one that every page has. */
  script?: string;
}

/** A complete document; nothing in it is inline, and it loads nothing from elsewhere. */
export function layout(page: Layout): string {
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
<link rel="stylesheet" href="${stylesheet.path}">
<script src="${script.path}" defer></script>
${page.script && html`<script src="${page.script}" defer></script>`}
</head>
<body${attributes({ class: `page-${page.width}` })}>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><div class="top-inner">${wordmark()}${page.beside}</div></header>
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
