/** What there is: token families, accounts, apps, and what was sent out. */

import { type Html, html } from "../../../pages/html.js";
import { plainEmail, plainName, shownEmail, shownName } from "../../../pages/names.js";
import { csrfField } from "../../../pages/parts.js";
import { shownJson } from "../../pages/http-text.js";
import { act, hidden } from "./controls.js";
import { time } from "./list.js";
import {
  type AccountRow,
  type AppRow,
  addressOf,
  type EventRow,
  type FamilyRow,
  type InspectorView,
  type LetterRow,
} from "./view.js";

function rows(view: InspectorView, items: readonly Html[], empty: string): Html {
  if (items.length === 0) return html`<p class="ins-empty">${empty}</p>`;
  return html`<ul class="ins-rows">${items}</ul>
${view.more > 0 && html`<p class="muted small">${view.more} more are not shown. <a href="/_emulator/state"><code>/_emulator/state</code></a> has everything.</p>`}`;
}

export function tokenRows(view: InspectorView): Html {
  return rows(
    view,
    view.families.map((family) => familyRow(view, family)),
    "No code has been exchanged yet.",
  );
}

function familyRow(view: InspectorView, family: FamilyRow): Html {
  const values = { family: family.id };
  const buttons = html`<div class="ins-acts">${act(view, "expire", values, html`<button type="submit">Expire access token</button>`)}
${act(view, "revoke", values, html`<button type="submit" class="danger">Revoke</button>`)}</div>`;
  const rotated = family.generation === 0 ? "" : ` · rotated ${family.generation} ×`;
  const state = html`<span class="status status-${family.tone}">${family.state}</span>`;
  const why =
    family.cause !== undefined &&
    html` <a href="${addressOf(view.asked, { tab: "requests", at: family.cause })}#detail">by this request</a>`;
  return html`<li><div><p>${shownName(family.app)} <span class="muted">for</span> <bdi>${plainEmail(family.account)}</bdi> ${state}${why}</p>
<p class="small muted">family <code>${family.id.slice(0, 12)}…</code> · issued ${time(family.created)}${rotated}</p></div>${family.live && buttons}</li>`;
}

export function accountRows(view: InspectorView): Html {
  return rows(
    view,
    view.accounts.map((account) => accountRow(view, account)),
    "There are no accounts.",
  );
}

function accountRow(view: InspectorView, account: AccountRow): Html {
  const values = { account: account.email };
  const lock = account.locked
    ? act(view, "unlock", values, html`<button type="submit">Unlock</button>`)
    : act(view, "lock", values, html`<button type="submit">Lock</button>`);
  const confirm =
    !account.confirmed && act(view, "confirm", values, html`<button type="submit">Confirm</button>`);
  return html`<li><div><p>${shownEmail(account.email)} <span class="muted small">${account.state}</span></p>
${account.grants.map(
  ({
    app,
    clientId,
    since,
  }) => html`<div class="ins-grant"><p class="small">${shownName(app)} has had access since ${since.exact}</p>
${act(view, "revoke-grant", { ...values, client_id: clientId }, html`<button type="submit" class="plain">Remove access<span class="quiet-words"> of ${plainName(app)}</span></button>`)}</div>`,
)}</div>
<div class="ins-acts">${confirm}${lock}</div></li>`;
}

export function appRows(view: InspectorView): Html {
  return rows(
    view,
    view.apps.map((app, index) => appRow(view, app, index)),
    "There are no apps.",
  );
}

function appRow(view: InspectorView, app: AppRow, index: number): Html {
  const values = { client_id: app.clientId };
  const approval = app.approved
    ? act(view, "disapprove", values, html`<button type="submit">Remove approval</button>`)
    : act(view, "approve", values, html`<button type="submit">Approve</button>`);
  const lines = Math.min(6, app.callbackUrls.length + 1);
  return html`<li><div><p>${shownName(app.name)} <span class="muted small">owned by <bdi>${plainEmail(app.owner)}</bdi>${app.approved ? "" : " · not approved: only its owner can authorize it"}</span></p>
<dl class="ins-facts"><div><dt>client_id</dt><dd><code>${app.clientId}</code></dd></div><div><dt>scopes</dt><dd><code>${app.scopes}</code></dd></div></dl>
<form method="post" action="/_emulator/inspector/callbacks" class="ins-form">${csrfField(view.csrf)}${hidden({ ...values, back: addressOf(view.asked) })}
<div class="field"><label for="callbacks-${index}">Callbacks, one per line<span class="quiet-words"> of ${plainName(app.name)}</span></label><textarea id="callbacks-${index}" name="callback_urls" rows="${lines}" spellcheck="false" required>${`\n${app.callbackUrls.join("\n")}`}</textarea></div>
<div><button type="submit">Save callbacks</button></div></form></div>
<div class="ins-acts">${approval}</div></li>`;
}

export function outboxRows(view: InspectorView): Html {
  const items = [...view.letters.map(letterRow), ...view.events.map(eventRow)];
  return rows(view, items, "No emails or events have been sent.");
}

const previewCharacters = 140;

/** Returns how the email begins, on one line; its link has a button of its own. */
function previewOf(text: string): string {
  const line = text
    .replace(/https?:\S+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= previewCharacters ? line : `${line.slice(0, previewCharacters)}…`;
}

function letterRow(letter: LetterRow): Html {
  return html`<li><div><p><strong>${letter.subject}</strong> <span class="muted small">email to <bdi>${plainEmail(letter.to)}</bdi> · ${time(letter.time)}</span></p>
<p class="small muted ins-preview">${previewOf(letter.text)}</p>
<details id="${letter.id}"><summary>Read the whole email</summary><pre class="ins-letter" tabindex="0" role="group" aria-label="Text of the email"><code>${letter.text}</code></pre></details></div>
<div class="ins-acts"><a class="button" href="${letter.link}">Open the link</a></div></li>`;
}

function eventRow(event: EventRow): Html {
  return html`<li><div><p>Event <code>${event.type}</code> <span class="muted small">about <bdi>${plainEmail(event.account)}</bdi> · ${time(event.time)}</span> <span class="status status-${event.tone}">${event.state}</span></p>
<p class="small muted">${event.url}</p>
${event.attempts.length > 0 && html`<ol class="ins-attempts small">${event.attempts.map((attempt) => html`<li>${attempt}</li>`)}</ol>`}
<details id="${event.id}"><summary>Show the body</summary><pre tabindex="0" role="group" aria-label="Body of the event"><code>${shownJson(event.body)}</code></pre></details></div></li>`;
}
