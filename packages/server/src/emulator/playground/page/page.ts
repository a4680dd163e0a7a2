/** The playground's page: the demo app's side of the flow, one step after the other. */

import { type Html, html } from "../../../pages/html.js";
import { Page } from "../../../pages/layout.js";
import { plainName, shownName } from "../../../pages/names.js";
import { csrfField, notice } from "../../../pages/parts.js";
import type { KnownLogin } from "../../pages/accounts.js";
import { playgroundScript, playgroundStyles } from "../../pages/assets.js";
import { accountStep, exchangeStep, refreshStep } from "./call-steps.js";
import { callbackStep, startStep } from "./opening-steps.js";
import type { PlaygroundView } from "./view.js";

export function playgroundPage(view: PlaygroundView): Page {
  return new Page({
    title: "Playground",
    width: "wide",
    styles: [playgroundStyles],
    scripts: [playgroundScript],
    main: html`<div class="hero">
<h1>Watch an app get access</h1>
<p>This page plays ${shownName(view.app.name)}, an app that wants to act for a person. The server it asks is the one your own
code will talk to, at <code>${view.baseUrl}</code>. Press the buttons: every request shown below is really made.</p>
</div>
${view.betterAddress !== undefined && otherAddress(view.betterAddress)}
<div class="playground">
${accounts(view)}
<div class="steps-column">
<ol class="steps">
${startStep(view)}
${callbackStep(view)}
${exchangeStep(view)}
${accountStep(view)}
${refreshStep(view)}
</ol>
${view.start.status === "done" ? startAgain(view.csrf) : undefined}
</div>
${theApp(view)}
</div>`,
  });
}

function otherAddress(href: string): Html {
  return notice(
    "note",
    html`<p>You opened this page at another address than the one people come back to, and a browser keeps cookies apart by address.
<a href="${href}">Open it at ${href}</a> before you begin.</p>`,
  );
}

function accounts(view: PlaygroundView): Html {
  return html`<aside class="side" aria-labelledby="accounts"><h2 id="accounts">Sign in as</h2>
${view.logins.length > 0 ? loginList(view.logins) : html`<p class="muted small">An account of your seed file.</p>`}</aside>`;
}

function loginList(list: readonly KnownLogin[]): Html {
  return html`<ul class="passwords">${list.map(
    (login) =>
      html`<li><dl><dt>Email</dt><dd><code>${login.email}</code></dd><dt>Password</dt><dd><code>${login.password}</code></dd></dl></li>`,
  )}</ul>`;
}

function theApp(view: PlaygroundView): Html {
  return html`<aside class="side" aria-labelledby="the-app"><h2 id="the-app">The app</h2>
<dl class="facts-narrow">
<dt>Name</dt><dd><bdi>${plainName(view.app.name)}</bdi></dd>
<dt>client_id</dt><dd><code>${view.app.clientId}</code></dd>
<dt>client_secret</dt><dd><code>${view.app.clientSecret}</code></dd>
<dt>Callback</dt><dd><code>${breakable(view.app.callbackUrl)}</code></dd>
</dl></aside>`;
}

function startAgain(csrf: string): Html {
  return html`<form method="post" action="/playground/reset" class="again">${csrfField(csrf)}<button type="submit">Clear and start again</button></form>`;
}

/** An address that may continue on the next line after a slash. */
function breakable(address: string): Html[] {
  return address.split(/(?<=\w\/)/).map((part) => html`${part}<wbr>`);
}
