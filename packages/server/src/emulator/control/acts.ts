/** What can be done to an emulator, as the control API and the inspector both do it. */

import { confirmAccount } from "../../accounts/sign-up.js";
import { faultInCallbackUrl } from "../../oauth/authorize/redirect-uri.js";
import type { Profile } from "../../oauth/profile/profile.js";
import { faultInAppScopes } from "../../oauth/scope.js";
import type { AppChanges } from "../../storage/port/acts.js";
import type { App } from "../../storage/port/records.js";
import { faultInEventUrl } from "../outbox/event-url.js";
import type { World } from "../state/world.js";
import { latestTime } from "../time/duration.js";
import { ControlFault, type Fields } from "./fields.js";
import { findAccount, findApp, findFamilies } from "./find.js";

export const clockKeys = ["advance", "set", "freeze", "unfreeze", "reset"] as const;

/** @throws {ControlFault} unless exactly one thing is asked for; `freeze` may also be a time to stand still at. */
export async function moveClock(world: World, fields: Fields): Promise<void> {
  const asked = clockKeys.filter((key) => fields.has(key));
  if (asked.length !== 1) throw new ControlFault(`Name one of ${clockKeys.join(", ")}`, "advance");
  const { timeline } = world;
  switch (asked[0]) {
    case "advance":
      return timeline.advance(checkedStep(world, fields.duration("advance")));
    case "set":
      return timeline.moveTo(fields.time("set"));
    case "freeze":
      return fields.raw("freeze") === true ? timeline.freeze() : timeline.freezeAt(fields.time("freeze"));
    case "unfreeze":
      return timeline.unfreeze();
    case "reset":
      timeline.clock.reset();
      return timeline.advance(0);
  }
}

/** @throws {ControlFault} when the clock would leave the years that can be written down. */
function checkedStep({ timeline }: World, milliseconds: number): number {
  if (timeline.clock.now() + milliseconds <= latestTime) return milliseconds;
  throw new ControlFault("The clock goes to the end of the year 9999 at most", "advance");
}

/** Ends the access tokens made so far; refresh tokens stay. Returns how many families it was about. */
export async function expireTokens(world: World, fields: Fields): Promise<number> {
  const families = await findFamilies(world.context, fields);
  // A token made in this millisecond is to end, and one made by a refresh right after is not.
  await world.timeline.advance(1);
  for (const id of families) await world.context.storage.endAccessTokens(id, world.context.now());
  return families.length;
}

/** Ends both tokens. Returns how many families it was about. */
export async function revokeTokens(world: World, fields: Fields): Promise<number> {
  const families = await findFamilies(world.context, fields);
  for (const id of families) await world.context.storage.revokeFamily(id, world.context.now());
  return families.length;
}

/** Takes an app's access back, as the account's owner would. Returns whether there was any. @throws {ControlFault} */
export async function revokeGrant(world: World, fields: Fields): Promise<boolean> {
  const { context } = world;
  const account = await findAccount(context, fields.text("account"));
  const app = await findApp(context, fields.text("client_id"));
  const who = { clientId: app.clientId, accountId: account.id };
  const revoked = await context.storage.revokeGrant(account.id, app.clientId, context.now());
  if (revoked) context.audit("grant_revoked", who);
  return revoked;
}

export const appKeys = [
  "name",
  "approved",
  "scopes",
  "callback_urls",
  "event_callback_url",
  "require_client_credentials_on_refresh",
  "refresh_tokens",
] as const;

/** Changes an app. A change of scopes ends every authorization of it. @throws {ControlFault} */
export async function changeApp(
  world: World,
  clientId: string,
  fields: Fields,
): Promise<{ app: App; grantsRevoked: number }> {
  const { context } = world;
  const app = await findApp(context, clientId);
  const outcome = await context.storage.updateApp(
    clientId,
    readAppChanges(context.profile, app, fields),
    context.now(),
  );
  return { app: await findApp(context, clientId), grantsRevoked: outcome?.grantsRevoked ?? 0 };
}

function readAppChanges(profile: Profile, app: App, fields: Fields): AppChanges {
  const scopes = fields.optionalTexts("scopes");
  const scopeFault = scopes && faultInAppScopes(profile, scopes);
  if (scopeFault) throw new ControlFault(scopeFault, "scopes");
  const callbackUrls = fields.optionalTexts("callback_urls");
  if (callbackUrls?.length === 0) throw new ControlFault("An app needs a callback URL", "callback_urls");
  // What a seed may have, a change may have: an emulator calls back to what runs beside it, under whatever name.
  const rules = { plainHttp: "anywhere", schemes: app.callbackSchemes } as const;
  for (const url of callbackUrls ?? []) refuseUrl("callback_urls", url, faultInCallbackUrl(url, rules));
  const eventCallbackUrl = fields.optionalText("event_callback_url");
  if (eventCallbackUrl !== undefined)
    refuseUrl("event_callback_url", eventCallbackUrl, faultInEventUrl(eventCallbackUrl));
  const changes = {
    name: fields.optionalText("name"),
    approved: fields.optionalFlag("approved"),
    scopes,
    callbackUrls,
    eventCallbackUrl,
    requireClientCredentialsOnRefresh: fields.optionalFlag("require_client_credentials_on_refresh"),
    refreshTokens: fields.optionalChoice("refresh_tokens", ["same", "rotate"]),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function refuseUrl(key: string, url: string, fault: string | undefined): void {
  if (fault) throw new ControlFault(`${url}: ${fault}`, key);
}

/** Locks or unlocks an account. @throws {ControlFault} */
export async function changeAccount(world: World, name: string, fields: Fields): Promise<void> {
  const account = await findAccount(world.context, name);
  const locked = fields.optionalFlag("locked");
  if (locked !== undefined) await world.context.storage.updateAccount(account.id, { locked });
}

/** Does what opening the link in the confirmation e-mail does. Resolves after the first attempt at the event. */
export async function confirmByLink(
  world: World,
  name: string,
  password: string | undefined,
): Promise<boolean> {
  const { context } = world;
  const account = await findAccount(context, name);
  const confirmed = await confirmAccount(context, account, password);
  if (confirmed) await world.delivery.accountConfirmed(confirmed);
  return confirmed !== undefined;
}
