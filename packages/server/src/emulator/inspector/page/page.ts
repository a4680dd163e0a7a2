/** The inspector's page: what happened as stories, beside it time and faults, below what there is. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { Page } from "../../../pages/layout.js";
import { notice } from "../../../pages/parts.js";
import { inspectorScript, inspectorStyles } from "../../pages/assets.js";
import { clockPanel, faultPanel, resetPanel } from "./controls.js";
import { accountSection, appSection, familySection, outboxSection } from "./state.js";
import { storyList } from "./stories.js";
import type { InspectorView } from "./view.js";

export function inspectorPage(view: InspectorView): Page {
  return new Page({
    title: "Inspector",
    styles: [inspectorStyles],
    scripts: [inspectorScript],
    width: "wide",
    main: html`<div class="ins-head">
<h1>Inspector</h1>
<p class="muted">Every request to <code>${view.url}</code>, told as stories: one authorization with all that followed from it.</p>
<p class="ins-refresh"><a class="button" href="/_emulator${view.filter === "refused" ? "?show=refused" : ""}" data-live-hide>Look again</a></p>
</div>
${view.problem && notice("bad", html`<p>${view.problem}</p>`)}
<div class="ins-grid">
<div class="ins-side">
${live("clock", clockPanel(view))}
${faultPanel(view)}
${resetPanel(view)}
</div>
<div class="ins-main">
<section aria-labelledby="stories-title"><div class="ins-title"><h2 id="stories-title">What happened</h2>${filters(view)}</div>
${live("stories", storyList(view))}</section>
${live("state", html`${familySection(view)}${accountSection(view)}${appSection(view)}${outboxSection(view)}`)}
</div>
</div>`,
  });
}

/** A part that the script keeps up to date; without it, the page is as it was when it was asked for. */
function live(id: string, content: Html): Html {
  return html`<div id="live-${id}" data-live>${content}</div>`;
}

function filters(view: InspectorView): Html {
  const link = (show: InspectorView["filter"], label: string) => {
    const given = attributes({
      href: show === "refused" ? "/_emulator?show=refused" : "/_emulator",
      "aria-current": view.filter === show ? "true" : undefined,
    });
    return html`<li><a${given}>${label}</a></li>`;
  };
  return html`<ul class="ins-filter" aria-label="Show">${link("all", "All")}${link("refused", "With a refusal")}</ul>`;
}
