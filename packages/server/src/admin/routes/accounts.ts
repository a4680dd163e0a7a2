/** `/admin/v1/accounts`, `/admin/v1/families`: what is an account's. */

import {
  accountNamed,
  addAccount,
  addKey,
  deleteAccount,
  endSessions,
  listKeys,
  revokeFamily,
  revokeGrant,
  revokeKey,
  setLocked,
  setPassword,
} from "../acts/accounts.js";
import { exportAccount } from "../acts/lists.js";
import type { AdminContext } from "../context.js";
import { flagIn, objectOf, refuse } from "../fields.js";
import { accountView } from "../views.js";
import type { Call, Route } from "./route.js";

export function accountRoutes(route: Route, context: AdminContext): void {
  const one = async (name: string) => ({ account: accountView(await accountNamed(context, name)) });
  route("POST", "/accounts", async ({ actor, body, reply }) => {
    const given = objectOf(body, ["email", "password"]);
    const account = await addAccount(context, actor, textOf(given, "email"), textOf(given, "password"));
    reply.code(201);
    return { account: accountView(account) };
  });
  route("GET", "/accounts/:account", ({ part }) => one(part("account")));
  route("PATCH", "/accounts/:account", async (call) => {
    await change(context, call);
    return one(call.part("account"));
  });
  route("DELETE", "/accounts/:account", async ({ actor, part }) => ({
    account: accountView(await deleteAccount(context, actor, part("account"))),
  }));
  route("GET", "/accounts/:account/export", ({ part }) => exportAccount(context, part("account")));
  route("GET", "/accounts/:account/keys", async ({ part }) => ({
    keys: await listKeys(context, part("account")),
  }));
  route("POST", "/accounts/:account/keys", async ({ actor, body, part, reply }) => {
    objectOf(body, []);
    const key = await addKey(context, actor, part("account"));
    reply.code(201);
    return { key };
  });
  route("DELETE", "/accounts/:account/keys/:beginning", async ({ actor, part }) => {
    await revokeKey(context, actor, part("account"), part("beginning"));
    return { revoked: true };
  });
  route("DELETE", "/accounts/:account/sessions", async ({ actor, part }) => ({
    ended: await endSessions(context, actor, part("account")),
  }));
  route("DELETE", "/accounts/:account/grants/:client_id", async ({ actor, part }) => {
    await revokeGrant(context, actor, part("account"), part("client_id"));
    return { revoked: true };
  });
  route("DELETE", "/families/:family", async ({ actor, part }) => {
    await revokeFamily(context, actor, part("family"));
    return { revoked: true };
  });
}

async function change(context: AdminContext, { actor, body, part }: Call): Promise<void> {
  const given = objectOf(body, ["locked", "password"]);
  const locked = flagIn(given, "locked");
  if (given.password !== undefined)
    await setPassword(context, actor, part("account"), textOf(given, "password"));
  if (locked !== undefined) await setLocked(context, actor, part("account"), locked);
}

/** A password may hold anything, so only its type is looked at. */
function textOf(given: Readonly<Record<string, unknown>>, key: string): string {
  if (typeof given[key] !== "string") refuse(key, "must be a text");
  return given[key] as string;
}
