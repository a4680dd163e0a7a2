/** The start page: two doors, one to try the flow here and one to connect an app, and below them the flow step by step. */

import { type Html, html } from "../../../pages/html.js";
import { Page } from "../../../pages/layout.js";
import { shownName } from "../../../pages/names.js";
import { csrfField, notice } from "../../../pages/parts.js";
import { callbackForm, connectPanel } from "../../connect/panel.js";
import type { KnownLogin } from "../../pages/accounts.js";
import { playgroundScript, playgroundStyles } from "../../pages/assets.js";
import { copyButton } from "../../pages/copy-button.js";
import { accountStep, exchangeStep, introspectStep, refreshStep, revokeStep } from "./call-steps.js";
import { documentSteps } from "./document-steps.js";
import { callbackStep, startStep } from "./opening-steps.js";
import { action } from "./step.js";
import type { PlaygroundView, StepStatus } from "./view.js";

export function playgroundPage(view: PlaygroundView): Page {
  return new Page({
    title: "Playground",
    width: "wide",
    styles: [playgroundStyles],
    scripts: [playgroundScript],
    main: html`<div class="hero">
<h1>The Dropbox Sign OAuth API, on your machine</h1>
<p>Nothing is sent to Dropbox. Profile <strong>${view.profileName}</strong>, at <code>${view.baseUrl}</code>.</p>
</div>
${view.betterAddress !== undefined && otherAddress(view.betterAddress)}
${view.foreignCode && foreignCode(view)}
<div class="doors">
${tryPanel(view)}
${connectPanel(view.connect)}
</div>
<h2 class="steps-title">The flow, step by step</h2>
${Object.values(view.features).some(Boolean) && profileAdds(view)}
<ol class="steps">
${startStep(view)}
${callbackStep(view)}
${exchangeStep(view)}
${accountStep(view)}
${refreshStep(view)}
${view.features.introspect && introspectStep(view)}
${documentSteps(view)}
${view.features.revoke && revokeStep(view)}
</ol>
${view.refresh.status === "done" && whatNext()}
${view.start.status === "done" ? startAgain(view.csrf) : undefined}`,
  });
}

function tryPanel(view: PlaygroundView): Html {
  const begun = view.start.status === "done";
  const next = nextStep(view);
  return html`<section class="door" aria-labelledby="try-title">
<h2 id="try-title">Try it here</h2>
<p class="muted">This page plays ${shownName(view.app.name)}, an app that wants to act for a person. Every request is really made and shown below.</p>
${begun ? next && html`<p><a class="button" href="#step-${next}">Continue at step ${next}</a></p>` : html`<div class="buttons">${action({ path: "start", csrf: view.csrf, label: "Start the flow", primary: true })}</div>`}
${view.logins.length > 0 && accounts(view.logins)}
<p class="small muted">Then let a day pass, lose a refresh or take the access away: <a href="/_emulator">the inspector</a> does it at a click and says what your app met.</p>
</section>`;
}

/** Returns the number of the step to take next; undefined where all have been taken. */
function nextStep(view: PlaygroundView): number | undefined {
  const { documents } = view;
  const first = [view.start, view.callback, view.exchange, view.account, view.refresh];
  const steps: (readonly [number, StepStatus])[] = first.map(({ status }, index) => [index + 1, status]);
  if (documents !== undefined) {
    const then = [documents.send.status, documents.sign, documents.download.status];
    steps.push(...then.map((status, index) => [documents.first + index, status] as const));
  }
  return steps.find(([, status]) => status === "open" || status === "failed")?.[0];
}

const mostAccounts = 6;

function accounts(list: readonly KnownLogin[]): Html {
  return html`<div id="accounts"><h3>Accounts to sign in with</h3>
<ul class="passwords">${list
    .slice(0, mostAccounts)
    .map(
      ({ email, password }, index) =>
        html`<li><code>${email}</code><span><code id="password-${index}">${password}</code>${copyButton(`password-${index}`, `the password of ${email}`)}</span></li>`,
    )}</ul></div>`;
}

function foreignCode({ connect }: PlaygroundView): Html {
  return html`<section class="foreign" id="your-app" aria-labelledby="your-app-title">
<h2 id="your-app-title">Your own app asked for this code</h2>
<p>This browser is not waiting for an answer, so the code was not used. It came here because this page is the callback registered for the app.
Enter the address that your app listens on, then start again there.</p>
${connect.app && callbackForm(connect, connect.app, "foreign-callback")}
</section>`;
}

function otherAddress(href: string): Html {
  return notice(
    "note",
    html`<p>You opened this page at a different address from the one that callbacks go to, and browsers keep the cookies of each address apart.
<a href="${href}">Open it at ${href}</a> before you begin.</p>`,
  );
}

/** What this profile has that the live service has not. */
function profileAdds({ features, profileName, revokeStep: last }: PlaygroundView): Html {
  const { pkce, rotation, introspect, revoke, metadata } = features;
  return html`<div class="adds small"><p>The profile <strong>${profileName}</strong> adds:</p><ul>
${pkce && html`<li>PKCE, in steps 1 and 3</li>`}
${introspect && html`<li>introspection, in step 6</li>`}
${revoke && html`<li>revocation, in step ${last}</li>`}
${rotation && html`<li>refresh token rotation, for apps whose seed says <code>refresh_tokens: rotate</code></li>`}
${metadata && html`<li><a href="/.well-known/oauth-authorization-server">metadata</a> for clients that configure themselves</li>`}</ul></div>`;
}

function whatNext(): Html {
  return html`<section class="next" aria-labelledby="next-title"><h2 id="next-title">Next</h2>
<ul><li><a href="#connect">Connect your own app</a><p class="muted small">Base URL, client id, secret, and where your app listens.</p></li>
<li><a href="/_emulator">See this flow in the inspector</a><p class="muted small">Move the clock there, or make the next request fail.</p></li>
<li><a href="/connected-apps">See what the person sees</a><p class="muted small">Connected apps: who has access, and how to remove it.</p></li></ul></section>`;
}

function startAgain(csrf: string): Html {
  return html`<form method="post" action="/playground/reset" class="again">${csrfField(csrf)}<button type="submit">Start over</button></form>`;
}
