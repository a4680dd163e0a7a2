/** The pages of the device grant: where a person types the code that a device shows, and what came of it. */

import { html } from "./html.js";
import { Page } from "./layout.js";
import { shownEmail, shownName } from "./names.js";
import { csrfField, field, notice } from "./parts.js";

export interface DeviceView {
  action: string;
  switchAccountAction: string;
  csrf: string;
  accountEmail: string;
  /** A code that came with the link: to be compared, not to be typed. */
  linkedCode?: string | undefined;
  /** What was typed before, where it was refused. */
  typedCode?: string | undefined;
  problem?: string | undefined;
}

export function devicePage(view: DeviceView): Page {
  const describedBy = view.problem === undefined ? undefined : "problem";
  return new Page({
    title: "Connect a device",
    width: "card",
    main: html`<section class="card">
<h1>Connect a device</h1>
<p class="muted">${view.linkedCode === undefined ? "Type the code that your device shows." : "Continue only if your device shows this code."}</p>
${view.problem && notice("bad", html`<p>${view.problem}</p>`, "problem")}
<div class="person"><p><span class="muted">Signed in as</span> ${shownEmail(view.accountEmail)}</p>
<form method="post" action="${view.switchAccountAction}">${csrfField(view.csrf)}<button type="submit" class="plain">Switch account</button></form></div>
<form method="post" action="${view.action}">${csrfField(view.csrf)}
${field({ name: "user_code", label: "Code", type: "text", autocomplete: "off", value: view.linkedCode ?? view.typedCode, autofocus: true, capitals: true, describedBy, invalid: view.problem !== undefined })}
<div class="buttons-wide"><button type="submit" class="primary">Continue</button></div>
</form>
</section>`,
  });
}

export function deviceAnsweredPage(view: { appName: string; allowed: boolean }): Page {
  return new Page({
    title: view.allowed ? "Device connected" : "Device not connected",
    width: "card",
    main: html`<section class="card">
<h1>${view.allowed ? "Your device is connected" : "Your device was not connected"}</h1>
<p>${view.allowed ? html`${shownName(view.appName)} will continue by itself in a moment. You can close this page.` : html`${shownName(view.appName)} was not given access. You can close this page.`}</p>
</section>`,
  });
}
