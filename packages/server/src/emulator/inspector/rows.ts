/** Tokens, accounts, apps and what was sent out, as rows. */

import type { Tone } from "../../pages/parts.js";
import type { FamilyView } from "../../storage/port/records.js";
import { type EventView, eventView, type StateView } from "../control/views.js";
import type { Email, OutgoingEvent } from "../outbox/outbox.js";
import { type Cause, type End, endOf } from "../requests/cause.js";
import type { World } from "../state/world.js";
import { exactTime, momentOf } from "./moments.js";
import type { AccountRow, AppRow, EventRow, FamilyRow, InspectorView, LetterRow } from "./page/view.js";

export interface Stand {
  readonly family: string;
  readonly words: { readonly tone: Tone; readonly stand: string };
  readonly cause: Cause | undefined;
}

const ends: Readonly<Record<End, string>> = {
  replaced: "Replaced by a newer authorization",
  code_reuse: "Ended: its code was used twice",
  revoked: "Access was removed",
};

/** Most families of one app that are looked through. */
const mostFamilies = 1000;

/** Returns how each story's tokens stand, by flow. */
export async function standsOf(world: World, state: StateView): Promise<ReadonlyMap<string, Stand>> {
  const stands = new Map<string, Stand>();
  for (const { clientId } of state.apps) {
    const families = await world.context.storage.listFamilies(clientId, mostFamilies);
    for (const view of families) {
      const flow = world.flows.find([`family:${view.family.id}`]) ?? view.family.id;
      stands.set(flow, standOf(view, families, world));
    }
  }
  return stands;
}

function standOf(view: FamilyView, siblings: readonly FamilyView[], world: World): Stand {
  const cause = endOf(view, siblings, world);
  const words =
    cause === undefined
      ? { tone: "good" as const, stand: "The app has access" }
      : { tone: cause.end === "replaced" ? ("note" as const) : ("bad" as const), stand: ends[cause.end] };
  return { family: view.family.id, words, cause };
}

export function familyRows(
  state: StateView,
  stands: ReadonlyMap<string, Stand>,
  appName: (clientId: string) => string,
  now: number,
): FamilyRow[] {
  const byFamily = new Map([...stands.values()].map((stand) => [stand.family, stand]));
  const rows = state.families.map((family) => {
    const stand = byFamily.get(family.id);
    return {
      id: family.id,
      app: appName(family.clientId),
      account: family.account,
      state: stand?.cause ? stand.words.stand : "live",
      tone: stand?.words.tone ?? ("good" as const),
      live: family.state === "live",
      generation: family.generation,
      created: momentOf(Date.parse(family.createdAt), now),
      cause: stand?.cause?.number,
      at: Date.parse(family.createdAt),
    };
  });
  return rows.sort((a, b) => b.at - a.at);
}

export function accountRows(
  state: StateView,
  appName: (clientId: string) => string,
  now: number,
): AccountRow[] {
  return state.accounts.map((account) => ({
    ...account,
    state: [account.confirmed ? "" : "not confirmed", account.locked ? "locked" : ""]
      .filter((word) => word !== "")
      .join(", "),
    grants: state.grants
      .filter((grant) => grant.account === account.email)
      .map(({ clientId, createdAt }) => ({
        clientId,
        app: appName(clientId),
        since: momentOf(Date.parse(createdAt), now),
      })),
  }));
}

export function appRows(state: StateView): AppRow[] {
  return state.apps.map((app) => ({ ...app, scopes: app.scopes.join(" ") }));
}

/** The newest first, as in a mailbox. */
export function letterRows(emails: readonly Email[], now: number): LetterRow[] {
  return emails.map((email) => ({ ...email, time: momentOf(email.time, now) })).reverse();
}

export function eventRows(events: readonly OutgoingEvent[], now: number): InspectorView["events"] {
  return events.map((event) => eventRow(eventView(event), event.time, now)).reverse();
}

const eventStates: Readonly<Record<EventView["state"], readonly [string, Tone]>> = {
  pending: ["waiting for the next attempt", "note"],
  received: ["received", "good"],
  given_up: ["given up", "bad"],
  not_sent: ["not sent", "bad"],
};

export function eventRow(event: EventView, time: number, now: number): EventRow {
  const [state, tone] = eventStates[event.state];
  const next = event.nextAttemptAt && `next attempt ${momentOf(Date.parse(event.nextAttemptAt), now).ago}`;
  return {
    id: event.id,
    type: event.type,
    account: event.account,
    url: event.url ?? "",
    tone,
    state: event.problem ? `${state}: ${event.problem}` : (next ?? state),
    body: JSON.stringify(event.body, undefined, 2),
    time: momentOf(time, now),
    attempts: event.attempts.map(
      ({ time: at, status, problem }) =>
        `${exactTime(Date.parse(at))}: ${problem ?? "received"}${problem && status ? ` (${status})` : ""}`,
    ),
  };
}
