/** Colours, type, landmarks. */

export const base = `:root {
  color-scheme: light dark;
  --paper: #f3f5f8;
  --card: #ffffff;
  --sunk: #eef1f5;
  --ink: #161d28;
  --muted: #525e6d;
  --line: #d6dce4;
  --edge: #78859a;
  --accent: #1c3d7a;
  --accent-hover: #142e5e;
  --on-accent: #ffffff;
  --link: #1d4796;
  --stamp: #b3461b;
  --good: #17663e;
  --good-ground: #e9f5ee;
  --bad: #a3261d;
  --bad-ground: #fcefed;
  --note: #33507f;
  --note-ground: #ecf1fa;
  --focus: #1d4796;
  --shadow: 0 1px 2px rgb(22 29 40 / 6%), 0 8px 24px rgb(22 29 40 / 6%);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10151d;
    --card: #181f2a;
    --sunk: #121822;
    --ink: #e8ecf2;
    --muted: #a3afbf;
    --line: #2c3645;
    --edge: #7f8da1;
    --accent: #a9c4ff;
    --accent-hover: #c6d8ff;
    --on-accent: #0d1830;
    --link: #a9c4ff;
    --stamp: #ffab7d;
    --good: #7fd6a6;
    --good-ground: #12281e;
    --bad: #ff9d94;
    --bad-ground: #331a1a;
    --note: #b3c8f2;
    --note-ground: #192539;
    --focus: #a9c4ff;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 8px 24px rgb(0 0 0 / 25%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
  background: var(--paper); color: var(--ink);
  font: 400 1rem/1.55 var(--sans); overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, ol, dl, dd, pre, table, fieldset { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { font-size: 1.125rem; line-height: 1.35; font-weight: 650; letter-spacing: -0.008em; }
h3 { font-size: 0.9375rem; line-height: 1.4; font-weight: 650; }
p { text-wrap: pretty; }
ul, ol { list-style: none; }
fieldset { border: 0; min-width: 0; }
a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 0.07em; }
a:hover { text-decoration-thickness: 0.14em; }
code, pre, kbd { font-family: var(--mono); font-size: 0.875em; }
strong, b { font-weight: 650; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
[hidden] { display: none !important; }
.muted { color: var(--muted); }
.small { font-size: 0.875rem; line-height: 1.5; }
.name { font-weight: 650; }
.quiet-words {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip {
  position: absolute; left: 1rem; top: -4rem; z-index: 2; padding: 0.75rem 1rem; border-radius: 8px;
  background: var(--card); color: var(--link);
}
.skip:focus { top: 0.75rem; box-shadow: var(--shadow); }
.top-inner, .bottom-inner, main { width: 100%; margin-inline: auto; padding-inline: 1rem; }
.page-card .top-inner, .page-card .bottom-inner, .page-card main { max-width: 31rem; }
.page-wide .top-inner, .page-wide .bottom-inner, .page-wide main { max-width: 80rem; }
.top-inner { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 4.25rem; }
.page-card .top { padding-top: clamp(0rem, 6vh, 3.5rem); }
main { flex: 1 0 auto; padding-bottom: 2.5rem; }
.bottom-inner { padding-block: 1.25rem 1.75rem; color: var(--muted); font-size: 0.875rem; }
.wordmark {
  display: inline-flex; flex: none; white-space: nowrap; align-items: center; gap: 0.625rem;
  font-size: 1.0625rem; font-weight: 650; letter-spacing: -0.01em;
}
.mark path { fill: none; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.mark-ground { fill: var(--accent); }
.mark-first { stroke: var(--on-accent); }
.mark-second { stroke: #ffae80; }
@media (prefers-color-scheme: dark) { .mark-second { stroke: #a33c12; } }
@media (min-width: 48rem) {
  .top-inner, .bottom-inner, main { padding-inline: 1.5rem; }
}
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
  button, .button, input { transition: background-color 120ms, border-color 120ms; }
}
@media (forced-colors: active) {
  .mark-ground { fill: Canvas; stroke: CanvasText; }
  .mark-first, .mark-second { stroke: CanvasText; }
}
@media print {
  .skip, .copy { display: none; }
}
`;
