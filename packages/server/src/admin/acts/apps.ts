/** What operators do with apps. Each act is checked whole, done, and recorded. */

import { createApp, newClientSecret, sealClientSecret } from "../../apps/create-app.js";
import { faultInGrantTypes } from "../../oauth/grant-types.js";
import { type Profile, takesSecrets } from "../../oauth/profile/profile.js";
import type { App } from "../../storage/port/records.js";
import { type Actor, recordAct } from "../actor.js";
import { type AppFields, changeableKeys, newAppKeys, readAppFields } from "../app-fields.js";
import type { ActContext } from "../context.js";
import { AdminFault } from "../fault.js";
import { flagIn, objectOf, refuse, textIn } from "../fields.js";
import { accountNamed } from "./accounts.js";

export interface AppAndSecret {
  readonly app: App;
  /** Shown this once; undefined where none was made. */
  readonly clientSecret?: string | undefined;
}

/** @throws {AdminFault} */
export async function appNamed({ storage }: ActContext, clientId: string): Promise<App> {
  const app = await storage.findApp(clientId);
  if (app === undefined) throw new AdminFault("not_found", `There is no app ${clientId}.`);
  return app;
}

/** Makes an app. With `client_id`, and `client_secret` where it has one, it is one that comes from elsewhere. @throws {AdminFault} */
export async function addApp(context: ActContext, actor: Actor, value: unknown): Promise<AppAndSecret> {
  const given = objectOf(value, newAppKeys);
  requireNew(given);
  const isPublic = flagIn(given, "public") ?? false;
  if (isPublic) checkPublic(context.profile);
  const { jwks, disabled, ...fields } = readAppFields(context.profile, given, undefined);
  if (isPublic && jwks != null) refuse("jwks", "a public app has no keys");
  refuse("grant_types", faultInGrantTypes(fields.grantTypes ?? [], isPublic));
  if (isPublic && fields.refreshTokens === "same") refuse("refresh_tokens", "a public app's are rotated");
  if (jwks == null && !takesSecrets(context.profile)) refuse("jwks", keysNeeded(context.profile));
  const owner = await accountNamed(context, textIn(given, "owner") as string);
  const made = await createApp(context, {
    callbackUrls: [],
    ...(fields as Required<Pick<AppFields, "name" | "scopes">>),
    ...importedCredentials(given, isPublic || jwks != null),
    ownerId: owner.id,
    public: isPublic,
    jwks: jwks ?? undefined,
  });
  if (made === undefined) throw new AdminFault("conflict", "The client id is taken.");
  const { clientId } = made.app;
  if (disabled) await context.storage.updateApp(clientId, { disabled }, context.now());
  await recordAct(context, actor, "app_created", { clientId, approved: made.app.approved });
  return { ...made, app: { ...made.app, disabled: disabled ?? false } };
}

const keysNeeded = ({ name }: Profile) =>
  `an app of the ${name} profile proves who it is with keys: give the public ones`;

/** @throws {AdminFault} where an app cannot be public. */
function checkPublic(profile: Profile): void {
  if (!profile.publicApps) refuse("public", keysNeeded(profile));
  if (profile.pkce === "ignored")
    refuse(
      "public",
      `the ${profile.name} profile does not bind codes by PKCE, so a public app's could be stolen`,
    );
}

/** @throws {AdminFault} unless a new app has all that it needs. */
export function requireNew(given: Readonly<Record<string, unknown>>): void {
  const grants = given.grant_types;
  // Whoever gets tokens without a browser needs no callback.
  const needsCallback = !Array.isArray(grants) || grants.length === 0;
  for (const key of ["name", "owner", ...(needsCallback ? ["callback_urls"] : []), "scopes"])
    refuse(key, given[key] === undefined ? "is missing" : undefined);
}

const shortestImported = 16;
const tooShort = `has fewer than ${shortestImported} characters: let one be made`;

function importedCredentials(given: Readonly<Record<string, unknown>>, secretless: boolean) {
  const [clientId, clientSecret] = [textIn(given, "client_id", 200), textIn(given, "client_secret", 200)];
  if (clientId !== undefined && !/^[\x21-\x7e]+$/.test(clientId))
    refuse("client_id", "must be ASCII without spaces");
  if (clientSecret === undefined) return { clientId };
  if (secretless) refuse("client_secret", "an app that is public or has keys has none");
  if (clientId === undefined) refuse("client_secret", "goes with a client_id");
  if (clientSecret.length < shortestImported) refuse("client_secret", tooShort);
  return { clientId, clientSecret };
}

/** Changes the fields that are given. A change of scopes revokes the app's grants. @throws {AdminFault} */
export async function changeApp(
  context: ActContext,
  actor: Actor,
  clientId: string,
  value: unknown,
): Promise<AppAndSecret & { readonly grantsRevoked: number }> {
  const given = objectOf(value, changeableKeys);
  const before = await appNamed(context, clientId);
  const { jwks, ...fields } = readAppFields(context.profile, given, before);
  const owner = textIn(given, "owner");
  const keys = keyChanges(context, before, jwks);
  const changes = {
    ...fields,
    ...keys.changes,
    ...(owner !== undefined && { ownerId: (await accountNamed(context, owner)).id }),
  };
  const done = await context.storage.updateApp(clientId, changes, context.now());
  if (done === undefined) throw new AdminFault("not_found", `There is no app ${clientId}.`);
  const what = { changed: Object.keys(given).join(" "), grantsRevoked: done.grantsRevoked };
  await recordAct(context, actor, "app_changed", { clientId, ...what, ...switches(given) });
  return { app: await appNamed(context, clientId), clientSecret: keys.secret, ...done };
}

/** What an auditor looks for is in the event itself. */
function switches({ approved, disabled }: Readonly<Record<string, unknown>>) {
  return {
    ...(approved !== undefined && { approved: approved as boolean }),
    ...(disabled !== undefined && { disabled: disabled as boolean }),
  };
}

/** One way of authentication for each app (RFC 6749 §2.3): keys take the secrets' place, and a secret the keys'. */
function keyChanges(context: ActContext, before: App, jwks: string | null | undefined) {
  if (jwks === undefined) return { changes: {}, secret: undefined };
  if (jwks !== null) return { changes: { jwks, secrets: [] }, secret: undefined };
  if (before.jwks === undefined) return { changes: {}, secret: undefined };
  const secret = newClientSecret(context);
  const secrets = [sealClientSecret(context, before.clientId, secret)];
  return { changes: { jwks: undefined, secrets }, secret };
}

/** Longest overlap of two client secrets, in hours: a year. */
export const longestOverlapHours = 8784;
export const usualOverlapHours = 24;

/** Gives the app another secret; the live ones work for `overlapHours` more, which lets every node of it change over. @throws {AdminFault} */
export async function rotateSecret(
  context: ActContext,
  actor: Actor,
  clientId: string,
  overlapHours: number,
): Promise<AppAndSecret> {
  const app = await appNamed(context, clientId);
  refuseSecretless(app);
  const clientSecret = newClientSecret(context);
  return { app: await addSecret(context, actor, app, clientSecret, overlapHours), clientSecret };
}

/** Gives the app a secret that was chosen elsewhere, as `rotateSecret` does. @throws {AdminFault} */
export async function putSecret(
  context: ActContext,
  actor: Actor,
  clientId: string,
  secret: string,
): Promise<void> {
  const app = await appNamed(context, clientId);
  refuseSecretless(app);
  if (secret.length < shortestImported) refuse("client_secret", tooShort);
  await addSecret(context, actor, app, secret, usualOverlapHours);
}

async function addSecret(
  context: ActContext,
  actor: Actor,
  app: App,
  secret: string,
  overlapHours: number,
): Promise<App> {
  const { clientId } = app;
  const now = context.now();
  const until = now + overlapHours * 3_600_000;
  const secrets = [sealClientSecret(context, clientId, secret), ...liveUntil(app, now, until)];
  await context.storage.updateApp(clientId, { secrets }, now);
  await recordAct(context, actor, "client_secret_rotated", { clientId, overlapHours });
  return { ...app, secrets };
}

/** Ends all secrets of the app but the newest, now. Returns how many ended. @throws {AdminFault} */
export async function expireOldSecrets(context: ActContext, actor: Actor, clientId: string): Promise<number> {
  const app = await appNamed(context, clientId);
  refuseSecretless(app);
  const now = context.now();
  const ended = liveUntil(app, now, now).length - 1;
  await context.storage.updateApp(clientId, { secrets: app.secrets.slice(0, 1) }, now);
  await recordAct(context, actor, "client_secrets_expired", { clientId, ended });
  return ended;
}

function refuseSecretless({ clientId, public: isPublic, jwks }: App): void {
  if (isPublic) throw new AdminFault("conflict", `${clientId} is public: it has no client_secret.`);
  if (jwks !== undefined)
    throw new AdminFault("conflict", `${clientId} signs in with its keys: it has no client_secret.`);
}

function liveUntil(app: App, now: number, until: number): App["secrets"] {
  const live = app.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  return live.map((secret) => ({ ...secret, expiresAt: Math.min(secret.expiresAt ?? until, until) }));
}

/** Deletes the app with every grant, family and code under it. @throws {AdminFault} */
export async function deleteApp(
  context: ActContext,
  actor: Actor,
  clientId: string,
): Promise<{ readonly grantsRevoked: number }> {
  const gone = await context.storage.deleteApp(clientId);
  if (gone === undefined) throw new AdminFault("not_found", `There is no app ${clientId}.`);
  await recordAct(context, actor, "app_deleted", { clientId, ...gone });
  return gone;
}
