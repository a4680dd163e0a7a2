/** Fields, buttons, notices. */

export const forms = `.field { display: grid; gap: 0.375rem; }
.field + .field { margin-top: 1.125rem; }
label { font-weight: 600; font-size: 0.9375rem; }
.field input {
  width: 100%; min-height: 3rem; padding: 0.625rem 0.875rem; border: 1px solid var(--edge); border-radius: 8px;
  background: var(--card); color: var(--ink); font: inherit;
}
.field input:hover { border-color: var(--ink); }
.field input:focus-visible { outline-offset: 0; border-color: var(--focus); border-radius: 8px; }
.field input[aria-invalid=true] { border-color: var(--bad); }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem;
  min-height: 2.75rem; padding: 0.5rem 1.125rem; border: 1px solid var(--edge); border-radius: 8px;
  background: var(--card); color: var(--ink); font: 600 0.9375rem/1.3 var(--sans); text-decoration: none;
  text-align: center; cursor: pointer;
}
button:hover, .button:hover { background: var(--sunk); border-color: var(--ink); }
button:focus-visible, .button:focus-visible { border-radius: 8px; }
button.primary, .button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover, .button.primary:hover { background: var(--accent-hover); border-color: var(--accent-hover); }
button.danger { color: var(--bad); border-color: var(--bad); }
button.danger:hover { background: var(--bad-ground); border-color: var(--bad); }
button.plain {
  min-height: 2.75rem; padding: 0.25rem 0.5rem; margin: -0.25rem -0.5rem; border-color: transparent; background: none;
  color: var(--link); font-weight: 400; text-decoration: underline; text-underline-offset: 0.18em;
}
button.plain:hover { text-decoration-thickness: 0.14em; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; }
.buttons-wide { display: grid; gap: 0.75rem; }
.buttons-wide button { min-height: 3rem; font-size: 1rem; }
@media (min-width: 30rem) { .buttons-wide.pair { grid-template-columns: 1fr 1fr; } }
.notice {
  display: flex; gap: 0.75rem; align-items: flex-start; padding: 0.875rem 1rem; border: 1px solid; border-radius: 10px;
  font-size: 0.9375rem;
}
.notice > div { min-width: 0; flex: 1; }
.notice .icon { flex: none; margin-top: 0.125rem; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.notice-good { color: var(--good); background: var(--good-ground); }
.notice-bad { color: var(--bad); background: var(--bad-ground); }
.notice-note { color: var(--note); background: var(--note-ground); }
@media (forced-colors: active) {
  button.primary, .button.primary { border-width: 3px; }
}
`;
