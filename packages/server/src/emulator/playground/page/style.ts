/** The playground: steps, requests and responses, code to copy. */

export const playground = `.hero { max-width: 46rem; padding-block: 1rem 1.75rem; }
.hero h1 { font-size: clamp(1.75rem, 1.3rem + 2vw, 2.5rem); line-height: 1.15; letter-spacing: -0.025em; }
.hero p { margin-top: 0.75rem; font-size: 1.0625rem; color: var(--muted); }
.hero code, .hero .name { color: var(--ink); }
.hero + .notice { margin-bottom: 1.5rem; }
.playground { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.side { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
.side h2 { font-size: 0.9375rem; margin-bottom: 0.25rem; }
.facts-narrow dt { color: var(--muted); font-size: 0.8125rem; margin-top: 0.5rem; }
.facts-narrow dd { font-size: 0.9375rem; }
@media (min-width: 64rem) {
  .playground { grid-template: auto 1fr / minmax(0, 1fr) 18rem; gap: 1rem 1.5rem; }
  .side { grid-column: 2; }
  .steps-column { grid-column: 1; grid-row: 1 / span 2; }
}
.step { position: relative; display: grid; grid-template-columns: minmax(0, 1fr); }
.step + .step { margin-top: 1rem; }
.step-number { display: none; }
.step-body { padding: 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
.step-open > .step-body { border-color: var(--edge); box-shadow: var(--shadow); }
.step-later > .step-body { background: none; border-style: dashed; padding-bottom: 1.25rem; }
.step-later h2 { color: var(--muted); }
.step-body > h2 + p { margin-top: 0.25rem; font-size: 0.9375rem; }
.step-body > * + *, .arrival > * + *, .call > * + * { margin-top: 1rem; }
.arrival + .arrival { padding-top: 1rem; border-top: 1px solid var(--line); }
@media (min-width: 40rem) {
  .step { grid-template-columns: 2.25rem minmax(0, 1fr); gap: 1rem; }
  .step-body { padding-bottom: 1.5rem; }
  .step-inline { display: none; }
  .step-number {
    display: grid; place-items: center; width: 2.25rem; height: 2.25rem; margin-top: 0.9375rem; border: 2px solid var(--edge);
    border-radius: 50%; background: var(--paper); color: var(--muted); font-weight: 650; z-index: 1;
  }
  .step-number svg { fill: none; stroke: currentColor; stroke-width: 2.4; stroke-linecap: round; stroke-linejoin: round; }
  .step-open > .step-number { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
  .step-done > .step-number { border-color: var(--good); color: var(--good); }
  .step-failed > .step-number { border-color: var(--bad); color: var(--bad); }
  .step:not(:last-child)::before {
    content: ""; position: absolute; left: 1.0625rem; top: 3.25rem; bottom: -2rem; border-left: 2px solid var(--line);
  }
}
.step pre, .panel pre {
  padding: 0.875rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--sunk);
  line-height: 1.55; tab-size: 2; overflow-x: auto; overflow-wrap: normal;
}
.step pre code { font-size: 0.8125rem; }
.exchange pre { padding-inline: 0.75rem; }
.exchange pre code { font-size: 0.78125rem; }
.address, .exchange pre { white-space: pre-wrap; overflow-wrap: anywhere !important; }
.parameters > div { display: grid; gap: 0 1rem; padding-block: 0.5rem; border-top: 1px solid var(--line); }
.parameters > div:last-child { border-bottom: 1px solid var(--line); }
.parameters dt code { font-weight: 650; }
.parameters dd { display: grid; gap: 0.125rem; }
@media (min-width: 40rem) { .parameters > div { grid-template-columns: 9.5rem minmax(0, 1fr); } }
.compare { display: grid; gap: 0.5rem; }
.compare > div { padding: 0.625rem 1rem; border-radius: 10px; background: var(--sunk); }
.compare dt { color: var(--muted); font-size: 0.8125rem; }
@media (min-width: 40rem) { .compare { grid-template-columns: 1fr 1fr; } }
.exchange { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 48rem) { .exchange { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
figure { margin: 0; min-width: 0; display: flex; flex-direction: column; }
figure pre { flex: 1; }
figcaption { padding-bottom: 0.375rem; font-size: 0.875rem; font-weight: 650; }
figcaption .muted { font-weight: 400; }
.status { margin-left: 0.375rem; padding: 0.0625rem 0.5rem; border-radius: 99px; border: 1px solid; font-size: 0.8125rem; }
.status-good { color: var(--good); background: var(--good-ground); }
.status-bad { color: var(--bad); background: var(--bad-ground); }
.status-note { color: var(--note); background: var(--note-ground); }
summary { display: flex; align-items: center; gap: 0.5rem; min-height: 2.75rem; color: var(--link); font-size: 0.9375rem; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before {
  content: ""; flex: none; width: 0.4375rem; height: 0.4375rem; margin: 0 0.25rem; border: solid currentColor; border-width: 0 2px 2px 0; rotate: -45deg;
}
details[open] > summary::before { rotate: 45deg; }
summary:hover { text-decoration: underline; text-underline-offset: 0.18em; }
.older > .call { padding-top: 1rem; border-top: 1px solid var(--line); }
.older > .call + .call { margin-top: 1rem; }
.step-body > .samples { margin-top: 0.5rem; }
.step-body > .samples:not([open]) { margin-bottom: -0.75rem; }
.tabs { display: flex; flex-wrap: wrap; gap: 0; padding-top: 0.25rem; }
.tabs > input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.tabs > label {
  display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0.25rem 0.625rem; border-bottom: 3px solid transparent;
  color: var(--muted); cursor: pointer;
}
.tabs > label:hover { color: var(--ink); }
.tabs > input:checked + label { border-color: var(--accent); color: var(--ink); }
.tabs > input:focus-visible + label { outline: 3px solid var(--focus); outline-offset: -3px; border-radius: 6px; }
.panel { order: 1; width: 100%; min-width: 0; border-top: 1px solid var(--line); }
.panel-head { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 3.25rem; }
.panel-head button { padding-inline: 0.875rem; }
.tabs:has(> input[value=address]:checked) > .panel:not(.panel-address),
.tabs:has(> input[value=curl]:checked) > .panel:not(.panel-curl),
.tabs:has(> input[value=typescript]:checked) > .panel:not(.panel-typescript),
.tabs:has(> input[value=ruby]:checked) > .panel:not(.panel-ruby),
.tabs:has(> input[value=python]:checked) > .panel:not(.panel-python) { display: none; }
.again { margin-top: 1.5rem; }
@media (min-width: 40rem) { .again { padding-left: 3.25rem; } }
@media (forced-colors: active) {
  .tabs > input:checked + label { border-color: Highlight; }
}
`;
