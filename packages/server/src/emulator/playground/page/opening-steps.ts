/** The two steps that happen in the browser: being sent away, and coming back. */

import { type Html, html } from "../../../pages/html.js";
import { action, parameters, samples, step, verdict } from "./step.js";
import type { ArrivalView, PlaygroundView } from "./view.js";

export function startStep(view: PlaygroundView): Html {
  const again = view.start.status === "done";
  return step({
    number: 1,
    title: "Send the person to the server",
    status: view.start.status,
    summary:
      "The app sends the browser to this address. The person signs in and decides there; the app never sees the password.",
    folded: view.callback.status === "done" || view.callback.status === "failed",
    content: html`<pre class="address"><code>${view.start.address}</code></pre>
${again && html`<div class="buttons">${action({ path: "start", csrf: view.csrf, label: "Send again" })}</div>`}
<details class="more" id="parameters"><summary>What each parameter means</summary>${parameters(view.start.parameters)}</details>
${samples(1, view.start.samples, "The same in your code", false)}`,
  });
}

export function callbackStep(view: PlaygroundView): Html {
  const { callback } = view;
  return step({
    number: 2,
    title: "Check what came back",
    status: callback.status,
    summary: html`The browser returns with a <code>code</code>. The app trusts it only if <code>state</code> is the one it sent.`,
    outcome: html`<span>code received, state matches</span>`,
    folded: view.exchange.made > 0 && callback.arrivals.length === 1,
    content: html`${callback.arrivals.map(arrival)}
<div class="buttons">${action({ path: "forge-state", csrf: view.csrf, label: "Try a forged state" })}</div>
${samples(2, callback.samples, "The same check in your code", false)}`,
  });
}

function arrival(view: ArrivalView): Html {
  return html`<div class="arrival">${verdict(view)}
<dl class="compare"><div><dt>state expected</dt><dd><code>${view.expectedState}</code></dd></div>
<div><dt>state received</dt><dd><code>${view.receivedState}</code></dd></div></dl>
${parameters(view.received)}</div>`;
}
