/** Applying a seed: what it names is made or brought to what it says; everything else stays. Idempotent. */

import { apiKeysOf, sealApiKey } from "../../accounts/api-keys.js";
import { createAccount } from "../../accounts/create-account.js";
import { createApp, sealClientSecret } from "../../apps/create-app.js";
import type { KeyRing } from "../../crypto/key-ring.js";
import { hashPassword, verifyPassword } from "../../crypto/passwords.js";
import { unsealSecret } from "../../oauth/client/authentication.js";
import type { AppChanges } from "../../storage/port/acts.js";
import { type Account, type App, emailKey } from "../../storage/port/records.js";
import type { Storage } from "../../storage/port/storage.js";
import { type Seed, type SeedAccount, type SeedApp, SeedFault } from "./seed.js";

export interface SeedDeps {
  readonly storage: Storage;
  readonly ring: KeyRing;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

/** @throws {SeedFault} when an API key belongs to another account. */
export async function applySeed(deps: SeedDeps, seed: Seed): Promise<void> {
  for (const account of seed.accounts) await applyAccount(deps, account);
  for (const app of seed.apps) await applyApp(deps, app);
}

/** Most accounts and apps looked through. */
const mostRows = 10_000;

/** Returns the e-mail addresses and client ids that the seed does not name. */
export async function keptBeside(
  storage: Pick<Storage, "listAccounts" | "listApps">,
  seed: Seed,
): Promise<{ accounts: string[]; apps: string[] }> {
  const emails = new Set(seed.accounts.map(({ email }) => emailKey(email)));
  const clientIds = new Set(seed.apps.map(({ clientId }) => clientId));
  const accounts = (await storage.listAccounts(mostRows)).map(({ email }) => email);
  const apps = (await storage.listApps(mostRows)).map(({ clientId }) => clientId);
  return {
    accounts: accounts.filter((email) => !emails.has(emailKey(email))),
    apps: apps.filter((clientId) => !clientIds.has(clientId)),
  };
}

async function applyAccount(deps: SeedDeps, wanted: SeedAccount): Promise<void> {
  const { storage, ring } = deps;
  const found = await storage.findAccountByEmail(wanted.email);
  const account =
    found ??
    ((await createAccount(deps, {
      email: wanted.email,
      password: wanted.password,
      confirmed: true,
    })) as Account);
  if (found && wanted.password !== undefined && !(await hasPassword(found, wanted.password))) {
    await storage.updateAccount(found.id, { passwordHash: await hashPassword(wanted.password) });
  }
  const before = found ? await apiKeysOf(ring, storage, found.id) : [];
  if (before.join() === wanted.apiKeys.join()) return;
  const keys = wanted.apiKeys.map((key) => sealApiKey(ring, account.id, key, deps.randomBytes));
  if ((await storage.setApiKeys(account.id, keys)) === "key_taken") {
    throw new SeedFault("the seed", [
      `accounts: ${wanted.email}: one of its api_keys belongs to another account, kept from an earlier run; --fresh drops those`,
    ]);
  }
}

async function hasPassword(account: Account, password: string): Promise<boolean> {
  return account.passwordHash !== undefined && (await verifyPassword(account.passwordHash, password));
}

async function applyApp(deps: SeedDeps, wanted: SeedApp): Promise<void> {
  const owner = (await deps.storage.findAccountByEmail(wanted.owner)) as Account;
  const found = await deps.storage.findApp(wanted.clientId);
  const { owner: _email, clientSecret, ...rest } = wanted;
  if (found === undefined) {
    await createApp(deps, { ...rest, ownerId: owner.id, clientSecret });
    return;
  }
  const { clientId, ...changes } = { ...rest, ownerId: owner.id, ...secretChange(deps, found, clientSecret) };
  await deps.storage.updateApp(clientId, changes satisfies AppChanges, deps.now());
}

function secretChange(deps: SeedDeps, found: App, wanted: string | undefined): AppChanges {
  const newest = found.secrets[0];
  const before = newest && unsealSecret(deps.ring, found.clientId, newest);
  if (before === wanted) return {};
  return { secrets: wanted === undefined ? [] : [sealClientSecret(deps, found.clientId, wanted)] };
}
