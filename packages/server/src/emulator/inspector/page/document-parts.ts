/** What the pages of signature requests and of drafts have in common: the way back, fields, the steps of a story. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { plainEmail, plainName } from "../../../pages/names.js";
import { time } from "./list.js";
import { addressOf, type DocumentStep, type InspectorView } from "./view.js";

export const back = ({ asked }: InspectorView): Html =>
  html`<p class="small"><a href="${addressOf(asked, { story: undefined })}">All documents</a></p>`;

export const steps = (view: InspectorView, all: readonly DocumentStep[]): Html =>
  html`<ol class="ins-rows-of">${all.map((step) => stepItem(view, step))}</ol>`;

export const input = (
  id: string,
  name: string,
  label: string,
  type: "text" | "email",
  value?: string,
): Html =>
  html`<div class="field"><label for="${id}">${label}</label><input${attributes({ id, name, type, value, required: true, autocomplete: "off" })}></div>`;

/** What a person or time did needs no word for its kind. */
const kinds = { call: "API", act: undefined, mail: "Email", event: "Event" } as const;

function stepItem({ asked }: InspectorView, step: DocumentStep): Html {
  const href =
    step.request !== undefined
      ? `${addressOf(asked, { tab: "requests", story: undefined, at: step.request })}#detail`
      : step.anchor !== undefined
        ? `${addressOf(asked, { tab: "outbox", story: undefined })}#${step.anchor}`
        : undefined;
  const title = step.kind === "event" ? html`<code>${step.title}</code>` : plainName(step.title);
  const what = html`<span class="ins-dot" aria-hidden="true"></span><span class="ins-what">${kinds[step.kind] && html`<span class="ins-count">${kinds[step.kind]}</span> `}${title}</span>
<span class="ins-line">${time(step.time)}</span>
${(step.who ?? step.detail) !== undefined && html`<span class="ins-why small"><bdi>${plainEmail(step.who ?? "")}</bdi>${step.who !== undefined && step.detail !== undefined && " · "}${step.detail}</span>`}`;
  return html`<li class="ins-${step.tone}">${step.later && html`<p class="ins-later">${step.later}</p>`}
${href === undefined ? html`<div class="ins-row">${what}</div>` : html`<a class="ins-row" href="${href}">${what}</a>`}</li>`;
}
