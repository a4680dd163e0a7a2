/** The narrow pages: sign in, consent, problems, connected apps. */

export const cards = `.card {
  padding: 1.5rem 1.25rem; border: 1px solid var(--line); border-radius: 14px; background: var(--card);
  box-shadow: var(--shadow);
}
@media (min-width: 32rem) { .card { padding: 2rem; } }
.card > * + * { margin-top: 1.25rem; }
.card > h1 + p { margin-top: 0.5rem; }
.card form > :not([type=hidden]) + * { margin-top: 1.25rem; }
.card + .card, .card + .aside { margin-top: 1.25rem; }
.aside { padding: 1rem 1.25rem; border: 1px dashed var(--edge); border-radius: 14px; }
@media (min-width: 32rem) { .aside { padding-inline: 2rem; } }
.aside > * + * { margin-top: 0.625rem; }
.logins li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; padding-block: 0.5rem; }
.logins li + li { border-top: 1px solid var(--line); }
.logins dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.125rem 0.75rem; font-size: 0.875rem; }
.logins dt { color: var(--muted); }
.logins button { padding-inline: 0.875rem; }
.person {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem;
  padding: 0.5rem 1rem; border-radius: 10px; background: var(--sunk); font-size: 0.9375rem;
}
.person > p { min-width: 0; }
.scopes { border-top: 1px solid var(--line); }
.scopes li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.125rem 0.75rem; padding-block: 0.875rem; border-bottom: 1px solid var(--line); }
.scopes .tick { margin-top: 0.1875rem; fill: none; stroke: var(--stamp); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.scopes p { color: var(--muted); font-size: 0.9375rem; }
.scopes .charge { margin-top: 0.25rem; color: var(--ink); font-size: 0.875rem; }
.facts { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.125rem; font-size: 0.9375rem; }
.facts dt { color: var(--muted); font-size: 0.875rem; }
.facts dd + dt { margin-top: 0.625rem; }
@media (min-width: 32rem) {
  .facts { grid-template-columns: auto minmax(0, 1fr); gap: 0.375rem 1.25rem; }
  .facts dt { font-size: inherit; }
  .facts dd + dt { margin-top: 0; }
}
.eyebrow { color: var(--muted); font-size: 0.875rem; }
.card > .eyebrow + h1 { margin-top: 0.25rem; }
.rule { padding-top: 1.25rem; border-top: 1px solid var(--line); }
.apps > li { padding-block: 1.25rem; border-top: 1px solid var(--line); }
.apps > li > * + * { margin-top: 0.625rem; }
.apps > li:last-child { padding-bottom: 0; }
.access { display: grid; gap: 0.125rem; padding-left: 1.125rem; list-style: disc; font-size: 0.9375rem; }
.access ::marker { color: var(--stamp); }
.links li { padding-block: 0.75rem; border-top: 1px solid var(--line); }
.links li:last-child { padding-bottom: 0; }
`;
