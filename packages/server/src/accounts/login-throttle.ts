/**
 * Throttling of logins that cannot lock anybody out: failures count against the address they come from and against the
 * account, but only for browsers that never logged in to it. A browser that did carries a mark in a cookie and is counted
 * apart from both, and from every other browser: whoever spends the limits of its address, of its account or of another
 * browser cannot shut it out.
 */

import { hashed } from "../crypto/compare.js";
import type { KeyRing } from "../crypto/key-ring.js";
import { addressKey } from "../limits/address.js";
import { type Account, emailKey, mostEmailCharacters } from "../storage/port/records.js";
import type { Storage } from "../storage/port/storage.js";

const perAddress = { capacity: 30, periodSeconds: 900 };
const perAccount = { capacity: 10, periodSeconds: 900 };

/** How long a browser stays known after it logged in, in seconds. */
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

export interface ThrottleDeps {
  readonly ring: KeyRing;
  readonly storage: Pick<Storage, "takeFromBucket" | "findAccountByEmail">;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
}

export class LoginThrottle {
  /** Attempts of this node that have begun and not been counted yet, by bucket. */
  readonly #underWay = new Map<string, number>();
  readonly #deps: ThrottleDeps;

  constructor(deps: ThrottleDeps) {
    this.#deps = deps;
  }

  /** Returns a new mark for a browser that logged in: its id, its end, and a MAC that binds both to the password. */
  device(account: Account): string {
    const { ring, now, randomBytes } = this.#deps;
    const end = now() + deviceSeconds * 1000;
    const mark = randomBytes(12).toString("base64url") + end.toString(36).padStart(9, "0");
    return mark + ring.mac("device", bound(mark, account)).toString("base64url");
  }

  /**
   * Runs `check` if the attempt may be made, and counts a failure. Attempts that are under way count as failures until
   * they have ended, so that guesses sent all at once are no more than guesses sent one by one.
   */
  async attempt<T>(attempt: LoginAttempt, check: () => Promise<T | undefined>): Promise<AttemptOutcome<T>> {
    // No account has such an address: nothing is worth a lookup, and nothing can be guessed.
    if (attempt.email.length > mostEmailCharacters) return { outcome: "wrong" };
    const buckets = await this.#buckets(attempt);
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
    return this.#deps.storage.takeFromBucket({ key, capacity, periodSeconds, now: this.#deps.now(), cost });
  }

  async #buckets(attempt: LoginAttempt): Promise<Bucket[]> {
    const browser = await this.#knownBrowser(attempt);
    if (browser !== undefined) return [{ key: `login:device:${browser}`, ...perAccount }];
    return [
      { key: `login:address:${addressKey(attempt.address)}`, ...perAddress },
      { key: `login:account:${hashed(emailKey(attempt.email))}`, ...perAccount },
    ];
  }

  /** Returns the id of the browser, if its mark is of this account, of its password now, and not over. */
  async #knownBrowser({ email, device = "" }: LoginAttempt): Promise<string | undefined> {
    const { ring, storage, now } = this.#deps;
    const [found, mark = "", id, end = "", mac = ""] = markSyntax.exec(device) ?? [];
    if (found === undefined || Number.parseInt(end, 36) <= now()) return undefined;
    const account = await storage.findAccountByEmail(email);
    if (account === undefined) return undefined;
    const genuine = ring.verifyMac("device", bound(mark, account), Buffer.from(mac, "base64url"));
    return genuine ? id : undefined;
  }
}

/** A cookie holds it as it is: an id, an end in base 36, and the MAC of both. */
const markSyntax = /^(([\w-]{16})([0-9a-z]{9}))([\w-]{43})$/;

const bound = (mark: string, account: Account) => `${mark}|${account.id}|${account.passwordHash ?? ""}`;
