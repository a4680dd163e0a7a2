/** The page behind the link of the confirmation e-mail. */

import { html } from "../../pages/html.js";
import { Page } from "../../pages/layout.js";
import { shownName } from "../../pages/names.js";
import { csrfField, field, notice } from "../../pages/parts.js";

export interface ConfirmView {
  action: string;
  csrf: string;
  email: string;
  problem?: string | undefined;
}

export function confirmPage(view: ConfirmView): Page {
  const describedBy = view.problem ? "problem" : undefined;
  return new Page({
    title: "Confirm your account",
    width: "card",
    main: html`<section class="card">
<h1>Confirm your account</h1>
<p class="muted">for ${shownName(view.email)}</p>
${view.problem && notice("bad", html`<p>${view.problem}</p>`, "problem")}
<form method="post" action="${view.action}">${csrfField(view.csrf)}
${field({ name: "password", label: "Choose a password", type: "password", autocomplete: "new-password", autofocus: true, describedBy, invalid: view.problem !== undefined })}
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
<p>${shownName(view.email)} can sign in now, and the app that made the account can act for it.</p>
<p><a class="button" href="/connected-apps">See connected apps</a></p>
</section>`,
  });
}
