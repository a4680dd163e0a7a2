/** Stories and their steps. */

import { type Html, html } from "../../../pages/html.js";
import { plainName, shownName } from "../../../pages/names.js";
import type { InspectorView, StepView, StoryView } from "./view.js";

export function storyList(view: InspectorView): Html {
  if (view.stories.length === 0) return nothing(view);
  return html`<ol class="ins-stories">${view.stories.map(story)}</ol>
${view.olderStories > 0 && html`<p class="muted small">${view.olderStories} older ${view.olderStories === 1 ? "story is" : "stories are"} not shown here; <a href="/_emulator/requests"><code>/_emulator/requests</code></a> has all requests.</p>`}`;
}

function nothing(view: InspectorView): Html {
  if (view.filter === "refused") return html`<p class="ins-empty">Nothing was refused.</p>`;
  return html`<p class="ins-empty">No request yet. Send your app’s user to <code>${view.url}/oauth/authorize</code>, or go through the <a href="/">playground</a>.</p>`;
}

function story(view: StoryView): Html {
  const who =
    view.account === undefined
      ? shownName(view.app)
      : html`${shownName(view.app)} <span class="muted">for</span> <bdi>${plainName(view.account)}</bdi>`;
  return html`<li class="ins-story"><div class="ins-story-head"><h3>${who}</h3>
<p class="small muted"><span class="status status-${view.tone}">${view.stand}</span> <span class="ins-began">${view.began}</span></p></div>
<ol class="ins-steps">${view.steps.map(step)}</ol></li>`;
}

function step(view: StepView): Html {
  return html`<li class="ins-step ins-${view.tone}">
${view.later && html`<p class="ins-later">${view.later}</p>`}
<details id="${view.id}"><summary><span class="ins-dot" aria-hidden="true"></span><span class="ins-what">${view.title}</span>
<span class="ins-line"><code>${view.method} ${view.path}</code> <span class="ins-status">${view.status}</span> <time>${view.time}</time></span></summary>
<dl class="ins-facts">${view.facts.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl></details>
${(view.why || view.told || view.fault) && words(view)}</li>`;
}

function words(view: StepView): Html {
  return html`<div class="ins-words">
${view.fault && html`<p><strong>A fault, as ordered:</strong> ${view.fault}</p>`}
${view.why && html`<p><strong>Why:</strong> ${view.why}</p>`}
${view.told && html`<p class="muted"><strong>The caller was told:</strong> ${view.told}</p>`}
${view.advice && html`<p>${view.advice}</p>`}</div>`;
}
