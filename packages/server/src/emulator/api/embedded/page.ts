/** The signer's page, opened from an e-mail or inside an app. */

import { scriptOf } from "../../../pages/asset.js";
import { attributes, type Html, html } from "../../../pages/html.js";
import { Page } from "../../../pages/layout.js";
import { shownName } from "../../../pages/names.js";
import { notice } from "../../../pages/parts.js";
import { emulatorStyles } from "../../pages/assets.js";
import type { Input } from "../input.js";
import type { SignatureRequest, Signer } from "../signature-requests/request.js";

export const signScript = scriptOf(import.meta.url, ["browser/sign.js"]);

export interface Message {
  readonly type: string;
  readonly payload?: object;
}

export interface SignView {
  readonly request: SignatureRequest;
  readonly signer: Signer;
  /** The address of the form, with its ticket. */
  readonly action: string;
  readonly parentOrigin: string | undefined;
  readonly messages: readonly Message[];
  readonly problem?: string | undefined;
  /** What was typed before, where that was refused. */
  readonly typed?: Typed;
}

/** What was typed into a field, by its name. */
export type Typed = (name: string) => string | undefined;

/** Reads what a refused form held; what is no text, or too long for a page, is as if it had not been typed. */
export const typedIn =
  (given: Input): Typed =>
  (name) => {
    const value = given.raw(name);
    return typeof value === "string" && value.length <= longestKept ? value : undefined;
  };

/** As long as the message of a request or a template may be. */
const longestKept = 5000;

/** A page that tells the app around it its messages. */
export const embeddedPage = (
  title: string,
  parentOrigin: string | undefined,
  messages: readonly Message[],
  main: Html,
): Page =>
  new Page({
    title,
    width: "card",
    styles: [emulatorStyles],
    scripts: [signScript],
    main: html`<section class="card"${attributes({ "data-parent-origin": parentOrigin })}>${messages.map(
      ({ type, payload }) =>
        html`<span hidden${attributes({ "data-message": type, "data-payload": payload && JSON.stringify(payload) })}></span>`,
    )}
${main}</section>`,
  });

export function signPage(view: SignView): Page {
  const { request, signer, action, typed = () => undefined } = view;
  return embeddedPage(
    request.title,
    view.parentOrigin,
    view.messages,
    html`<p class="eyebrow">${request.testMode ? "Test mode" : "Signature request"}</p>
<h1>${request.title}</h1>
<p class="muted">${shownName(request.senderEmail)} asks you to sign as ${shownName(signer.name)}, ${shownName(signer.email)}.</p>
${request.message && html`<blockquote class="letter"><p>${request.message}</p></blockquote>`}
${papersList(request.files.map(({ name }) => name))}
${view.problem && notice("bad", html`<p>${view.problem}</p>`, "problem")}
<form method="post" action="${action}">
${fieldsOf(request, signer, typed)}
${signer.pin !== undefined && input("pin", "PIN", "password")}
${input("signature", "Type your name to sign", "text", typed("signature"))}
<div class="buttons-wide"><button type="submit" name="decision" value="sign" class="primary">Sign</button></div>
</form>
${(request.allowDecline || request.allowReassign) && html`<div class="otherwise">${request.allowDecline && declineForm(action, typed)}${request.allowReassign && reassignForm(action, typed)}</div>`}
${view.parentOrigin !== undefined && html`<p><button type="button" data-cancel>Cancel</button></p>`}`,
  );
}

export const papersList = (names: readonly string[]): Html =>
  html`<ul class="papers" aria-label="Documents">${names.map((name) => html`<li>${name}</li>`)}</ul>`;

export const input = (
  name: string,
  label: string,
  type: "text" | "email" | "password",
  value?: string,
): Html =>
  html`<div class="field"><label for="${name}">${label}</label><input${attributes({ id: name, name, type, value, required: true, autocomplete: "off" })}></div>`;

/** Fields for text and ticks; a signature is the typed name. */
function fieldsOf(request: SignatureRequest, signer: Signer, typed: Typed): Html[] {
  const index = String(request.signers.indexOf(signer));
  return request.formFields
    .filter((field) => field.signer === index && (field.type === "text" || field.type === "checkbox"))
    .map((field) => {
      const id = `field-${field.apiId}`;
      const isText = field.type === "text";
      const given = attributes({
        id,
        name: id,
        type: isText ? "text" : "checkbox",
        value: isText ? typed(id) : undefined,
        checked: !isText && typed(id) !== undefined,
        required: field.required,
        autocomplete: "off",
      });
      return html`<div${attributes({ class: isText ? "field" : "field tick-field" })}><label for="${id}">${field.name || field.apiId}</label><input${given}></div>`;
    });
}

/** Unfolded where it was refused. */
const unfolded = (typed: Typed, decision: string) => attributes({ open: typed("decision") === decision });

function declineForm(action: string, typed: Typed): Html {
  return html`<details${unfolded(typed, "decline")}><summary>Decline to sign</summary><form method="post" action="${action}">
${input("reason", "Why do you decline?", "text", typed("reason"))}
<div class="buttons-wide"><button type="submit" name="decision" value="decline">Decline</button></div></form></details>`;
}

function reassignForm(action: string, typed: Typed): Html {
  return html`<details${unfolded(typed, "reassign")}><summary>Ask someone else to sign</summary><form method="post" action="${action}">
${input("new-name", "Their name", "text", typed("new-name"))}
${input("new-email", "Their email address", "email", typed("new-email"))}
<div class="buttons-wide"><button type="submit" name="decision" value="reassign">Send it to them</button></div></form></details>`;
}

export interface DoneView {
  readonly title: string;
  readonly text: string;
  readonly parentOrigin: string | undefined;
  readonly messages: readonly Message[];
  readonly link?: { readonly href: string; readonly label: string } | undefined;
}

export function donePage(view: DoneView): Page {
  return embeddedPage(
    view.title,
    view.parentOrigin,
    view.messages,
    html`<h1>${view.title}</h1><p>${view.text}</p>
${view.link && html`<p><a class="button" href="${view.link.href}">${view.link.label}</a></p>`}`,
  );
}
