/** The steps after the account call: a document sent, signed by somebody else, downloaded, and told to the app. */

import { type Html, html } from "../../../pages/html.js";
import { plainEmail, shownEmail } from "../../../pages/names.js";
import { shownJson } from "../../pages/http-text.js";
import { callList, callOutcome, wentWell } from "./call-steps.js";
import { action, step } from "./step.js";
import type { DocumentStepsView, PlaygroundView } from "./view.js";

export function documentSteps({ documents, csrf }: PlaygroundView): Html[] {
  if (documents === undefined) return [];
  return [
    sendStep(documents, csrf),
    signStep(documents, csrf),
    downloadStep(documents, csrf),
    eventStep(documents),
  ];
}

function sendStep({ first, send, sign, signer }: DocumentStepsView, csrf: string): Html {
  const again = send.made > 0;
  return step({
    number: first,
    title: "Send a document to be signed",
    status: send.status,
    summary: html`The app asks ${shownEmail(signer)} to sign, in the name of the person who gave it access.`,
    outcome: callOutcome(send),
    folded: sign === "done" && wentWell(send),
    content: html`${callList(send)}
<div class="buttons">${action({ path: "send", csrf, made: send.made, label: again ? "Send another" : "Send a request", primary: !again })}</div>`,
  });
}

function signStep({ first, sign, signer }: DocumentStepsView, csrf: string): Html {
  return step({
    number: first + 1,
    title: "Sign it as the other person",
    status: sign,
    summary: html`${shownEmail(signer)} would follow the link in an email, which is in the inspector’s outbox.`,
    outcome: html`<span>signed by ${plainEmail(signer)}</span>`,
    folded: sign === "done",
    content:
      sign === "open" &&
      html`<div class="buttons">${action({ path: "sign", csrf, label: "Open the signer’s page", primary: true })}</div>`,
  });
}

function downloadStep({ first, download, fileUrl }: DocumentStepsView, csrf: string): Html {
  const again = download.made > 0;
  return step({
    number: first + 2,
    title: "Download the signed file",
    status: download.status,
    summary: "The app asks for a temporary address of the file.",
    outcome: callOutcome(download),
    folded: false,
    content: html`${callList(download)}
<div class="buttons">${action({ path: "download", csrf, made: download.made, label: again ? "Ask again" : "Ask for the file", primary: !again })}
${fileUrl !== undefined && html`<a class="button" href="${fileUrl}">Open the file</a>`}</div>`,
  });
}

function eventStep({ first, events, newestEvent, request }: DocumentStepsView): Html {
  return step({
    number: first + 3,
    title: "See the events",
    status: events.length === 0 ? "later" : "done",
    summary: "The service posts each change to the app’s event callback.",
    folded: false,
    content: html`<ol class="received">${events.map(({ type, state }) => html`<li><code>${type}</code> <span class="muted small">${state}</span></li>`)}</ol>
${
  newestEvent &&
  html`<details id="newest-event"><summary>Show the newest event</summary><pre tabindex="0" role="group" aria-label="The newest event"><code>${shownJson(newestEvent)}</code></pre>
<p class="muted small">Its signature request is shortened here; the <a href="/_emulator?tab=outbox">outbox</a> has the whole.</p></details>`
}
<p><a href="/_emulator?tab=documents&story=${encodeURIComponent(request ?? "")}">See its story in the inspector</a></p>`,
  });
}
