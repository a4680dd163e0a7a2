/** Signature requests: the list, and the story of one with its signers and what can be done to it. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { plainEmail, plainName, shownEmail, shownName } from "../../../pages/names.js";
import { csrfField, notice } from "../../../pages/parts.js";
import { act, hidden } from "./controls.js";
import { back, input, steps } from "./document-parts.js";
import { draftList, draftStory } from "./drafts.js";
import { time } from "./list.js";
import {
  addressOf,
  type DocumentRow,
  type DocumentsView,
  type DocumentView,
  type InspectorView,
  type SignerRow,
} from "./view.js";

export function documentRows(view: InspectorView): Html {
  const { documents } = view;
  if (documents === undefined) return html``;
  if (documents.one !== undefined) return story(view, documents.one);
  if (documents.draft !== undefined) return draftStory(view, documents.draft);
  return html`${documents.unknown && notice("bad", html`<p>There is no such signature request or draft.</p>`)}
${holding(view, documents)}
${draftList(view, documents.drafts)}
${list(view, documents.rows)}`;
}

function holding(view: InspectorView, { held }: DocumentsView): Html {
  const [words, preparing, label] = held
    ? ([
        "New requests stay in preparation until you finish each one.",
        "1s",
        "Prepare new requests at once",
      ] as const)
    : (["New requests are prepared within a second.", "hold", "Hold new requests"] as const);
  return html`<div class="ins-grant"><p class="small muted">${words}</p>${act(view, "signing", { preparing }, html`<button type="submit">${label}</button>`)}</div>`;
}

function list(view: InspectorView, rows: readonly DocumentRow[]): Html {
  if (rows.length === 0)
    return html`<p class="ins-empty">No signature requests yet. <code>POST /v3/signature_request/send</code> creates one.</p>`;
  return html`<ul class="ins-rows">${rows.map((row) => documentRow(view, row))}</ul>
${view.more > 0 && html`<p class="muted small">${view.more} more are not shown. <a href="/_emulator/signature_requests"><code>/_emulator/signature_requests</code></a> has everything.</p>`}`;
}

function documentRow({ asked }: InspectorView, row: DocumentRow): Html {
  return html`<li><div><p><a href="${addressOf(asked, { story: row.id })}">${shownName(row.title)}</a> <span class="status status-${row.tone}">${row.state}</span></p>
<p class="small muted">from <bdi>${plainEmail(row.sender)}</bdi> to ${row.signers.slice(0, 5).map((email, index) => html`${index > 0 && ", "}<bdi>${plainEmail(email)}</bdi>`)}${row.signers.length > 5 && ` and ${row.signers.length - 5} more`} · ${time(row.created)}</p></div></li>`;
}

function story(view: InspectorView, one: DocumentView): Html {
  return html`${back(view)}
<article class="ins-document" aria-labelledby="document-title"><div class="ins-story-head"><h3 id="document-title">${shownName(one.title)}</h3>
<p class="small muted"><span class="status status-${one.tone}">${one.state}</span></p></div>
<dl class="ins-facts"><div><dt>id</dt><dd><code>${one.id}</code></dd></div>
<div><dt>sent by</dt><dd>${shownEmail(one.sender)}${one.testMode && ", in test mode"}${one.embedded && ", embedded"}</dd></div>
<div><dt>files</dt><dd>${one.files.map((name, index) => html`${index > 0 && ", "}${shownName(name)}`)}</dd></div>
${one.expires && html`<div><dt>expires</dt><dd>${time(one.expires)}</dd></div>`}</dl>
${requestActs(view, one)}
<h4>Signers</h4>
<ul class="ins-rows">${one.signerRows.map((signer) => signerRow(view, one, signer))}</ul>
<h4>Story</h4>
${steps(view, one.steps)}</article>`;
}

function requestActs(view: InspectorView, one: DocumentView): Html {
  const button = (name: string, label: string, danger = false) =>
    act(
      view,
      "document",
      { id: one.id, act: name },
      html`<button type="submit"${attributes({ class: danger ? "danger" : undefined })}>${label}</button>`,
    );
  return html`<div class="ins-acts">${one.canPrepare && [button("prepare", "Finish preparing"), button("fail", "Fail a file", true)]}
${one.canFinish && button("finish", "Make the final copy ready")}
${one.canExpire && button("expire", "Expire", true)}</div>`;
}

function signerRow(view: InspectorView, one: DocumentView, signer: SignerRow): Html {
  const values = { id: one.id, signer: signer.id };
  const of = html`<span class="quiet-words"> as ${plainName(signer.name)}</span>`;
  const button = (name: string, label: string) =>
    act(view, "document", { ...values, act: name }, html`<button type="submit">${label}${of}</button>`);
  return html`<li><div><p>${shownName(signer.name)} <span class="muted"><bdi>${plainEmail(signer.email)}</bdi></span></p>
<p class="small muted">${signer.state}</p>
${signer.acts && signer.canDecline && declineForm(view, values, signer)}
${signer.acts && signer.canReassign && reassignForm(view, values, signer)}</div>
${
  signer.acts &&
  html`<div class="ins-acts">${signer.page && html`<a class="button" href="${signer.page}">Open the signer’s page</a>`}
${button("view", "View")}${button("sign", "Sign")}${!one.embedded && button("bounce", "Bounce email")}</div>`
}</li>`;
}

type Values = Readonly<Record<string, string>>;

function declineForm(view: InspectorView, values: Values, { id }: SignerRow): Html {
  const field = input(`reason-${id}`, "reason", "Reason", "text");
  return foldedForm(view, `decline-${id}`, "Decline", { ...values, act: "decline" }, [field], "Decline");
}

function reassignForm(view: InspectorView, values: Values, { id }: SignerRow): Html {
  const fields = [
    input(`name-${id}`, "name", "Name of the new signer", "text"),
    input(`email-${id}`, "email", "Email address of the new signer", "email"),
  ];
  return foldedForm(view, `reassign-${id}`, "Reassign", { ...values, act: "reassign" }, fields, "Reassign");
}

function foldedForm(
  view: InspectorView,
  id: string,
  summary: string,
  values: Values,
  fields: readonly Html[],
  label: string,
): Html {
  return html`<details id="${id}"><summary>${summary}</summary><form method="post" action="/_emulator/inspector/document" class="ins-form">${csrfField(view.csrf)}${hidden({ ...values, back: addressOf(view.asked) })}
${fields}<div><button type="submit">${label}</button></div></form></details>`;
}
