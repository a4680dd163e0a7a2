/** Logging in with e-mail address and password, and the session that follows. */
import { hashed } from "../crypto/compare.js";
import { spendPasswordCheck, verifyPassword } from "../crypto/passwords.js";
import type { Account, SessionView, Storage } from "../storage/storage.js";

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

/** Starts a session and returns the value of its cookie. Only a hash of it is stored. */
export async function startSession(
  deps: { storage: Pick<Storage, "createSession">; now: () => number; randomBytes: (n: number) => Buffer },
  account: Account,
): Promise<string> {
  const value = deps.randomBytes(32).toString("base64url");
  const authenticatedAt = deps.now();
  await deps.storage.createSession({
    hash: hashed(value),
    accountId: account.id,
    authenticatedAt,
    expiresAt: authenticatedAt + sessionSeconds * 1000,
  });
  return value;
}

/** Returns the live session of a cookie value. A locked account has none. */
export async function sessionOf(
  storage: Pick<Storage, "findSession">,
  cookie: string | undefined,
  now: number,
): Promise<SessionView | undefined> {
  if (cookie === undefined) return undefined;
  const view = await storage.findSession(hashed(cookie), now);
  return view?.account.locked ? undefined : view;
}
