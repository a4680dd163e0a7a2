/** The page on which a person signs in. */

import { loginScript } from "./assets.js";
import { type Html, html } from "./html.js";
import { Page } from "./layout.js";
import { shownName } from "./names.js";
import { csrfField, field, hiddenField, notice } from "./parts.js";

export interface LoginView {
  action: string;
  csrf: string;
  /** Told back by the form: by it a second click is told from a second visit. */
  showing?: string | undefined;
  /** The app that sent the person here. */
  appName?: string | undefined;
  /** What was typed before, so that it need not be typed again. */
  email?: string | undefined;
  problem?: string | undefined;
  /** Whether what was typed is the problem, rather than when or how often. */
  wrong?: boolean;
}

export function loginPage(view: LoginView): Page {
  return new Page({
    title: "Sign in",
    width: "card",
    main: html`<section class="card">
<h1>Sign in</h1>
<p class="muted">${view.appName === undefined ? "to your account" : html`to continue to ${shownName(view.appName)}`}</p>
${view.problem && notice("bad", html`<p>${view.problem}</p>`, "problem")}
${loginForm(view)}
</section>`,
    scripts: [loginScript],
    subject: { kind: "login", action: view.action, csrf: view.csrf },
  });
}

function loginForm(view: LoginView): Html {
  const describedBy = view.problem ? "problem" : undefined;
  const invalid = view.wrong === true;
  return html`<form method="post" action="${view.action}">
${csrfField(view.csrf)}${view.showing !== undefined && hiddenField("showing", view.showing)}
${field({ name: "email", label: "Email address", type: "email", autocomplete: "username", value: view.email, autofocus: !view.email, describedBy, invalid })}
${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password", autofocus: Boolean(view.email), describedBy, invalid, beside: showButton })}
<div class="buttons-wide"><button type="submit" class="primary" id="sign-in">Sign in</button></div>
</form>`;
}

/** Shown by the script, as it needs the script. */
const showButton = html`<button type="button" class="plain show-password" data-show-password aria-pressed="false" hidden>Show<span class="quiet-words"> password</span></button>`;
