/** Finding what a control request names. */

import type { HttpContext } from "../../http/context.js";
import { openAccessToken, openRefreshToken } from "../../oauth/tokens/opaque.js";
import type { Account, App } from "../../storage/port/records.js";
import { ControlFault, type Fields } from "./fields.js";

/** Most families of one app that are looked through. */
const mostFamilies = 10_000;

/** @param name email address or id. @throws {ControlFault} 404 */
export async function findAccount({ storage }: HttpContext, name: string): Promise<Account> {
  const account = (await storage.findAccountByEmail(name)) ?? (await storage.findAccount(name));
  if (account) return account;
  throw new ControlFault(`No account has the email address or id ${name}`, "account", 404);
}

/** @throws {ControlFault} 404 */
export async function findApp({ storage }: HttpContext, clientId: string): Promise<App> {
  const app = await storage.findApp(clientId);
  if (app) return app;
  throw new ControlFault(`No app has the client_id ${clientId}`, "client_id", 404);
}

export const familyKeys = ["access_token", "refresh_token", "family", "account", "client_id"] as const;

/** Returns the ids of the live families that are meant: by a token, by id, or by account and app. @throws {ControlFault} */
export async function findFamilies(context: HttpContext, fields: Fields): Promise<string[]> {
  const token = fields.optionalText("access_token") ?? fields.optionalText("refresh_token");
  if (token !== undefined) return [familyOfToken(context, token)];
  const family = fields.optionalText("family");
  if (family !== undefined) {
    const found = /^[0-9a-f]{32}$/.test(family) && (await context.storage.findFamily(family));
    if (!found) throw new ControlFault("There is no such token family", "family", 404);
    return [family];
  }
  if (!fields.has("account"))
    throw new ControlFault(`Name one by ${familyKeys.slice(0, 3).join(", ")}, or by account and client_id`);
  const account = await findAccount(context, fields.text("account"));
  const app = await findApp(context, fields.text("client_id"));
  const views = await context.storage.listFamilies(app.clientId, mostFamilies);
  return views
    .filter((view) => view.account.id === account.id && view.family.revokedAt === undefined)
    .map((view) => view.family.id);
}

function familyOfToken({ ring }: HttpContext, token: string): string {
  const opened = openAccessToken(ring, token) ?? openRefreshToken(ring, token);
  if (opened) return opened.familyId;
  throw new ControlFault("This emulator did not make the token", "access_token", 404);
}
