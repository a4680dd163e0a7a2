/** The world as the inspector shows it. */

import { iso, stateView } from "../control/views.js";
import { faultable } from "../requests/operation.js";
import type { RequestRecord } from "../requests/record.js";
import type { World } from "../state/world.js";
import { inWords } from "../time/duration.js";
import { detailView } from "./detail.js";
import { documentsView } from "./documents.js";
import { dateInWords } from "./moments.js";
import type { Asked, DetailView, InspectorView, StoryView, Tab } from "./page/view.js";
import { accountRows, appRows, eventRows, familyRows, letterRows, standsOf } from "./rows.js";
import { found } from "./search.js";
import { rowCount, type Story, type StoryFacts, storiesOf, storyView } from "./stories.js";

/** Most lines of the list on one page; a story is never divided. */
const linesOfPage = 40;
/** Most rows shown of each other kind. */
const mostRows = 40;

export interface Form {
  readonly csrf: string;
  readonly problem: string | undefined;
}

export async function buildView(world: World, asked: Asked, form: Form): Promise<InspectorView> {
  const state = await stateView(world);
  const now = world.context.now();
  const names = new Map(state.apps.map(({ clientId, name }) => [clientId, name]));
  const appName = (clientId: string) => names.get(clientId) ?? clientId;
  const records = world.log.list();
  const stands = await standsOf(world, state);
  const facts = { now, appName, stand: (flow: string) => stands.get(flow)?.words };
  const { stories, pages } = pageOf(storiesOf(found(records, asked, appName)), asked, facts);
  const events = world.outbox.events();
  const emails = world.outbox.emails();
  const rows = {
    families: familyRows(state, stands, appName, now),
    accounts: accountRows(state, appName, now),
    apps: appRows(state),
    letters: letterRows(emails, now),
    events: eventRows(events, now),
  };
  const counts = {
    requests: records.length,
    tokens: rows.families.length,
    accounts: rows.accounts.length,
    apps: rows.apps.length,
    documents: world.signing.documents.count + world.signing.documents.drafts().length,
    outbox: emails.length + events.length,
  };
  return {
    ...form,
    asked,
    profile: state.profile,
    url: state.url,
    clock: clockOf(world),
    counts,
    stories,
    pages,
    forgotten: Math.max(0, world.log.made - records.length),
    detail: detailOf(world, asked, records, stories, now),
    operations: injectable,
    faults: state.faults.map((fault) => ({
      id: fault.id,
      target: fault.operation ?? "any request",
      does: fault.does,
      left: fault.left === undefined ? "until removed" : fault.left === 1 ? "once" : `${fault.left} times`,
    })),
    families: rows.families.slice(0, mostRows),
    accounts: rows.accounts.slice(0, mostRows),
    apps: rows.apps.slice(0, mostRows),
    letters: rows.letters.slice(0, mostRows),
    events: rows.events.slice(0, mostRows),
    documents: documentsView(world, asked, mostRows),
    more: leftOut(asked.tab, { ...counts, documents: world.signing.documents.count }),
  };
}

/** Stories have pages, and drafts are few. */
const leftOut = (tab: Tab, counts: Readonly<Record<Tab, number>>): number =>
  tab === "requests" ? 0 : Math.max(0, counts[tab] - mostRows);

/** The stories of one page, and how many pages there are. */
function pageOf(
  stories: readonly Story[],
  asked: Asked,
  facts: StoryFacts,
): { stories: StoryView[]; pages: number } {
  const whole = asked.story !== undefined;
  const pages: Story[][] = [[]];
  let lines = 0;
  for (const story of stories) {
    // Its heading takes a line as well.
    const count = rowCount(story, whole) + 1;
    if (lines > 0 && lines + count > linesOfPage) {
      pages.push([]);
      lines = 0;
    }
    pages.at(-1)?.push(story);
    lines += count;
  }
  const shown = pages[Math.min(asked.page, pages.length) - 1] ?? [];
  return { stories: shown.map((story) => storyView(story, facts, whole)), pages: pages.length };
}

/** The request that was asked for; without one, the newest of the list where there is room beside it. */
function detailOf(
  world: World,
  { at, tab }: Asked,
  records: readonly RequestRecord[],
  stories: readonly StoryView[],
  now: number,
): DetailView | undefined {
  if (tab !== "requests") return undefined;
  const number = at ?? stories[0]?.rows.at(-1)?.number;
  const record = records.find((one) => one.number === number);
  if (record === undefined) return undefined;
  const cause = records.find((one) => one.number === record.cause);
  return detailView(record, world.log.exchange(record.number), cause, now);
}

/** What a developer most often wants to fail comes first. */
const injectable = [
  ...new Set(["oauthTokenGenerate", "oauthTokenRefresh", "accountGet", "accountCreate", ...faultable]),
];

function clockOf(world: World): InspectorView["clock"] {
  const { now, frozen, offset } = world.timeline.clock.state();
  const text = iso(now);
  const ahead = `${inWords(offset)} ${offset < 0 ? "behind" : "ahead of"} this machine`;
  return {
    date: dateInWords(now),
    time: `${text.slice(11, 19)} UTC`,
    field: text.slice(0, 19),
    frozen,
    offset: frozen ? "frozen" : Math.abs(offset) < 500 ? "same as this machine" : ahead,
  };
}
