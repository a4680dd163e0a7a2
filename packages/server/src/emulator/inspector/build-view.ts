/** The world as the inspector shows it. */

import type { Tone } from "../../pages/parts.js";
import {
  type EventView,
  eventView,
  type FamilyStateView,
  iso,
  type StateView,
  stateView,
} from "../control/views.js";
import { operations } from "../requests/operation.js";
import type { World } from "../state/world.js";
import { inWords } from "../time/duration.js";
import type { AccountRow, EventRow, FamilyRow, InspectorView } from "./page/view.js";
import { shortTime, storiesOf } from "./stories.js";

/** Most shown of each kind. */
const mostStories = 30;
const mostRows = 50;

export interface Asked {
  readonly csrf: string;
  readonly filter: InspectorView["filter"];
  readonly problem: string | undefined;
}

export async function buildView(world: World, asked: Asked): Promise<InspectorView> {
  const state = await stateView(world);
  const names = new Map(state.apps.map(({ clientId, name }) => [clientId, name]));
  const appName = (clientId: string) => names.get(clientId) ?? clientId;
  const stories = storiesOf(world.log.list(), { appName, stand: standOf(state) }).filter(
    ({ steps }) => asked.filter === "all" || steps.some(({ tone }) => tone === "bad"),
  );
  return {
    ...asked,
    profile: state.profile,
    url: state.url,
    clock: clockOf(world),
    stories: stories.slice(0, mostStories),
    olderStories: Math.max(0, stories.length - mostStories),
    operations: orderable,
    faults: state.faults.map((fault) => ({
      id: fault.id,
      target: fault.operation ?? "any request",
      does: fault.does,
      left: fault.left === undefined ? "until removed" : fault.left === 1 ? "once" : `${fault.left} times`,
    })),
    apps: state.apps.slice(0, mostRows).map((app) => ({ ...app, scopes: app.scopes.join(" ") })),
    accounts: state.accounts.slice(0, mostRows).map((account) => accountRow(state, account, appName)),
    families: state.families.slice(0, mostRows).map((family) => familyRow(family, appName)),
    letters: world.outbox
      .emails()
      .slice(-mostRows)
      .map((email) => ({ ...email, time: shortTime(email.time) })),
    events: world.outbox.events().slice(-mostRows).map(eventView).map(eventRow),
  };
}

/** What a developer most often lets fail comes first. */
const orderable = ["oauthTokenGenerate", "oauthTokenRefresh", "accountGet", "accountCreate"].concat(
  operations.filter((name) =>
    /^(authorize|authorizeDecide|accountUpdate|accountVerify|revoke|introspect)$/.test(name),
  ),
);

function clockOf(world: World): InspectorView["clock"] {
  const { now, frozen, offset } = world.timeline.clock.state();
  const text = iso(now);
  const ahead = `${inWords(offset)} ${offset < 0 ? "behind" : "ahead of"} this machine`;
  return {
    date: new Date(now).toUTCString().slice(0, 16),
    time: `${text.slice(11, 19)} UTC`,
    frozen,
    offset: frozen
      ? "It stands still."
      : Math.abs(offset) < 500
        ? "As this machine’s."
        : `It runs, ${ahead}.`,
  };
}

function standOf(state: StateView): (flow: string) => { tone: Tone; stand: string } | undefined {
  return (flow) => {
    const families = state.families.filter((family) => family.flow === flow);
    if (families.length === 0) return undefined;
    return families.some((family) => family.state === "live")
      ? { tone: "good", stand: "The app has access" }
      : { tone: "bad", stand: "Access was taken back" };
  };
}

function accountRow(
  state: StateView,
  account: StateView["accounts"][number],
  appName: (clientId: string) => string,
): AccountRow {
  const words = [account.confirmed ? "" : "not confirmed", account.locked ? "locked" : ""];
  return {
    ...account,
    state: words.filter((word) => word !== "").join(", "),
    grants: state.grants
      .filter((grant) => grant.account === account.email)
      .map(({ clientId, createdAt }) => ({
        clientId,
        app: appName(clientId),
        since: shortTime(Date.parse(createdAt)),
      })),
  };
}

const familyStates: Readonly<Record<FamilyStateView["state"], readonly [string, Tone]>> = {
  live: ["live", "good"],
  revoked: ["revoked", "bad"],
  grant_revoked: ["grant taken back", "bad"],
};

function familyRow(family: FamilyStateView, appName: (clientId: string) => string): FamilyRow {
  const [state, tone] = familyStates[family.state];
  return {
    id: family.id,
    app: appName(family.clientId),
    account: family.account,
    state,
    tone,
    live: family.state === "live",
    generation: family.generation,
    created: shortTime(Date.parse(family.createdAt)),
  };
}

const eventTones: Readonly<Record<EventView["state"], readonly [string, Tone]>> = {
  pending: ["waiting for the next attempt", "note"],
  received: ["received", "good"],
  given_up: ["given up", "bad"],
  not_sent: ["not sent", "bad"],
};

function eventRow(event: EventView): EventRow {
  const [state, tone] = eventTones[event.state];
  const next = event.nextAttemptAt && `next attempt ${shortTime(Date.parse(event.nextAttemptAt))}`;
  return {
    type: event.type,
    account: event.account,
    url: event.url ?? "",
    tone,
    state: event.problem ? `${state}: ${event.problem}` : (next ?? state),
    attempts: event.attempts.map(
      ({ time, status, problem }) =>
        `${shortTime(Date.parse(time))}: ${problem ?? "received"}${problem && status ? ` (${status})` : ""}`,
    ),
  };
}
