/** Logging in with e-mail address and password, and the session that follows. */

import { equalSecrets, hashed } from "../crypto/compare.js";
import { spendPasswordCheck, verifyPassword } from "../crypto/passwords.js";
import type { Account, SessionView } from "../storage/port/records.js";
import type { Storage } from "../storage/port/storage.js";

/** How long a session lasts, in seconds. */
export const sessionSeconds = 14 * 86_400;

/** Returns the account if the password is right. Takes as long where there is no such account (RFC 6819 §4.4.1.9). */
export async function checkLogin(
  storage: Pick<Storage, "findAccountByEmail">,
  email: string,
  password: string,
): Promise<Account | undefined> {
  const account = await storage.findAccountByEmail(email);
  const right =
    account?.passwordHash === undefined
      ? await spendPasswordCheck(password)
      : await verifyPassword(account.passwordHash, password);
  return right && account && !account.locked ? account : undefined;
}

/**
 * A cookie value is 43 random characters, of which only a hash is stored, and 22 that bind it to the password of its
 * time: a session does not outlive a change of password.
 */
const randomCharacters = 43;
const binding = (random: string, account: Account) =>
  hashed(`${random}|${account.passwordHash ?? ""}`).slice(0, 22);

/** Returns what the session of a cookie value is stored under. */
export function sessionHash(cookie: string): string {
  return hashed(cookie.slice(0, randomCharacters));
}

/** Starts a session and returns the value of its cookie. */
export async function startSession(
  deps: { storage: Pick<Storage, "createSession">; now: () => number; randomBytes: (n: number) => Buffer },
  account: Account,
): Promise<string> {
  const value = deps.randomBytes(32).toString("base64url");
  const authenticatedAt = deps.now();
  await deps.storage.createSession({
    hash: sessionHash(value),
    accountId: account.id,
    authenticatedAt,
    expiresAt: authenticatedAt + sessionSeconds * 1000,
  });
  return value + binding(value, account);
}

/** Returns the live session of a cookie value. A locked account has none, nor one whose password has changed since. */
export async function sessionOf(
  storage: Pick<Storage, "findSession">,
  cookie: string | undefined,
  now: number,
): Promise<SessionView | undefined> {
  if (cookie === undefined) return undefined;
  const view = await storage.findSession(sessionHash(cookie), now);
  if (view === undefined || view.account.locked) return undefined;
  const bound = binding(cookie.slice(0, randomCharacters), view.account);
  return equalSecrets(cookie.slice(randomCharacters), bound) ? view : undefined;
}
