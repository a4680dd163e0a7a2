/** What operators do with accounts, their keys, sessions, grants and families. */

import { apiKeysOf, mostApiKeys, sealApiKey } from "../../accounts/api-keys.js";
import { createAccount, faultInEmail } from "../../accounts/create-account.js";
import { shortestPassword } from "../../accounts/sign-up.js";
import { hashPassword, mostPasswordCharacters } from "../../crypto/passwords.js";
import type { Account } from "../../storage/port/records.js";
import { type Actor, recordAct } from "../actor.js";
import type { ActContext } from "../context.js";
import { AdminFault } from "../fault.js";
import { refuse } from "../fields.js";

/** Returns the account of an e-mail address or an id. @throws {AdminFault} */
export async function accountNamed({ storage }: ActContext, name: string): Promise<Account> {
  const found = name.includes("@") ? await storage.findAccountByEmail(name) : await storage.findAccount(name);
  if (found === undefined) throw new AdminFault("not_found", `There is no account ${name}.`);
  return found;
}

/** @throws {AdminFault} */
export async function addAccount(
  context: ActContext,
  actor: Actor,
  email: string,
  password: string,
): Promise<Account> {
  refuse("email", faultInEmail(email));
  refuse("password", faultInPassword(password));
  const account = await createAccount(context, { email, password, confirmed: true });
  if (account === undefined) throw new AdminFault("conflict", `There is already an account ${email}.`);
  await recordAct(context, actor, "account_created", { accountId: account.id });
  return account;
}

function faultInPassword(password: string): string | undefined {
  if (password.length < shortestPassword) return `must have at least ${shortestPassword} characters`;
  return password.length > mostPasswordCharacters
    ? `has more than ${mostPasswordCharacters} characters`
    : undefined;
}

/** A change of password ends the account's sessions. @throws {AdminFault} */
export async function setPassword(
  context: ActContext,
  actor: Actor,
  name: string,
  password: string,
): Promise<Account> {
  const account = await accountNamed(context, name);
  refuse("password", faultInPassword(password));
  await context.storage.updateAccount(account.id, { passwordHash: await hashPassword(password) });
  await recordAct(context, actor, "account_password_set", { accountId: account.id });
  return account;
}

/** A locked account has no sessions and no tokens; unlocking gives them back. @throws {AdminFault} */
export async function setLocked(
  context: ActContext,
  actor: Actor,
  name: string,
  locked: boolean,
): Promise<Account> {
  const account = await accountNamed(context, name);
  await context.storage.updateAccount(account.id, { locked });
  await recordAct(context, actor, locked ? "account_locked" : "account_unlocked", { accountId: account.id });
  return { ...account, locked };
}

/** @throws {AdminFault} */
export async function deleteAccount(context: ActContext, actor: Actor, name: string): Promise<Account> {
  const account = await accountNamed(context, name);
  const gone = await context.storage.deleteAccount(account.id);
  if (gone.outcome === "owns_apps")
    throw new AdminFault(
      "conflict",
      `${name} owns ${gone.apps} app${gone.apps === 1 ? "" : "s"}: give each another owner, or delete it, first.`,
    );
  await recordAct(context, actor, "account_deleted", { accountId: account.id });
  return account;
}

export interface KeyView {
  /** Enough to recognise it by. */
  readonly beginning: string;
  readonly primary: boolean;
}

/** @throws {AdminFault} */
export async function listKeys(context: ActContext, name: string): Promise<KeyView[]> {
  const { id } = await accountNamed(context, name);
  const keys = await apiKeysOf(context.ring, context.storage, id);
  return keys.map((key, index) => ({ beginning: key.slice(0, 6), primary: index === 0 }));
}

/** Returns the key, shown this once. @throws {AdminFault} */
export async function addKey(context: ActContext, actor: Actor, name: string): Promise<string> {
  const { id } = await accountNamed(context, name);
  const keys = await apiKeysOf(context.ring, context.storage, id);
  if (keys.length >= mostApiKeys)
    throw new AdminFault("conflict", `${name} has ${mostApiKeys} API keys, which is the maximum.`);
  const made = context.randomBytes(32).toString("hex");
  await keepKeys(context, id, [...keys, made]);
  await recordAct(context, actor, "api_key_created", { accountId: id });
  return made;
}

/** @param beginning the first characters of the key, as many as tell it from the others. @throws {AdminFault} */
export async function revokeKey(
  context: ActContext,
  actor: Actor,
  name: string,
  beginning: string,
): Promise<void> {
  const { id } = await accountNamed(context, name);
  const keys = await apiKeysOf(context.ring, context.storage, id);
  const meant = keys.filter((key) => key.startsWith(beginning));
  if (beginning.length < 4 || meant.length === 0)
    throw new AdminFault("not_found", `${name} has no API key that begins with ${beginning}.`);
  if (meant.length > 1)
    throw new AdminFault("conflict", "Several API keys begin like this: write more of it.");
  await keepKeys(
    context,
    id,
    keys.filter((key) => key !== meant[0]),
  );
  await recordAct(context, actor, "api_key_revoked", { accountId: id });
}

async function keepKeys({ storage, ring, randomBytes }: ActContext, id: string, keys: readonly string[]) {
  await storage.setApiKeys(
    id,
    keys.map((key) => sealApiKey(ring, id, key, randomBytes)),
  );
}

/** Ends the account's sessions; returns how many. @throws {AdminFault} */
export async function endSessions(context: ActContext, actor: Actor, name: string): Promise<number> {
  const { id } = await accountNamed(context, name);
  const ended = await context.storage.deleteSessionsOf(id);
  await recordAct(context, actor, "sessions_ended", { accountId: id, ended });
  return ended;
}

/** @throws {AdminFault} */
export async function revokeGrant(
  context: ActContext,
  actor: Actor,
  name: string,
  clientId: string,
): Promise<void> {
  const { id } = await accountNamed(context, name);
  if (!(await context.storage.revokeGrant(id, clientId, context.now())))
    throw new AdminFault("not_found", `${name} has no live grant to ${clientId}.`);
  await recordAct(context, actor, "grant_revoked", { clientId, accountId: id });
}

/** @throws {AdminFault} */
export async function revokeFamily(context: ActContext, actor: Actor, family: string): Promise<void> {
  const view = await context.storage.findFamily(family);
  if (view === undefined) throw new AdminFault("not_found", `There is no token family ${family}.`);
  await context.storage.revokeFamily(family, context.now());
  const who = { clientId: view.app.clientId, accountId: view.account.id };
  await recordAct(context, actor, "family_revoked", { ...who, family });
}
