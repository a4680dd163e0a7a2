/** The page on which a person sees which apps have access, and removes it. */

import { type Html, html } from "./html.js";
import { Page } from "./layout.js";
import { plainEmail, plainName, shownEmail, shownName } from "./names.js";
import { appMark, csrfField, notice } from "./parts.js";

export interface ConnectedApp {
  name: string;
  /** The owner's address, or the host of an app that nobody registered here. */
  runBy: string;
  /** Titles of the scopes, in plain words. */
  scopes: readonly string[];
  /** When access was given: a date in words. */
  since: string;
  revokeAction: string;
}

export interface ConnectedAppsView {
  accountEmail: string;
  csrf: string;
  apps: readonly ConnectedApp[];
  signOutAction: string;
  /** Shown once, after something was done. */
  notice?: string | undefined;
}

export function connectedAppsPage(view: ConnectedAppsView): Page {
  return new Page({
    title: "Connected apps",
    width: "card",
    main: html`<section class="card">
<h1>Connected apps</h1>
<p class="muted">Apps that can act for you until you remove their access.</p>
<div class="person"><p><span class="muted">Signed in as</span> ${shownEmail(view.accountEmail)}</p>
<form method="post" action="${view.signOutAction}">${csrfField(view.csrf)}<button type="submit" class="plain">Sign out</button></form></div>
${view.notice && html`<div role="status">${notice("good", html`<p>${view.notice}</p>`)}</div>`}
${view.apps.length ? html`<ul class="apps">${view.apps.map((app) => connectedApp(app, view.csrf))}</ul>` : nothing()}
</section>`,
  });
}

function connectedApp(app: ConnectedApp, csrf: string): Html {
  return html`<li><div class="app-head">${appMark(app.name)}<div><h2>${shownName(app.name)}</h2>
<p class="muted small">Run by <bdi>${plainEmail(app.runBy)}</bdi> · since ${app.since}</p></div></div>
<ul class="access">${app.scopes.map((scope) => html`<li>${scope}</li>`)}</ul>
<details class="confirm"><summary>Remove access<span class="quiet-words"> of ${plainName(app.name)}</span></summary>
<p class="small">The app loses access immediately. To use it again you would have to allow it again.</p>
<form method="post" action="${app.revokeAction}">${csrfField(csrf)}<button type="submit" class="danger">Yes, remove it<span class="quiet-words">: ${plainName(app.name)}</span></button></form></details></li>`;
}

function nothing(): Html {
  return html`<p class="rule">No app has access to your account.</p>`;
}
