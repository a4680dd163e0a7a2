/** The page on which a person signs in. */

import { attributes, type Html, html } from "./html.js";
import { layout } from "./layout.js";
import { shownName } from "./names.js";
import { csrfField, field, notice } from "./parts.js";

export interface DemoLogin {
  email: string;
  password: string;
}

export interface LoginView {
  action: string;
  csrf: string;
  /** The app that sent the person here. */
  appName?: string | undefined;
  /** What was typed before, so that it need not be typed again. */
  email?: string | undefined;
  problem?: string | undefined;
  /** Shown with their passwords: for an emulator only. */
  demoLogins?: readonly DemoLogin[] | undefined;
}

export function loginPage(view: LoginView): string {
  return layout({
    title: "Sign in",
    width: "card",
    main: html`<section class="card">
<h1>Sign in</h1>
<p class="muted">${view.appName === undefined ? "to your account" : html`to continue to ${shownName(view.appName)}`}</p>
${view.problem && notice("bad", html`<p>${view.problem}</p>`, "problem")}
${loginForm(view)}
</section>
${view.demoLogins?.length ? demoAside(view.demoLogins) : undefined}`,
  });
}

function loginForm(view: LoginView): Html {
  const describedBy = view.problem ? "problem" : undefined;
  const invalid = view.problem !== undefined;
  return html`<form method="post" action="${view.action}">
${csrfField(view.csrf)}
${field({ name: "email", label: "Email address", type: "email", autocomplete: "username", value: view.email, autofocus: !view.email, describedBy, invalid })}
${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password", autofocus: Boolean(view.email), describedBy, invalid })}
<div class="buttons-wide"><button type="submit" class="primary" id="sign-in">Sign in</button></div>
</form>`;
}

function demoAside(logins: readonly DemoLogin[]): Html {
  return html`<aside class="aside" aria-labelledby="demo-logins">
<h2 id="demo-logins">Demo accounts</h2>
<p class="muted small">This is an emulator: these accounts exist on this machine alone.</p>
<ul class="logins">${logins.map(demoLogin)}</ul>
</aside>`;
}

function demoLogin(login: DemoLogin): Html {
  const given = attributes({ "data-email": login.email, "data-password": login.password });
  return html`<li><dl><dt>Email</dt><dd><code>${login.email}</code></dd><dt>Password</dt><dd><code>${login.password}</code></dd></dl>
<button type="button"${given} hidden>Fill in<span class="quiet-words"> ${login.email}</span></button></li>`;
}
