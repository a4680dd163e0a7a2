/** The three steps in which the app's backend calls the server. */

import { type Html, html } from "../../../pages/html.js";
import { shownHttp } from "../../pages/http-text.js";
import { action, samples, step, verdict } from "./step.js";
import type { CallStepView, CallView, PlaygroundView } from "./view.js";

export function exchangeStep(view: PlaygroundView): Html {
  const { exchange, csrf } = view;
  const again = exchange.made > 0;
  return step({
    number: 3,
    title: "Exchange the code for tokens",
    status: exchange.status,
    summary:
      "The app’s backend proves who it is with its secret and exchanges the code, which works once, for an access token and a refresh token.",
    outcome: callOutcome(exchange),
    folded: view.account.made + view.refresh.made > 0 && wentWell(exchange),
    content: html`${callList(exchange)}
<div class="buttons">${action({ path: "exchange", csrf, made: exchange.made, label: again ? "Use the same code a second time" : "Exchange the code", primary: !again })}</div>
${samples(3, exchange.samples, "The same call in your code", exchange.status === "open")}`,
  });
}

export function accountStep(view: PlaygroundView): Html {
  const { account, csrf } = view;
  const again = account.made > 0;
  return step({
    number: 4,
    title: "Call the API for the person",
    status: account.status,
    summary: "The access token gives the app what the person allowed, and nothing else.",
    outcome: callOutcome(account),
    folded: view.refresh.made > 0 && wentWell(account),
    content: html`${callList(account)}
<div class="buttons">${action({ path: "account", csrf, made: account.made, label: again ? "Call again" : "Get the account", primary: !again })}</div>
${samples(4, account.samples, "The same call in your code", account.status === "open" && view.exchange.status === "done")}`,
  });
}

export function refreshStep(view: PlaygroundView): Html {
  const { refresh, csrf } = view;
  const again = refresh.made > 0;
  return step({
    number: 5,
    title: "Refresh",
    status: refresh.status,
    summary: "An access token expires. The refresh token gets the next one without asking the person again.",
    outcome: callOutcome(refresh),
    folded: (view.documents?.send.made ?? 0) > 0 && wentWell(refresh),
    content: html`${callList(refresh)}
<div class="buttons">${action({ path: "refresh", csrf, made: refresh.made, label: again ? "Refresh again" : "Refresh the token", primary: !again && view.account.made > 0 })}</div>
${samples(5, refresh.samples, "The same call in your code", false)}`,
  });
}

/** What the standard profile adds to the flow (RFC 7662). */
export function introspectStep(view: PlaygroundView): Html {
  const { introspect, csrf } = view;
  return step({
    number: 6,
    optional: true,
    title: "Introspect the token",
    status: introspect.status,
    summary: "Whoever receives a token can ask the server what it is good for.",
    outcome: callOutcome(introspect),
    folded: view.revoke.made > 0 && wentWell(introspect),
    content: html`${callList(introspect)}
<div class="buttons">${action({ path: "introspect", csrf, made: introspect.made, label: introspect.made > 0 ? "Introspect again" : "Introspect" })}</div>`,
  });
}

/** What the standard profile adds to the flow (RFC 7009). */
export function revokeStep(view: PlaygroundView): Html {
  const { revoke, csrf } = view;
  return step({
    number: view.revokeStep,
    optional: true,
    title: "Revoke",
    status: revoke.status,
    summary: "An app that no longer needs its access gives it up.",
    outcome: callOutcome(revoke),
    folded: false,
    content: html`${callList(revoke)}
<div class="buttons">${action({ path: "revoke", csrf, made: revoke.made, label: revoke.made > 0 ? "Revoke again" : "Revoke the tokens" })}</div>`,
  });
}

/** What went wrong last stays in sight, whatever came before it. */
export function wentWell({ calls: [newest] }: CallStepView): boolean {
  return newest?.tone === "good";
}

export function callOutcome({ calls: [newest] }: CallStepView): Html | undefined {
  return (
    newest &&
    html`<span class="status status-${newest.tone}">${newest.status}</span> <span class="ms">${newest.milliseconds} ms</span>`
  );
}

export function callList(view: CallStepView): Html {
  const [newest, ...older] = view.calls;
  if (!newest) return html``;
  return html`${call(newest)}
${older.length > 0 && html`<details class="older"><summary>Earlier calls (${older.length})</summary>${older.map(call)}</details>`}`;
}

function call(view: CallView): Html {
  return html`<div class="call">${verdict(view)}
<div class="exchange">
<figure><figcaption>Request</figcaption><pre><code>${shownHttp(view.request)}</code></pre></figure>
<figure><figcaption>Response <span class="status status-${view.tone}">${view.status}</span> <span class="muted">${view.milliseconds} ms</span></figcaption><pre><code>${shownHttp(view.response)}</code></pre></figure>
</div></div>`;
}
