/** Unclaimed drafts: the list, and the story of one with what can be done to it. */

import { type Html, html } from "../../../pages/html.js";
import { plainEmail, shownEmail, shownName } from "../../../pages/names.js";
import { csrfField } from "../../../pages/parts.js";
import { act, hidden } from "./controls.js";
import { back, input, steps } from "./document-parts.js";
import { time } from "./list.js";
import { addressOf, type DraftRow, type DraftStory, type InspectorView } from "./view.js";

export function draftList(view: InspectorView, rows: readonly DraftRow[]): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<h3>Unclaimed drafts</h3><ul class="ins-rows">${rows.map((row) => draftRow(view, row))}</ul>
<h3>Signature requests</h3>`;
}

function draftRow({ asked }: InspectorView, row: DraftRow): Html {
  return html`<li><div><p><a href="${addressOf(asked, { story: row.id })}">${shownName(row.title)}</a> <span class="status status-${row.tone}">${row.state}</span></p>
<p class="small muted">for <bdi>${plainEmail(row.requester)}</bdi></p></div></li>`;
}

export function draftStory(view: InspectorView, one: DraftStory): Html {
  return html`${back(view)}
<article class="ins-document" aria-labelledby="document-title"><div class="ins-story-head"><h3 id="document-title">${shownName(one.title)}</h3>
<p class="small muted"><span class="status status-${one.tone}">${one.state}</span></p></div>
<dl class="ins-facts"><div><dt>id of its request</dt><dd><code>${one.id}</code></dd></div>
<div><dt>requested by</dt><dd>${shownEmail(one.requester)}${one.testMode && ", in test mode"}${one.embedded && ", embedded"}</dd></div>
<div><dt>files</dt><dd>${one.files.map((name, index) => html`${index > 0 && ", "}${shownName(name)}`)}</dd></div>
<div><dt>to be claimed until</dt><dd>${time(one.expires)}</dd></div></dl>
<div class="ins-acts">${one.page && html`<a class="button" href="${one.page}">Claim it on its page</a>`}
${one.canExpire && act(view, "draft", { id: one.id, act: "expire" }, html`<button type="submit" class="danger">End its time</button>`)}</div>
${one.canSend && sendForm(view, one)}
<h4>Story</h4>
${steps(view, one.steps)}</article>`;
}

function sendForm(view: InspectorView, { id, asksRequester, requester, openRoles }: DraftStory): Html {
  return html`<details id="send"><summary>Claim and send it</summary><form method="post" action="/_emulator/inspector/draft" class="ins-form">${csrfField(view.csrf)}${hidden({ id, act: "send", back: addressOf(view.asked) })}
${asksRequester && input("requester", "requester", "Email address of the account that claims it", "email", requester)}
${openRoles.map((role, index) => {
  const of = role === "" ? `signer ${index + 1}` : `the ${role}`;
  return [
    input(`name-${index}`, `name-${index}`, `Name of ${of}`, "text"),
    input(`email-${index}`, `email-${index}`, `Email address of ${of}`, "email"),
  ];
})}<div><button type="submit">Send</button></div></form></details>`;
}
