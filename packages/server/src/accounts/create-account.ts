/** Making an account. */

import { hashPassword } from "../crypto/passwords.js";
import { type Account, mostEmailCharacters } from "../storage/port/records.js";
import type { Storage } from "../storage/port/storage.js";

export interface NewAccount {
  readonly email: string;
  readonly password: string | undefined;
  readonly confirmed: boolean;
  readonly locale?: string;
  readonly createdByClient?: string;
}

export interface AccountDeps {
  readonly storage: Pick<Storage, "createAccount">;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

/** Returns the account made, or undefined if the e-mail address is taken. */
export async function createAccount(deps: AccountDeps, wanted: NewAccount): Promise<Account | undefined> {
  const now = deps.now();
  const account: Account = {
    id: deps.randomBytes(20).toString("hex"),
    email: wanted.email,
    passwordHash: wanted.password === undefined ? undefined : await hashPassword(wanted.password),
    createdAt: now,
    confirmedAt: wanted.confirmed ? now : undefined,
    locked: false,
    locale: wanted.locale ?? "en-US",
    callbackUrl: undefined,
    createdByClient: wanted.createdByClient,
  };
  return (await deps.storage.createAccount(account)) === "created" ? account : undefined;
}

/** Returns what is wrong with an email address, or undefined if nothing is. */
export function faultInEmail(email: string): string | undefined {
  if (email.length > mostEmailCharacters)
    return `an email address has at most ${mostEmailCharacters} characters`;
  return /^[^\s@<>"\\]+@[^\s@<>"\\]+$/.test(email) && [...email].every((c) => c > " ")
    ? undefined
    : "it is not an email address";
}
