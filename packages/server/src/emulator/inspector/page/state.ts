/** What there is: token families, accounts, apps, and what was sent out. */

import { type Html, html } from "../../../pages/html.js";
import { plainName, shownName } from "../../../pages/names.js";
import { act } from "./controls.js";
import type { AccountRow, AppRow, EventRow, FamilyRow, InspectorView, LetterRow } from "./view.js";

function section(id: string, title: string, rows: readonly Html[], empty: string): Html {
  return html`<section class="ins-state" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${rows.length > 0 ? html`<ul class="ins-rows">${rows}</ul>` : html`<p class="ins-empty">${empty}</p>`}</section>`;
}

export function familySection({ families, csrf }: InspectorView): Html {
  const rows = families.map((family) => familyRow(csrf, family));
  return section("families-title", "Tokens", rows, "No code has been exchanged yet.");
}

function familyRow(csrf: string, family: FamilyRow): Html {
  const values = { family: family.id };
  const buttons = html`<div class="ins-acts">${act(csrf, "expire", values, html`<button type="submit">Expire access token</button>`)}
${act(csrf, "revoke", values, html`<button type="submit" class="danger">Revoke</button>`)}</div>`;
  const rotated = family.generation === 0 ? "" : ` · rotated ${family.generation} ×`;
  return html`<li><div><p>${shownName(family.app)} <span class="muted">for</span> <bdi>${plainName(family.account)}</bdi> <span class="status status-${family.tone}">${family.state}</span></p>
<p class="small muted">family <code>${family.id.slice(0, 12)}…</code> · since ${family.created}${rotated}</p></div>${family.live && buttons}</li>`;
}

export function accountSection({ accounts, csrf }: InspectorView): Html {
  const rows = accounts.map((account) => accountRow(csrf, account));
  return section("accounts-title", "Accounts", rows, "There is no account.");
}

function accountRow(csrf: string, account: AccountRow): Html {
  const values = { account: account.email };
  const lock = account.locked
    ? act(csrf, "unlock", values, html`<button type="submit">Unlock</button>`)
    : act(csrf, "lock", values, html`<button type="submit">Lock</button>`);
  const confirm =
    !account.confirmed && act(csrf, "confirm", values, html`<button type="submit">Confirm</button>`);
  return html`<li><div><p><bdi class="name">${plainName(account.email)}</bdi> <span class="muted small">${account.state}</span></p>
${account.grants.map(
  ({
    app,
    clientId,
    since,
  }) => html`<div class="ins-grant"><p class="small">${shownName(app)} has access since ${since}</p>
${act(csrf, "revoke-grant", { ...values, client_id: clientId }, html`<button type="submit" class="plain">Take back<span class="quiet-words"> the access of ${plainName(app)}</span></button>`)}</div>`,
)}</div>
<div class="ins-acts">${confirm}${lock}</div></li>`;
}

export function appSection({ apps, csrf }: InspectorView): Html {
  const rows = apps.map((app) => appRow(csrf, app));
  return section("apps-title", "Apps", rows, "There is no app.");
}

function appRow(csrf: string, app: AppRow): Html {
  const values = { client_id: app.clientId };
  const approval = app.approved
    ? act(csrf, "disapprove", values, html`<button type="submit">Take approval away</button>`)
    : act(csrf, "approve", values, html`<button type="submit">Approve</button>`);
  return html`<li><div><p>${shownName(app.name)} <span class="muted small">of <bdi>${plainName(app.owner)}</bdi>${app.approved ? "" : " · not approved: its owner alone can authorize it"}</span></p>
<dl class="ins-facts"><div><dt>client_id</dt><dd><code>${app.clientId}</code></dd></div><div><dt>scopes</dt><dd><code>${app.scopes}</code></dd></div>
${app.callbackUrls.map((url) => html`<div><dt>callback</dt><dd><code>${url}</code></dd></div>`)}</dl></div>
<div class="ins-acts">${approval}</div></li>`;
}

export function outboxSection({ letters, events }: InspectorView): Html {
  const rows = [...letters.map(letterRow), ...events.map(eventRow)];
  return section("outbox-title", "Sent out", rows, "No e-mail and no event has been sent.");
}

function letterRow(letter: LetterRow): Html {
  return html`<li><div><p>E-mail to <bdi class="name">${plainName(letter.to)}</bdi> <span class="muted small">${letter.time}</span></p>
<p class="small"><a href="${letter.link}">${letter.subject}</a></p></div></li>`;
}

function eventRow(event: EventRow): Html {
  return html`<li><div><p>Event <code>${event.type}</code> <span class="muted">for</span> <bdi>${plainName(event.account)}</bdi> <span class="status status-${event.tone}">${event.state}</span></p>
<p class="small muted">${event.url}</p>
${event.attempts.length > 0 && html`<ol class="ins-attempts small">${event.attempts.map((attempt) => html`<li>${attempt}</li>`)}</ol>`}</div></li>`;
}
