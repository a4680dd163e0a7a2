/** The inspector's page: the clock, tabs with counts, and below them a list with a detail beside it, or what there is. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { Page } from "../../../pages/layout.js";
import { notice } from "../../../pages/parts.js";
import { inspectorScript, inspectorStyles } from "../../pages/assets.js";
import { activeFaults, clockBar, tools } from "./controls.js";
import { detailPane } from "./detail.js";
import { documentRows } from "./documents.js";
import { filterForm, requestList } from "./list.js";
import { accountRows, appRows, outboxRows, tokenRows } from "./state.js";
import { addressOf, type InspectorView, type Tab, tabs } from "./view.js";

export function inspectorPage(view: InspectorView): Page {
  return new Page({
    title: "Inspector",
    styles: [inspectorStyles],
    scripts: [inspectorScript],
    width: "wide",
    main: html`<div class="ins-head"><h1>Inspector</h1>
<p class="muted small"><code>${view.url}</code> · profile <strong>${view.profile}</strong></p>
<p class="ins-refresh"><a class="button" href="${addressOf(view.asked)}" data-live-hide>Refresh</a></p></div>
<div class="notice notice-bad" id="gone" role="status" hidden><p>The emulator cannot be reached. Retrying; what you see may be out of date.</p></div>
${view.problem && notice("bad", html`<p>${view.problem}</p>`)}
<section class="ins-bar" aria-label="Clock and faults">${live("clock", clockBar(view))}${tools(view)}</section>
${live("faults", activeFaults(view))}
${live("tabs", tabBar(view))}
${body(view)}`,
  });
}

function body(view: InspectorView): Html {
  const other = {
    tokens: tokenRows,
    accounts: accountRows,
    apps: appRows,
    documents: documentRows,
    outbox: outboxRows,
  };
  const { tab } = view.asked;
  if (tab !== "requests")
    return html`<section aria-labelledby="tab-title"><h2 id="tab-title" class="quiet-words">${titles[tab]}</h2>${live("rows", other[tab](view))}</section>`;
  return html`<div class="ins-panes"><section class="ins-list" aria-labelledby="list-title"><h2 id="list-title" class="quiet-words">Requests</h2>
${filterForm(view)}
${live("list", html`${requestList(view)}${view.counts.requests > 0 && exports}`)}</section>
<section class="ins-pane" id="detail" aria-label="Request in detail" tabindex="-1">${live("detail", detailPane(view))}</section></div>`;
}

const exports = html`<p class="small ins-export">Export: <a href="/_emulator/requests">JSON</a> · <a href="/_emulator/inspector/requests.har" download>HAR</a></p>`;

const titles: Readonly<Record<Tab, string>> = {
  requests: "Requests",
  tokens: "Tokens",
  accounts: "Accounts",
  apps: "Apps",
  documents: "Documents",
  outbox: "Outbox",
};

function tabBar({ asked, counts }: InspectorView): Html {
  const link = (tab: Tab) => {
    const href = addressOf(
      { ...asked, story: undefined, search: "", show: "all", page: 1, at: undefined },
      { tab },
    );
    const given = attributes({ href, "aria-current": asked.tab === tab ? "page" : undefined });
    return html`<li><a${given}>${titles[tab]} <span class="ins-number">${counts[tab]}</span></a></li>`;
  };
  return html`<nav aria-label="What to inspect"><ul class="ins-tabs">${tabs.map(link)}</ul></nav>`;
}

/** A part that the script keeps up to date; without it, the page is as it was when it was asked for. */
function live(id: string, content: Html | undefined): Html {
  return html`<div id="live-${id}" data-live>${content}</div>`;
}
