/** The page on which a draft is claimed, completed and sent. */

import { type Html, html } from "../../../pages/html.js";
import type { Page } from "../../../pages/layout.js";
import { shownName } from "../../../pages/names.js";
import { notice } from "../../../pages/parts.js";
import { embeddedPage, input, type Message, papersList, type Typed } from "../embedded/page.js";
import type { DraftContent } from "./content.js";
import type { Draft } from "./draft.js";

export interface DraftPage {
  readonly draft: Draft;
  readonly content: DraftContent;
  readonly parentOrigin: string | undefined;
  readonly messages: readonly Message[];
  readonly problem?: string | undefined;
  /** What was typed before, where that was refused. */
  readonly typed: Typed;
}

export function draftPage({ draft, content, parentOrigin, messages, problem, typed }: DraftPage): Page {
  const self = draft.kind === "send_document";
  const { title, papers } = content;
  const signs = self ? "Sign this document and send it." : asks(draft.openRoles.length);
  return embeddedPage(
    title,
    parentOrigin,
    messages,
    html`<p class="eyebrow">${draft.testMode ? "Test mode" : "Draft"}</p>
<h1>${title}</h1>
<p class="muted">${signs}</p>
${papersList(papers)}
${problem && notice("bad", html`<p>${problem}</p>`, "problem")}
<form method="post" action="/draft/${draft.opening ?? ""}">
${!draft.embedded && input("requester", "Your email address", "email", typed("requester") ?? draft.requesterEmail)}
${!self && draft.openRoles.map((role, index) => signerFields(role, index, typed))}
<div class="buttons-wide"><button type="submit" class="primary">Send</button></div>
</form>`,
  );
}

function asks(openRoles: number): string {
  if (openRoles === 0) return "Check it, then send it to be signed.";
  return openRoles === 1
    ? "Say who should sign, then send it."
    : "Say who should sign in each role, then send it.";
}

function signerFields(role: string, index: number, typed: Typed): Html {
  const [name, email] = [`name-${index}`, `email-${index}`];
  return html`<fieldset><legend>${role === "" ? "Signer" : shownName(role)}</legend>
${input(name, "Name", "text", typed(name))}
${input(email, "Email address", "email", typed(email))}</fieldset>`;
}
