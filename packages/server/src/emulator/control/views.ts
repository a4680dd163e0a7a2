/** What the control API tells: the shapes that the typed client hands on as they are. Times are ISO 8601. */

import type { HttpContext } from "../../http/context.js";
import type { Account, App, FamilyView } from "../../storage/port/records.js";
import type { Fault, FaultState } from "../faults/fault.js";
import { describeFault } from "../faults/fault.js";
import type { Email, EventAttempt, OutgoingEvent } from "../outbox/outbox.js";
import type { RequestRecord } from "../requests/record.js";
import type { World } from "../state/world.js";
import type { ClockState } from "../time/clock.js";

type Timed<T, K extends keyof T> = Omit<T, K> & { readonly [Key in K]: string };

export interface ClockView {
  readonly now: string;
  readonly frozen: boolean;
  /** How far it is ahead of this machine's clock, in milliseconds. */
  readonly offset: number;
}

export type RequestView = Timed<RequestRecord, "time">;
export type EmailView = Timed<Email, "time">;

export interface EventView extends Omit<OutgoingEvent, "time" | "attempts" | "nextAttemptAt"> {
  readonly time: string;
  readonly attempts: readonly Timed<EventAttempt, "time">[];
  readonly nextAttemptAt: string | undefined;
}

export interface FaultView {
  readonly id: string;
  readonly does: string;
  readonly kind: string;
  readonly operation: string | undefined;
  readonly clientId: string | undefined;
  readonly struck: number;
  /** How often it strikes yet; undefined is until it is removed. */
  readonly left: number | undefined;
}

export interface AccountView {
  readonly id: string;
  readonly email: string;
  readonly confirmed: boolean;
  readonly locked: boolean;
  readonly locale: string;
  readonly callbackUrl: string | undefined;
  readonly createdByClient: string | undefined;
}

export interface AppView {
  readonly clientId: string;
  readonly name: string;
  readonly owner: string;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  readonly approved: boolean;
  readonly public: boolean;
  readonly refreshTokens: "same" | "rotate" | "none";
  readonly requireClientCredentialsOnRefresh: boolean;
  readonly eventCallbackUrl: string | undefined;
}

export interface GrantView {
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
}

export interface FamilyStateView {
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly state: "live" | "revoked" | "grant_revoked";
  /** How often its refresh token was rotated. */
  readonly generation: number;
  readonly createdAt: string;
  /** Whether the access tokens before some moment were expired by hand. */
  readonly accessTokensEnded: boolean;
  readonly flow: string | undefined;
}

export interface StateView {
  readonly profile: string;
  readonly url: string;
  readonly clock: ClockView;
  readonly accounts: readonly AccountView[];
  readonly apps: readonly AppView[];
  readonly grants: readonly GrantView[];
  readonly families: readonly FamilyStateView[];
  readonly faults: readonly FaultView[];
}

export const iso = (time: number): string => new Date(time).toISOString();

export function clockView({ now, frozen, offset }: ClockState): ClockView {
  return { now: iso(now), frozen, offset };
}

export function requestView(record: RequestRecord): RequestView {
  return { ...record, time: iso(record.time) };
}

export function emailView(email: Email): EmailView {
  return { ...email, time: iso(email.time) };
}

export function eventView(event: OutgoingEvent): EventView {
  return {
    ...event,
    time: iso(event.time),
    attempts: event.attempts.map((attempt) => ({ ...attempt, time: iso(attempt.time) })),
    nextAttemptAt: event.nextAttemptAt === undefined ? undefined : iso(event.nextAttemptAt),
  };
}

export function faultView(fault: Fault & Partial<FaultState>): FaultView {
  const struck = fault.struck ?? 0;
  return {
    id: fault.id,
    does: describeFault(fault),
    kind: fault.effect.kind,
    operation: fault.match.operation,
    clientId: fault.match.clientId,
    struck,
    left: fault.count === undefined ? undefined : fault.count - struck,
  };
}

/** Most rows of each kind told. */
const mostRows = 1000;

export async function stateView(world: World): Promise<StateView> {
  const { context } = world;
  const accounts = await context.storage.listAccounts(mostRows);
  const apps = await context.storage.listApps(mostRows);
  const emails = new Map(accounts.map(({ id, email }) => [id, email]));
  const families = await Promise.all(
    apps.map(({ clientId }) => context.storage.listFamilies(clientId, mostRows)),
  );
  return {
    profile: context.profile.name,
    url: context.issuer(),
    clock: clockView(world.timeline.clock.state()),
    accounts: accounts.map(accountView),
    apps: apps.map((app) => appView(app, emails.get(app.ownerId) ?? app.ownerId)),
    grants: await grantViews(context, accounts),
    families: families.flat().map((view) => familyView(world, view)),
    faults: world.faults.list().map(faultView),
  };
}

export function accountView(account: Account): AccountView {
  const { id, email, locked, locale, callbackUrl, createdByClient } = account;
  return {
    id,
    email,
    confirmed: account.confirmedAt !== undefined,
    locked,
    locale,
    callbackUrl,
    createdByClient,
  };
}

/** Names what is shown: a field that an app gets later is not told by itself. */
export function appView(app: App, owner: string): AppView {
  return {
    clientId: app.clientId,
    name: app.name,
    owner,
    callbackUrls: app.callbackUrls,
    scopes: app.scopes,
    approved: app.approved,
    public: app.public,
    refreshTokens: app.refreshTokens,
    requireClientCredentialsOnRefresh: app.requireClientCredentialsOnRefresh,
    eventCallbackUrl: app.eventCallbackUrl,
  };
}

async function grantViews({ storage }: HttpContext, accounts: readonly Account[]): Promise<GrantView[]> {
  const grants = await Promise.all(
    accounts.map(async ({ id, email }) =>
      (await storage.listGrants(id)).map(({ grant }) => ({
        account: email,
        clientId: grant.clientId,
        scopes: grant.scopes,
        createdAt: iso(grant.createdAt),
      })),
    ),
  );
  return grants.flat();
}

function familyView(world: World, { family, grant, account, app }: FamilyView): FamilyStateView {
  const state =
    family.revokedAt !== undefined ? "revoked" : grant.revokedAt !== undefined ? "grant_revoked" : "live";
  return {
    id: family.id,
    account: account.email,
    clientId: app.clientId,
    scopes: family.scopes,
    state,
    generation: family.generation,
    createdAt: iso(family.createdAt),
    accessTokensEnded: family.accessValidFrom > family.createdAt,
    flow: world.flows.find([`family:${family.id}`]),
  };
}
