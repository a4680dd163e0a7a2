/** The door "Connect your app": everything to copy, and the field for its callback. */

import { attributes, type Html, type HtmlValue, html } from "../../pages/html.js";
import { shownName } from "../../pages/names.js";
import { csrfField, notice } from "../../pages/parts.js";
import { copyButton } from "../pages/copy-button.js";
import { shownJson } from "../pages/http-text.js";
import type { ConnectableApp } from "./connect.js";
import { type ConnectView, environmentLines, settingsJson } from "./view.js";

export function connectPanel(view: ConnectView): Html {
  const { app } = view;
  return html`<section class="door" id="connect" aria-labelledby="connect-title">
<h2 id="connect-title">Connect your app</h2>
<p class="muted">Point your own app here instead of the live service.</p>
${app === undefined ? html`<p>Your seed has no app yet. Add one to it and start again.</p>` : settings(view, app)}
</section>`;
}

function settings(view: ConnectView, app: ConnectableApp): Html {
  return html`${view.apps.length > 1 && picker(view.apps, app)}
<dl class="settings">
${setting("base-url", "Base URL", view.baseUrl)}
${setting("client-id", "Client ID", app.clientId)}
${app.clientSecret === undefined ? html`<div><dt>Client secret</dt><dd>None: it is a public app.</dd></div>` : setting("client-secret", "Client secret", app.clientSecret)}
</dl>
${callbackForm(view, app)}
<details class="more" id="connect-settings"><summary>Copy all settings</summary>
${block("connect-env", "Environment", environmentLines(view))}
${block("connect-json", "JSON", shownJson(settingsJson(view)))}</details>`;
}

function picker(apps: readonly ConnectableApp[], chosen: ConnectableApp): Html {
  const link = (app: ConnectableApp) => {
    const current = app.clientId === chosen.clientId ? "true" : undefined;
    const given = attributes({
      href: `/?app=${encodeURIComponent(app.clientId)}#connect`,
      "aria-current": current,
    });
    return html`<li><a${given}>${shownName(app.name)}</a></li>`;
  };
  return html`<ul class="picker" aria-label="App">${apps.map(link)}</ul>`;
}

function setting(id: string, label: string, value: string): Html {
  return html`<div><dt>${label}</dt><dd><code id="connect-${id}">${value}</code>${copyButton(`connect-${id}`, label)}</dd></div>`;
}

function block(id: string, label: string, text: HtmlValue): Html {
  return html`<div class="panel-head"><p class="muted small">${label}</p>${copyButton(id, `the settings as ${label}`)}</div>
<pre tabindex="0" role="group" aria-label="Settings as ${label}"><code id="${id}">${text}</code></pre>`;
}

/** Also shown where a code arrived that the playground did not ask for. */
export function callbackForm(view: ConnectView, app: ConnectableApp, id = "callback"): Html {
  const given = attributes({
    id,
    name: "callback_url",
    type: "url",
    value: view.typed,
    placeholder: "http://localhost:3000/callback",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": view.problem === undefined ? `${id}-now` : `${id}-problem`,
    "aria-invalid": view.problem === undefined ? undefined : "true",
  });
  return html`${view.saved && html`<div role="status">${notice("good", html`<p>Registered. Start the authorization in your app again.</p>`)}</div>`}
${view.problem !== undefined && notice("bad", html`<p>${view.problem}</p>`, `${id}-problem`)}
<form method="post" action="/playground/connect">${csrfField(view.csrf)}<input type="hidden" name="client_id" value="${app.clientId}">
<div class="field"><label for="${id}">Callback URL of your app</label>
<div class="field-row"><input${given}><button type="submit" class="primary">Register</button></div></div>
<p class="small muted" id="${id}-now">Registered now: ${app.callbackUrls.map((url, index) => html`${index > 0 && ", "}<code>${url}</code>`)}</p></form>`;
}
