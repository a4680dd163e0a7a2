/** The page on which a person sees which apps have access, and takes it back. */

import { type Html, html } from "./html.js";
import { Page } from "./layout.js";
import { plainName, shownName } from "./names.js";
import { csrfField, notice } from "./parts.js";

export interface ConnectedApp {
  name: string;
  ownerEmail: string;
  /** Titles of the scopes, in plain words. */
  scopes: readonly string[];
  /** A date in words, or anything else that tells when access was given. */
  since: string;
  revokeAction: string;
}

export interface ConnectedAppsView {
  accountEmail: string;
  csrf: string;
  apps: readonly ConnectedApp[];
  signOutAction: string;
  /** Told once, after something was done. */
  notice?: string | undefined;
}

export function connectedAppsPage(view: ConnectedAppsView): Page {
  return new Page({
    title: "Connected apps",
    width: "card",
    main: html`<section class="card">
<h1>Connected apps</h1>
<p class="muted">Apps that may act for you until you take it back.</p>
<div class="person"><p><span class="muted">Signed in as</span> ${shownName(view.accountEmail)}</p>
<form method="post" action="${view.signOutAction}">${csrfField(view.csrf)}<button type="submit" class="plain">Sign out</button></form></div>
${view.notice && html`<div role="status">${notice("good", html`<p>${view.notice}</p>`)}</div>`}
${view.apps.length ? html`<ul class="apps">${view.apps.map((app) => connectedApp(app, view.csrf))}</ul>` : nothing()}
</section>`,
  });
}

function connectedApp(app: ConnectedApp, csrf: string): Html {
  return html`<li><h2>${shownName(app.name)}</h2>
<p class="muted small">Run by <bdi>${plainName(app.ownerEmail)}</bdi> · allowed ${app.since}</p>
<ul class="access">${app.scopes.map((scope) => html`<li>${scope}</li>`)}</ul>
<form method="post" action="${app.revokeAction}">${csrfField(csrf)}<button type="submit" class="danger">Take back access<span class="quiet-words"> of ${plainName(app.name)}</span></button></form></li>`;
}

function nothing(): Html {
  return html`<p class="rule">No app has access to your account.</p>`;
}
