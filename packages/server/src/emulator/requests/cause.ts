/** Why a token family ended: three things that look alike to the caller, and are not. */

import type { HttpContext } from "../../http/context.js";
import type { FamilyView } from "../../storage/port/records.js";
import type { Flows } from "./flows.js";
import type { RequestRecord } from "./record.js";
import type { RequestLog } from "./request-log.js";

export type End = "replaced" | "code_reuse" | "revoked";

export interface Cause {
  readonly end: End;
  readonly at: number;
  /** The request that ended it, where the log still has it. */
  readonly number: number | undefined;
}

/** Most families of one app that are looked through. */
const mostFamilies = 1000;

export interface CauseDeps {
  readonly context: HttpContext;
  readonly log: RequestLog;
  readonly flows: Flows;
}

/** Returns why the family is over; undefined while it is not. */
export async function causeOf(deps: CauseDeps, familyId: string): Promise<Cause | undefined> {
  const { storage } = deps.context;
  const view = await storage.findFamily(familyId).catch(() => undefined);
  if (view === undefined) return undefined;
  const siblings = await storage.listFamilies(view.app.clientId, mostFamilies);
  return endOf(view, siblings, deps);
}

export function endOf(
  view: FamilyView,
  siblings: readonly FamilyView[],
  { log, flows }: Pick<CauseDeps, "log" | "flows">,
): Cause | undefined {
  const at = view.family.revokedAt ?? view.grant.revokedAt;
  if (at === undefined) return undefined;
  const flow = flows.find([`family:${view.family.id}`]);
  const then = log.list().filter((record) => record.time <= at && at - record.time < slackMilliseconds);
  const reuse = then.find(({ reason, flow: story }) => reason === "code_used" && story === flow);
  if (reuse) return { end: "code_reuse", at, number: reuse.number };
  const newer = siblings.find(
    ({ family, account }) =>
      family.id !== view.family.id && account.id === view.account.id && family.createdAt === at,
  );
  if (newer) {
    const story = flows.find([`family:${newer.family.id}`]);
    const exchange = then.find((record) => record.flow === story && made.test(record.operation));
    return { end: "replaced", at, number: exchange?.number };
  }
  return { end: "revoked", at, number: then.find(isRevocation)?.number };
}

/** A request arrives a little before what it does is written down. */
const slackMilliseconds = 2000;
const made = /^(oauthTokenGenerate|accountCreate)$/;

function isRevocation({ operation, reason }: RequestRecord): boolean {
  return reason === undefined && /^(revoke|connectedAppsRevoke)$/.test(operation);
}
