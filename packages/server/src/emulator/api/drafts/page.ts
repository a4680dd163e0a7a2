/** The page on which a draft is claimed, completed and sent. */

import { attributes, type Html, html } from "../../../pages/html.js";
import type { Page } from "../../../pages/layout.js";
import { shownName } from "../../../pages/names.js";
import { notice } from "../../../pages/parts.js";
import { embeddedPage, type Message } from "../embedded/page.js";
import type { Draft } from "./draft.js";

export interface DraftPage {
  readonly draft: Draft;
  readonly title: string;
  readonly parentOrigin: string | undefined;
  readonly messages: readonly Message[];
  readonly problem?: string | undefined;
}

export function draftPage({ draft, title, parentOrigin, messages, problem }: DraftPage): Page {
  const self = draft.kind === "send_document";
  return embeddedPage(
    title,
    parentOrigin,
    messages,
    html`<p class="eyebrow">${draft.testMode ? "Test mode" : "Draft"}</p>
<h1>${title}</h1>
<p class="muted">${self ? "Sign and send" : "Request signature"}</p>
<ul class="papers" aria-label="Documents">${draft.files.map(({ name }) => html`<li>${name}</li>`)}</ul>
${problem && notice("bad", html`<p>${problem}</p>`, "problem")}
<form method="post" action="/draft/${draft.opening ?? ""}">
${!draft.embedded && field("requester", "Your email address", "email", draft.requesterEmail)}
${!self && draft.openRoles.map(signerFields)}
<div class="buttons-wide"><button type="submit" class="primary">Send</button></div>
</form>`,
  );
}

const signerFields = (role: string, index: number): Html =>
  html`<fieldset><legend>${role === "" ? "Signer" : shownName(role)}</legend>
${field(`name-${index}`, `Name of signer ${index + 1}`, "text")}
${field(`email-${index}`, `Email address of signer ${index + 1}`, "email")}</fieldset>`;

const field = (name: string, label: string, type: "text" | "email", value?: string): Html =>
  html`<div class="field"><label for="${name}">${label}</label><input${attributes({ id: name, name, type, value, required: true, autocomplete: "off" })}></div>`;
