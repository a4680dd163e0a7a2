/** The page on which a person finishes a template: words and roles; no editor of fields. */

import { attributes, type Html, html } from "../../../pages/html.js";
import type { Page } from "../../../pages/layout.js";
import { notice } from "../../../pages/parts.js";
import { embeddedPage, input, type Message, papersList, type Typed } from "../embedded/page.js";
import type { EditTicket } from "./edit.js";
import type { Template } from "./template.js";

export interface EditView {
  readonly template: Template;
  readonly ticket: EditTicket;
  /** The address of the form, with its secret. */
  readonly action: string;
  readonly messages: readonly Message[];
  readonly problem?: string | undefined;
  /** What was typed before, where that was refused. */
  readonly typed: Typed;
}

export function editPage({ template, ticket, action, messages, problem, typed }: EditView): Page {
  const { offer, parentOrigin } = ticket;
  const roles = template.signerRoles.map(({ name }) => name);
  const ccs = [...(ticket.ccRoles?.length === 0 ? [] : template.ccRoles), ...(ticket.ccRoles ?? [])];
  return embeddedPage(
    template.title,
    parentOrigin,
    messages,
    html`<p class="eyebrow">${template.testMode ? "Template, test mode" : "Template"}</p>
<h1>${template.title}</h1>
${papersList(template.files.map(({ name }) => name))}
${problem && notice("bad", html`<p>${problem}</p>`, "problem")}
<form method="post" action="${action}">
${offer.words && [input("title", "Title", "text", typed("title") ?? template.title), lines("message", "Message", typed("message") ?? template.message, false)]}
${offer.roles ? lines("signer_roles", "Signer roles, one on each line", typed("signer_roles") ?? roles.join("\n"), true) : shown("Signer roles", roles)}
${offer.ccs ? lines("cc_roles", "CC roles, one on each line", typed("cc_roles") ?? ccs.join("\n"), false) : shown("CC roles", ccs)}
<div class="buttons-wide"><button type="submit" class="primary">Save template</button></div>
</form>
${parentOrigin !== undefined && html`<p><button type="button" data-cancel>Cancel</button></p>`}`,
  );
}

const lines = (name: string, label: string, value: string, required: boolean): Html =>
  html`<div class="field"><label for="${name}">${label}</label><textarea${attributes({ id: name, name, rows: "3", required })}>${value}</textarea></div>`;

const shown = (label: string, names: readonly string[]): Html =>
  html`<p class="muted">${label}: ${names.length === 0 ? "none" : names.join(", ")}</p>`;
