/** The inspector: stories, panels, rows. */

export const inspector = `.ins-head { display: grid; gap: 0.25rem 1.5rem; padding-block: 0.75rem 1.25rem; }
.ins-head h1 { font-size: clamp(1.625rem, 1.3rem + 1.4vw, 2.125rem); letter-spacing: -0.022em; }
.ins-refresh { margin-top: 0.5rem; }
@media (min-width: 48rem) {
  .ins-head { grid-template-columns: minmax(0, 1fr) auto; }
  .ins-head h1, .ins-head .muted { grid-column: 1; }
  .ins-refresh { grid-column: 2; grid-row: 1 / span 2; align-self: center; margin: 0; }
}
.ins-head + .notice { margin-bottom: 1.25rem; }
.ins-grid { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.ins-side { display: grid; gap: 1rem; }
@media (max-width: 63.99rem) {
  .ins-side { display: contents; }
  .ins-side > * { order: 2; }
  .ins-side > #live-clock { order: 0; }
  .ins-main { order: 1; }
}
.ins-main { display: grid; gap: 2rem; min-width: 0; }
@media (min-width: 64rem) {
  .ins-grid { grid-template-columns: minmax(0, 1fr) 20rem; }
  .ins-side { grid-column: 2; grid-row: 1; position: sticky; top: 1rem; }
  .ins-main { grid-column: 1; grid-row: 1; }
}
.ins-panel { padding: 1.125rem 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
.ins-panel h2 { font-size: 0.9375rem; }
.ins-panel > * + * { margin-top: 0.75rem; }
.ins-panel > h2 + * { margin-top: 0.375rem; }
.ins-time { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.625rem; }
.ins-time time { font-size: 1.625rem; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.ins-time + p { margin-top: 0; }
.ins-buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.ins-buttons form { flex: 1 1 auto; display: grid; }
.ins-buttons button { padding-inline: 0.75rem; white-space: nowrap; }
.ins-form { display: grid; gap: 0.75rem; }
.ins-field { display: grid; gap: 0.25rem; }
.ins-field label { font-size: 0.875rem; font-weight: 400; color: var(--muted); }
.ins-field select {
  width: 100%; min-height: 2.75rem; padding: 0.375rem 0.625rem; border: 1px solid var(--edge); border-radius: 8px;
  background: var(--card); color: var(--ink); font: inherit; font-size: 0.9375rem;
}
.ins-form button { width: 100%; }
.ins-faults li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.75rem; align-items: center; padding-block: 0.5rem; border-top: 1px solid var(--line); }
.ins-title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; margin-bottom: 0.75rem; }
.ins-title h2, .ins-state > h2 { font-size: 1.25rem; }
.ins-filter { display: flex; padding: 0.1875rem; border-radius: 10px; background: var(--sunk); border: 1px solid var(--line); }
.ins-filter a { display: flex; align-items: center; min-height: 2.25rem; padding: 0.25rem 0.75rem; border-radius: 7px; color: var(--muted); font-size: 0.875rem; text-decoration: none; }
.ins-filter a:hover { color: var(--ink); text-decoration: underline; }
.ins-filter a[aria-current] { background: var(--card); color: var(--ink); font-weight: 600; box-shadow: 0 1px 2px rgb(0 0 0 / 12%); }
.ins-empty { padding: 1.25rem; border: 1px dashed var(--edge); border-radius: 14px; color: var(--muted); }
.ins-stories { display: grid; gap: 1rem; }
.ins-stories + p { margin-top: 0.75rem; }
.ins-story { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--card); box-shadow: var(--shadow); }
.ins-story-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; padding-bottom: 0.5rem; border-bottom: 1px solid var(--line); }
.ins-story-head h3 { font-size: 1rem; font-weight: 400; }
.ins-story-head .status, .ins-rows .status { margin: 0 0.25rem 0 0; }
.ins-step { position: relative; padding-left: 1.5rem; }
.ins-step::before { content: ""; position: absolute; left: 0.3125rem; top: 0; bottom: 0; border-left: 2px solid var(--line); }
.ins-step:last-child::before { bottom: auto; height: 1.375rem; }
.ins-later { padding-block: 0.5rem 0.125rem; color: var(--note); font-size: 0.8125rem; font-weight: 600; }
.ins-step:last-child:has(.ins-later)::before { height: 3.125rem; }
.ins-step:has(.ins-words) { padding-bottom: 0.625rem; }
.ins-step:first-child::before { top: 1.375rem; }
.ins-step:first-child:last-child::before { display: none; }
.ins-step summary { position: relative; display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem; min-height: 2.75rem; padding-block: 0.6875rem; color: var(--ink); }
.ins-step summary::before { display: none; }
.ins-dot { position: absolute; left: -1.5rem; top: 1.0625rem; width: 0.75rem; height: 0.75rem; border: 2px solid var(--card); border-radius: 50%; background: var(--edge); box-shadow: 0 0 0 1px var(--card); }
.ins-good .ins-dot { background: var(--good); }
.ins-bad .ins-dot { background: var(--bad); border-radius: 3px; }
.ins-note .ins-dot { background: var(--note); }
.ins-what { font-weight: 600; }
.ins-bad .ins-what { color: var(--bad); }
.ins-line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.625rem; color: var(--muted); font-size: 0.875rem; }
.ins-line code { font-size: 0.8125rem; }
.ins-line time, .ins-began { font-variant-numeric: tabular-nums; }
.ins-status { color: var(--ink); font-variant-numeric: tabular-nums; }
.ins-bad .ins-status { color: var(--bad); font-weight: 650; }
.ins-words { padding: 0.625rem 0.875rem; border-left: 3px solid var(--bad); border-radius: 0 8px 8px 0; background: var(--bad-ground); font-size: 0.9375rem; }
.ins-good > .ins-words, .ins-note > .ins-words { border-color: var(--note); background: var(--note-ground); }
.ins-words p + p { margin-top: 0.25rem; }
.ins-facts { font-size: 0.875rem; }
.ins-facts > div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.75rem; padding-block: 0.125rem; }
.ins-facts dt { color: var(--muted); overflow-wrap: anywhere; }
.ins-step .ins-facts { padding-bottom: 0.75rem; }
.ins-state > h2 { margin-bottom: 0.75rem; }
#live-state { display: grid; gap: 2rem; }
.ins-rows { border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
.ins-rows > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1.25rem; padding: 0.875rem 1.25rem; }
.ins-rows > li + li { border-top: 1px solid var(--line); }
.ins-rows > li > div:first-child { flex: 1 1 18rem; min-width: 0; }
.ins-acts { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.ins-acts button { padding-inline: 0.875rem; font-size: 0.875rem; }
.ins-grant { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.75rem; }
.ins-grant button.plain { margin-block: -0.375rem; font-size: 0.875rem; }
.ins-attempts { padding-left: 1.25rem; list-style: decimal; color: var(--muted); }
@media (max-width: 47.99rem) {
  .ins-line { flex-basis: 100%; }
  .ins-facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; padding-block: 0.25rem; }
}
@media (forced-colors: active) {
  .ins-dot { background: CanvasText; }
  .ins-filter a[aria-current] { border: 2px solid Highlight; }
}
`;
