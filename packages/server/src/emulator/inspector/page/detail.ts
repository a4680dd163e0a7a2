/** One request: why, then what went over the wire. */

import { type Html, html } from "../../../pages/html.js";
import { copyButton } from "../../pages/copy-button.js";
import { shownHttp } from "../../pages/http-text.js";
import { addressOf, type DetailView, type InspectorView } from "./view.js";

export function detailPane(view: InspectorView): Html {
  const { detail } = view;
  if (detail === undefined)
    return html`<p class="ins-empty">Choose a request to see what was sent and answered.</p>`;
  return html`<div class="ins-detail"><div class="ins-detail-head"><h2 id="detail-title">${detail.title}</h2>
<p class="small muted"><span class="status status-${detail.tone}">${detail.status}</span> <time>${detail.time.exact}</time> · ${detail.milliseconds} ms</p></div>
${words(view, detail)}
<div class="exchange">
<figure><figcaption>Request</figcaption><pre tabindex="0" role="group" aria-label="Request"><code>${shownHttp(detail.request)}</code></pre></figure>
<figure><figcaption>Response</figcaption><pre tabindex="0" role="group" aria-label="Response"><code>${detail.response === undefined ? "No answer was sent." : shownHttp(detail.response)}</code></pre></figure>
</div>
${detail.curl !== "" && curl(detail)}
<details id="detail-facts"><summary>More about this request</summary>
<dl class="ins-facts">${detail.facts.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl></details></div>`;
}

function words({ asked }: InspectorView, detail: DetailView): Html | undefined {
  const { why, told, advice, fault, cause } = detail;
  if ([why, told, fault, advice].every((one) => one === undefined)) return undefined;
  return html`<div class="ins-words ins-words-${detail.tone}">
${fault && html`<p><strong>Injected fault:</strong> ${fault}</p>`}
${why && html`<p><strong>Why:</strong> ${why}${cause && html` (<a href="${addressOf(asked, { at: cause.number })}#detail">${cause.words}</a>)`}</p>`}
${told && html`<p><strong>The caller was told:</strong> ${told}</p>`}
${advice && html`<p><strong>What to do:</strong> ${advice}</p>`}</div>`;
}

function curl({ curl: command }: DetailView): Html {
  return html`<details id="detail-curl"><summary>As curl</summary>
<div class="panel-head"><p class="muted small">Secrets are not kept: set the variables first.</p>${copyButton("curl-command", "as curl")}</div>
<pre tabindex="0" role="group" aria-label="curl command"><code id="curl-command">${command}</code></pre></details>`;
}
