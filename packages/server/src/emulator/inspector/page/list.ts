/** The list of requests: stories, each a line for its app and account, then a line for each request or run of equal ones. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { plainEmail, shownName } from "../../../pages/names.js";
import {
  type Asked,
  addressOf,
  type InspectorView,
  type Moment,
  type RowView,
  type StoryView,
} from "./view.js";

export function filterForm({ asked }: InspectorView): Html {
  const { search, show } = asked;
  const link = (value: Asked["show"], label: string) => {
    const href = addressOf(asked, { show: value, page: 1, at: undefined });
    return html`<li><a${attributes({ href, "aria-current": show === value ? "true" : undefined })}>${label}</a></li>`;
  };
  const given = attributes({ id: "q", name: "q", type: "search", value: search, autocomplete: "off" });
  return html`<div class="ins-find"><form method="get" action="/_emulator" role="search"><label for="q" class="quiet-words">Search requests</label>
${show !== "all" && html`<input type="hidden" name="show" value="${show}">`}
<div class="field-row"><input${given} placeholder="Path, app, account, reason…"><button type="submit">Search</button></div></form>
<ul class="ins-filter" aria-label="Show">${link("all", "All")}${link("refused", "With refusals")}</ul></div>`;
}

export function requestList(view: InspectorView): Html {
  const { asked, stories } = view;
  if (stories.length === 0) return nothing(view);
  return html`${(asked.search !== "" || asked.story !== undefined) && html`<p class="small"><a href="${addressOf(asked, { search: "", story: undefined, page: 1 })}">Show all requests</a></p>`}
<ol class="ins-stories">${stories.map((story) => storyItem(story, view))}</ol>
${pager(view)}
${view.forgotten > 0 && asked.page >= view.pages && html`<p class="muted small">The log keeps the newest ${view.counts.requests} requests; ${view.forgotten} older ones are gone.</p>`}`;
}

function nothing({ asked, url }: InspectorView): Html {
  if (asked.search !== "" || asked.story !== undefined)
    return html`<p class="ins-empty">No request matches. <a href="${addressOf(asked, { search: "", story: undefined, page: 1 })}">Show all</a></p>`;
  if (asked.show === "refused") return html`<p class="ins-empty">Nothing was refused.</p>`;
  return html`<div class="ins-empty"><p>No requests yet. Start the authorization in your app, use the <a href="/">playground</a>, or try:</p>
<pre tabindex="0" role="group" aria-label="A command to try"><code>curl ${url}/v3/account</code></pre></div>`;
}

function storyItem(story: StoryView, view: InspectorView): Html {
  const who =
    story.account === undefined
      ? shownName(story.app)
      : html`${shownName(story.app)} <span class="muted">for</span> <bdi>${plainEmail(story.account)}</bdi>`;
  const rows = story.rows.map(
    (row, index) => html`${leftOut(story, index, view.asked)}${rowItem(row, view)}`,
  );
  return html`<li class="ins-story"><div class="ins-story-head"><h3>${who}</h3>
<p class="small muted"><span class="status status-${story.tone}">${story.stand}</span> began ${time(story.began)}</p></div>
<ol class="ins-rows-of">${rows}</ol></li>`;
}

function leftOut({ left, id }: StoryView, index: number, asked: Asked): Html | undefined {
  if (left === undefined || index !== left.after) return undefined;
  return html`<li class="ins-left small"><a href="${addressOf(asked, { story: id, page: 1 })}">${left.count} more in between</a></li>`;
}

function rowItem(row: RowView, view: InspectorView): Html {
  const given = attributes({
    href: `${addressOf(view.asked, { at: row.number })}#detail`,
    class: "ins-row",
    "aria-current": view.detail?.number === row.number ? "true" : undefined,
  });
  return html`<li class="ins-${row.tone}">${row.later && html`<p class="ins-later">${row.later}</p>`}
<a${given}><span class="ins-dot" aria-hidden="true"></span><span class="ins-what">${row.title}${row.count > 1 && html` <span class="ins-count">× ${row.count}</span>`}</span>
<span class="ins-line"><span class="ins-status">${row.status}</span> ${time(row.time)}</span>
${(row.fault ?? row.why) && html`<span class="ins-why small">${row.fault ?? row.why}</span>`}
<code class="ins-path">${row.method} ${row.path}</code></a></li>`;
}

export function time(moment: Moment): Html {
  return html`<time title="${moment.exact}">${moment.ago}</time>`;
}

function pager({ asked, pages }: InspectorView): Html | undefined {
  if (pages < 2) return undefined;
  const page = Math.min(asked.page, pages);
  const link = (to: number, label: string) =>
    to >= 1 &&
    to <= pages &&
    html`<a class="button" href="${addressOf(asked, { page: to, at: undefined })}">${label}</a>`;
  return html`<nav class="ins-pager" aria-label="Pages of requests">${link(page - 1, "Newer")}<span class="muted small">Page ${page} of ${pages}</span>${link(page + 1, "Older")}</nav>`;
}
