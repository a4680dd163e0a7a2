/** The page behind the link of the confirmation e-mail. */

import { html } from "../../pages/html.js";
import { Page } from "../../pages/layout.js";
import { shownEmail } from "../../pages/names.js";
import { csrfField, field, notice } from "../../pages/parts.js";

export interface ConfirmView {
  action: string;
  csrf: string;
  email: string;
  shortestPassword: number;
  problem?: string | undefined;
}

export function confirmPage(view: ConfirmView): Page {
  return new Page({
    title: "Confirm your account",
    width: "card",
    main: html`<section class="card">
<h1>Confirm your account</h1>
<p class="muted">for ${shownEmail(view.email)}</p>
<p>An app created this account for you. Choose a password so that you can sign in yourself.</p>
${view.problem && notice("bad", html`<p>${view.problem}</p>`, "problem")}
<form method="post" action="${view.action}">${csrfField(view.csrf)}
${field({ name: "password", label: "Choose a password", type: "password", autocomplete: "new-password", autofocus: true, describedBy: view.problem ? "problem password-rule" : "password-rule", invalid: view.problem !== undefined, minLength: view.shortestPassword, beside: html`<p class="muted small" id="password-rule">${view.shortestPassword} characters or more</p>` })}
<div class="buttons-wide"><button type="submit" class="primary">Confirm</button></div>
</form>
</section>`,
  });
}

export function confirmedPage(view: { email: string }): Page {
  return new Page({
    title: "Account confirmed",
    width: "card",
    main: html`<section class="card">
<h1>Your account is confirmed</h1>
<p>${shownEmail(view.email)} can sign in now, and the app that created the account can act for it.</p>
<p><a class="button" href="/connected-apps">See connected apps</a></p>
</section>`,
  });
}
