/**
 * Throttling of logins that cannot lock anybody out: failures count against the address they come from and against the
 * account, but only for browsers that never logged in to it. A browser that did carries a device cookie and is counted
 * apart from both: whoever spends the limits of its address or of its account cannot shut it out.
 */

import { hashed } from "../crypto/compare.js";
import type { KeyRing } from "../crypto/key-ring.js";
import { addressKey } from "../limits/address.js";
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

export type AttemptOutcome<T> =
  | { readonly outcome: "right"; readonly value: T }
  | { readonly outcome: "wrong" }
  | { readonly outcome: "throttled" };

interface Bucket {
  readonly key: string;
  readonly capacity: number;
  readonly periodSeconds: number;
}

export class LoginThrottle {
  /** Attempts of this node that have begun and not been counted yet, by bucket. */
  readonly #underWay = new Map<string, number>();
  readonly #ring: KeyRing;
  readonly #storage: Pick<Storage, "takeFromBucket">;
  readonly #now: () => number;

  constructor(ring: KeyRing, storage: Pick<Storage, "takeFromBucket">, now: () => number) {
    this.#ring = ring;
    this.#storage = storage;
    this.#now = now;
  }

  /** Returns the value of the device cookie of an account. */
  device(email: string): string {
    return this.#ring.mac("device", emailKey(email)).toString("base64url");
  }

  /**
   * Runs `check` if the attempt may be made, and counts a failure. Attempts that are under way count as failures until
   * they have ended, so that guesses sent all at once are no more than guesses sent one by one.
   */
  async attempt<T>(attempt: LoginAttempt, check: () => Promise<T | undefined>): Promise<AttemptOutcome<T>> {
    const buckets = this.#buckets(attempt);
    const places = buckets.map(({ key }) => this.#enter(key));
    try {
      const left = await Promise.all(buckets.map((bucket) => this.#take(bucket, 0)));
      if (left.some(({ remaining }, index) => remaining < (places[index] as number)))
        return { outcome: "throttled" };
      const value = await check();
      if (value !== undefined) return { outcome: "right", value };
      await Promise.all(buckets.map((bucket) => this.#take(bucket, 1)));
      return { outcome: "wrong" };
    } finally {
      for (const { key } of buckets) this.#leave(key);
    }
  }

  #enter(key: string): number {
    const place = (this.#underWay.get(key) ?? 0) + 1;
    this.#underWay.set(key, place);
    return place;
  }

  #leave(key: string): void {
    const left = (this.#underWay.get(key) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(key);
    else this.#underWay.set(key, left);
  }

  #take({ key, capacity, periodSeconds }: Bucket, cost: number) {
    return this.#storage.takeFromBucket({ key, capacity, periodSeconds, now: this.#now(), cost });
  }

  #buckets({ email, address, device }: LoginAttempt): Bucket[] {
    const who = hashed(emailKey(email));
    const known =
      device !== undefined &&
      this.#ring.verifyMac("device", emailKey(email), Buffer.from(device, "base64url"));
    if (known) return [{ key: `login:device:${who}`, ...perAccount }];
    return [
      { key: `login:address:${addressKey(address)}`, ...perAddress },
      { key: `login:account:${who}`, ...perAccount },
    ];
  }
}
