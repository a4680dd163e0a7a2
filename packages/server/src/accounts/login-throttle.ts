/**
 * Throttling of logins that cannot lock anybody out: failures count against the address they come from, and against the
 * account only for browsers that never logged in to it. A browser that did carries a device cookie and is counted apart.
 */

import { hashed } from "../crypto/compare.js";
import type { KeyRing } from "../crypto/key-ring.js";
import { emailKey, type Storage } from "../storage/storage.js";

const perAddress = { capacity: 30, periodSeconds: 900 };
const perAccount = { capacity: 10, periodSeconds: 900 };

/** How long a browser is known to an account, in seconds. */
export const deviceSeconds = 365 * 86_400;

export interface LoginAttempt {
  readonly email: string;
  readonly address: string;
  readonly device: string | undefined;
}

export class LoginThrottle {
  constructor(
    private readonly ring: KeyRing,
    private readonly storage: Pick<Storage, "takeFromBucket">,
    private readonly now: () => number,
  ) {}

  /** Returns the value of the device cookie of an account. */
  device(email: string): string {
    return this.ring.mac("device", emailKey(email)).toString("base64url");
  }

  /** Returns whether the attempt may be made; looks only. */
  async allows(attempt: LoginAttempt): Promise<boolean> {
    const looks = this.#buckets(attempt).map((bucket) => this.#take(bucket, 0));
    return (await Promise.all(looks)).every(({ allowed }) => allowed);
  }

  /** Counts a failure. */
  async failed(attempt: LoginAttempt): Promise<void> {
    await Promise.all(this.#buckets(attempt).map((bucket) => this.#take(bucket, 1)));
  }

  #take(
    { key, capacity, periodSeconds }: { key: string; capacity: number; periodSeconds: number },
    cost: number,
  ) {
    return this.storage.takeFromBucket({ key, capacity, periodSeconds, now: this.now(), cost });
  }

  #buckets({ email, address, device }: LoginAttempt) {
    const who = hashed(emailKey(email));
    const known =
      device !== undefined &&
      this.ring.verifyMac("device", emailKey(email), Buffer.from(device, "base64url"));
    const accountKey = known ? `login:device:${who}` : `login:account:${who}`;
    return [
      { key: `login:address:${address}`, ...perAddress },
      { key: accountKey, ...perAccount },
    ];
  }
}
