/** A declared list of apps, brought about: what is missing is made, what differs is changed, the rest is left alone. */

import { equalSecrets } from "../../crypto/compare.js";
import { unsealSecret } from "../../oauth/client/authentication.js";
import type { App } from "../../storage/port/records.js";
import type { Actor } from "../actor.js";
import { changeableKeys, newAppKeys, readAppFields } from "../app-fields.js";
import type { ActContext } from "../context.js";
import { AdminFault } from "../fault.js";
import { objectOf, refuse, textIn } from "../fields.js";
import { appView } from "../views.js";
import { accountNamed } from "./accounts.js";
import { addApp, changeApp, putSecret, requireNew } from "./apps.js";

type Declared = Readonly<Record<string, unknown>>;

/** What is to be done for one app. */
export interface Step {
  readonly clientId: string;
  readonly act: "create" | "change" | "keep";
  /** Keys that differ; `client_secret` among them. */
  readonly differs: readonly string[];
}

interface Planned extends Step {
  readonly declared: Declared;
}

/** Returns what `applyApps` would do. Nothing is written. @throws {AdminFault} that names the app at fault. */
export async function planApps(context: ActContext, declared: unknown): Promise<Planned[]> {
  if (!Array.isArray(declared)) throw new AdminFault("bad_request", "apps: must be a list");
  const planned: Planned[] = [];
  for (const [index, one] of declared.entries()) {
    try {
      planned.push(await planApp(context, objectOf(one, newAppKeys)));
    } catch (error) {
      if (!(error instanceof AdminFault)) throw error;
      throw new AdminFault(error.code, `apps[${index}]: ${error.message}`);
    }
  }
  const ids = planned.map(({ clientId }) => clientId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new AdminFault("bad_request", `apps: ${twice} is listed twice`);
  return planned;
}

async function planApp(context: ActContext, declared: Declared): Promise<Planned> {
  const clientId = textIn(declared, "client_id", 200);
  if (clientId === undefined) throw new AdminFault("bad_request", "client_id: is missing");
  const found = await context.storage.findApp(clientId);
  readAppFields(context.profile, declared, found);
  const owner = await accountNamed(context, textIn(declared, "owner") ?? found?.ownerId ?? "");
  if (found === undefined) {
    requireNew(declared);
    // A secret that is made here would be seen by nobody.
    const proof = declared.client_secret ?? declared.jwks ?? (declared.public === true || undefined);
    if (proof === undefined)
      refuse("client_secret", "is missing, and there are no jwks, and the app is not public");
    return { clientId, act: "create", differs: [], declared };
  }
  if (declared.public !== undefined && declared.public !== found.public)
    refuse("public", "cannot change: make another app");
  const differs = differences(found, {
    ...declared,
    ...(declared.owner !== undefined && { owner: owner.id }),
  });
  if (secretDiffers(context, found, declared)) differs.push("client_secret");
  return { clientId, act: differs.length === 0 ? "keep" : "change", differs, declared };
}

function differences(found: App, declared: Declared): string[] {
  const view: Readonly<Record<string, unknown>> = appView(found);
  return changeableKeys.filter(
    (key) => declared[key] !== undefined && JSON.stringify(declared[key]) !== JSON.stringify(view[key]),
  );
}

function secretDiffers({ ring, now }: ActContext, found: App, declared: Declared): boolean {
  const wanted = textIn(declared, "client_secret", 200);
  if (wanted === undefined) return false;
  if (found.public || found.jwks !== undefined)
    refuse("client_secret", "an app that is public or has keys has none");
  const [newest] = found.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now());
  return newest === undefined || !equalSecrets(unsealSecret(ring, found.clientId, newest), wanted);
}

/** Brings a plan about. A changed secret overlaps with the one before. @throws {AdminFault} */
export async function applyApps(context: ActContext, actor: Actor, plan: readonly Planned[]): Promise<void> {
  for (const { clientId, act, differs, declared } of plan) {
    if (act === "create") await addApp(context, actor, declared);
    if (act !== "change") continue;
    const fields = Object.fromEntries(
      differs.filter((key) => key !== "client_secret").map((key) => [key, declared[key]]),
    );
    if (Object.keys(fields).length > 0) await changeApp(context, actor, clientId, fields);
    if (differs.includes("client_secret"))
      await putSecret(context, actor, clientId, declared.client_secret as string);
  }
}
