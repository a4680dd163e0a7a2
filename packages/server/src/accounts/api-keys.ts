/** API keys: looked up by a keyed MAC, kept sealed, at most four for an account, the first one primary. */

import type { KeyRing } from "../crypto/key-ring.js";
import { seal, sealNonceBytes, unseal } from "../crypto/sealed.js";
import type { Account, ApiKey } from "../storage/port/records.js";
import type { Storage } from "../storage/port/storage.js";

/** Most API keys of one account. */
export const mostApiKeys = 4;
export const apiKeySyntax = /^[0-9a-f]{64}$/;

export const apiKeyContext = (accountId: string): string => `API key:${accountId}`;

/** Returns an API key as it is stored. */
export function sealApiKey(
  ring: KeyRing,
  accountId: string,
  key: string,
  randomBytes: (n: number) => Buffer,
): ApiKey {
  const sealed = seal(ring, apiKeyContext(accountId), key, randomBytes(sealNonceBytes));
  return { lookup: ring.lookups(key)[0] as string, sealed };
}

/** Returns the account's API keys in clear, the primary one first. */
export async function apiKeysOf(
  ring: KeyRing,
  storage: Pick<Storage, "listApiKeys">,
  accountId: string,
): Promise<string[]> {
  const keys = await storage.listApiKeys(accountId);
  return keys.map((stored) => unsealApiKey(ring, accountId, stored));
}

export function unsealApiKey(ring: KeyRing, accountId: string, { sealed }: Pick<ApiKey, "sealed">): string {
  return unseal(ring, apiKeyContext(accountId), sealed);
}

/** Returns the account an API key belongs to, if it is one. */
export function accountOfApiKey(
  ring: KeyRing,
  storage: Pick<Storage, "findAccountByApiKey">,
  key: string,
): Promise<Account | undefined> {
  return storage.findAccountByApiKey(ring.lookups(key));
}
