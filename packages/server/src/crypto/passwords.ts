/** Passwords, hashed with argon2id (RFC 9106). Owns the parameters, the form that is hashed, and the cap on the work. */

import { loadArgon2 } from "./argon2.js";

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** A login costs 11 ms of a core: more than this many at once would starve the token endpoint. */
const concurrentHashes = 2;
/** Most that wait for their turn: about a second's work of one core. */
export const mostPasswordsWaiting = 64;

/** More people are signing in than can wait; nothing was checked. Trying again in a second is right. */
export class PasswordsBusy extends Error {
  override readonly name = "PasswordsBusy";

  constructor() {
    super("Too many passwords are being checked at once");
  }
}

let running = 0;
const waiting: (() => void)[] = [];

/** Returns how many passwords are being hashed, and how many wait for their turn. */
export function passwordQueue(): { readonly running: number; readonly waiting: number } {
  return { running, waiting: waiting.length };
}

async function capped<T>(work: () => Promise<T>): Promise<T> {
  if (running < concurrentHashes) running += 1;
  else if (waiting.length >= mostPasswordsWaiting) throw new PasswordsBusy();
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Longest password that is normalised, in characters: the time grows with the square of its combining marks. */
export const mostPasswordCharacters = 1024;

/** Returns the form of a password that is hashed: the same however a keyboard writes it (NIST SP 800-63B §5.1.1.2). */
function normalized(password: string): string {
  return password.length > mostPasswordCharacters ? password : password.normalize("NFKC");
}

/**
 * Returns the PHC string of a password.
 * @throws {PasswordsBusy}
 */
export function hashPassword(password: string): Promise<string> {
  return capped(async () => (await loadArgon2()).hash(normalized(password), parameters));
}

/**
 * Returns true if the password is the one hashed. A malformed hash is a mismatch, not an error. A hash of the password
 * as it was typed opens too: earlier releases made such ones.
 * @throws {PasswordsBusy}
 */
export function verifyPassword(phc: string, password: string): Promise<boolean> {
  const form = normalized(password);
  return capped(async () => {
    const { verify } = await loadArgon2();
    const matches = (one: string) => verify(phc, one).catch(() => false);
    return (await matches(form)) || (form !== password && (await matches(password)));
  });
}

let decoy: Promise<string> | undefined;

/** Spends what a real check costs, so that the time of an answer does not say whether an account exists. */
export async function spendPasswordCheck(password: string): Promise<false> {
  decoy ??= loadArgon2().then(({ hash }) => hash("no account has this password", parameters));
  await verifyPassword(await decoy, password);
  return false;
}
