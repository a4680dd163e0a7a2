/** Passwords, hashed with argon2id (RFC 9106). Owns the parameters and the cap on concurrent work. */

import { loadArgon2 } from "./argon2.js";

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** A login costs 11 ms of a core: more than this many at once would starve the token endpoint. */
const concurrentHashes = 2;

let running = 0;
const waiting: (() => void)[] = [];

async function capped<T>(work: () => Promise<T>): Promise<T> {
  if (running >= concurrentHashes) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Returns the PHC string of a password. */
export function hashPassword(password: string): Promise<string> {
  return capped(async () => (await loadArgon2()).hash(password, parameters));
}

/** Returns true if the password is the one hashed. A malformed hash is a mismatch, not an error. */
export function verifyPassword(phc: string, password: string): Promise<boolean> {
  return capped(async () => {
    const { verify } = await loadArgon2();
    return verify(phc, password).catch(() => false);
  });
}

let decoy: Promise<string> | undefined;

/** Spends what a real check costs, so that the time of an answer does not say whether an account exists. */
export async function spendPasswordCheck(password: string): Promise<false> {
  decoy ??= hashPassword("no account has this password");
  await verifyPassword(await decoy, password);
  return false;
}
