/** The page on which a person allows or denies what an app asks for. */

import { type Html, html } from "./html.js";
import { Page } from "./layout.js";
import { plainEmail, plainName, shownEmail, shownName } from "./names.js";
import { appMark, csrfField, hiddenField, notice } from "./parts.js";

export interface ScopeView {
  name: string;
  title: string;
  description: string;
  /** Who pays for its use, where anybody does. */
  charged?: "app_owner" | "user" | undefined;
}

export interface Provenance {
  /** The host whose owner published it; undefined for one that registered itself. */
  readonly host: string | undefined;
  /** Whether it runs on the person's own device. */
  readonly loopbackOnly: boolean;
}

export interface ConsentView {
  action: string;
  csrf: string;
  /** Told back by the form: by it a second click is told from a second visit. */
  showing?: string | undefined;
  appName: string;
  ownerEmail: string;
  accountEmail: string;
  scopes: readonly ScopeView[];
  /** The resource servers that the access is for, where the app named any. */
  resources?: readonly string[];
  /** Where the person goes next: host and port of the callback, or the scheme of an app on their device. */
  goesBackTo?: string;
  /** The code that a device shows, where the access is for one; then nobody goes anywhere. */
  userCode?: string | undefined;
  /** Where an app that nobody registered here comes from. */
  provenance?: Provenance | undefined;
  switchAccountAction: string;
  notice?: string | undefined;
  /** False when this person may not authorize this app; the page then offers the way back only. */
  canAllow: boolean;
}

export function consentPage(view: ConsentView): Page {
  return new Page({
    title: view.canAllow
      ? `Allow ${plainName(view.appName)}?`
      : `${plainName(view.appName)} cannot be allowed`,
    width: "card",
    main: html`<section class="card">
${heading(view)}
${view.notice && notice(view.canAllow ? "note" : "bad", html`<p>${view.notice}</p>`, "notice")}
${view.provenance && unchecked(view.provenance)}
${view.userCode !== undefined && forDevice(view.userCode)}
${person(view)}
${view.canAllow && html`${scopeList(view.scopes)}${cost(view.scopes)}`}
${facts(view)}
${decision(view)}
</section>`,
  });
}

function heading(view: ConsentView): Html {
  const title = view.canAllow
    ? html`${shownName(view.appName)} asks for access to your account`
    : html`${shownName(view.appName)} cannot be given access yet`;
  return html`<div class="app-head">${appMark(view.appName)}<h1>${title}</h1></div>`;
}

/** What a person cannot see from a name that the app has chosen. */
function unchecked({ host, loopbackOnly }: Provenance): Html {
  const from =
    host === undefined
      ? html`It registered itself, and chose its own name.`
      : html`It is published at <bdi class="host">${host}</bdi>, and chose its own name.`;
  const local =
    loopbackOnly &&
    html`<p><strong>It runs on your device, where any program can claim this name.</strong> Allow it only if you have just started it yourself.</p>`;
  return notice("note", html`<p>Nobody here has checked this app. ${from}</p>${local}`, "unchecked");
}

/** RFC 8628 §5.4: whoever sends somebody else a code gets in as them. */
function forDevice(userCode: string): Html {
  return notice(
    "note",
    html`<p><strong>Allow it only if the device in front of you shows this code:</strong></p>
<p class="code">${userCode}</p>
<p>If someone sent you the code, deny it: it would let them into your account.</p>`,
    "device",
  );
}

function person(view: ConsentView): Html {
  return html`<div class="person">
<p><span class="muted">Signed in as</span> ${shownEmail(view.accountEmail)}</p>
<form method="post" action="${view.switchAccountAction}">${csrfField(view.csrf)}<button type="submit" class="plain">Switch account</button></form>
</div>`;
}

function scopeList(scopes: readonly ScopeView[]): Html {
  return html`<h2 id="scopes">If you allow it, the app can</h2>
<ul class="scopes" aria-labelledby="scopes">${scopes.map(scopeItem)}</ul>`;
}

function scopeItem(scope: ScopeView): Html {
  return html`<li><svg class="tick" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M4 10.6l4 4L16 6"/></svg>
<div><h3>${scope.title}</h3>
<p>${scope.description}</p></div></li>`;
}

/** Said once where all scopes agree, as those of one app do; otherwise for each payer. */
function cost(scopes: readonly ScopeView[]): Html | undefined {
  const payers = [...new Set(scopes.map(({ charged }) => charged))];
  if (payers.every((payer) => payer === undefined)) return undefined;
  if (payers.length === 1)
    return html`<p class="cost small">${payers[0] === "user" ? "What the app does is charged to you." : "What the app does is charged to its owner."}</p>`;
  const mine = scopes.filter(({ charged }) => charged === "user").map(({ title }) => title);
  return html`<p class="cost small">Charged to you: ${mine.join(", ")}. The rest is charged to the app’s owner.</p>`;
}

function facts(view: ConsentView): Html {
  return html`<dl class="facts">
${runBy(view)}
${(view.resources ?? []).map(
  (resource) => html`<dt>Access is for</dt><dd><bdi>${plainName(resource)}</bdi></dd>
`,
)}${view.userCode === undefined && html`<dt>You return to</dt><dd><bdi>${view.goesBackTo}</bdi></dd>`}
</dl>`;
}

function runBy({ provenance, ownerEmail }: ConsentView): Html {
  if (provenance === undefined) return html`<dt>App run by</dt><dd><bdi>${plainEmail(ownerEmail)}</bdi></dd>`;
  return provenance.host === undefined
    ? html`<dt>App run by</dt><dd>unknown</dd>`
    : html`<dt>App published at</dt><dd><bdi>${provenance.host}</bdi></dd>`;
}

function decision(view: ConsentView): Html {
  const { userCode, showing } = view;
  const hidden = html`${csrfField(view.csrf)}${userCode !== undefined && hiddenField("user_code", userCode)}${showing !== undefined && hiddenField("showing", showing)}`;
  if (!view.canAllow) {
    return html`<form method="post" action="${view.action}">${hidden}
<div class="buttons-wide"><button type="submit" name="decision" value="deny" class="primary">${userCode === undefined ? "Back to the app" : "Deny"}</button></div></form>`;
  }
  return html`<form method="post" action="${view.action}">${hidden}
<div class="buttons-wide pair"><button type="submit" name="decision" value="allow" class="primary">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button></div>
<p class="muted small">You can remove this access at any time. The app never sees your password.</p></form>`;
}
