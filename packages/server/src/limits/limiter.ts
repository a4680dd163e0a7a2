/**
 * Rate limits that hold across nodes. A node takes from the shared bucket in advances and spends them by itself, so that
 * a limit costs one write for many requests; what all nodes spend together never exceeds the bucket.
 */

import type { BucketOutcome } from "../storage/port/acts.js";
import type { Storage } from "../storage/port/storage.js";
import type { RateLimit } from "./rate-limit.js";

export interface LimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the bucket is full again, in milliseconds since the epoch. */
  readonly resetAt: number;
}

interface Advance {
  left: number;
  remaining: number;
  resetAt: number;
  readonly takenAt: number;
}

/** One part of the bucket's capacity that is taken at a time. */
const advanceParts = 50;
/** Most keys a node remembers advances for. */
const mostAdvances = 10_000;

export class Limiter {
  readonly #advances = new Map<string, Advance>();
  readonly #underWay = new Map<string, Promise<BucketOutcome>>();
  readonly #storage: Pick<Storage, "takeFromBucket">;
  readonly #now: () => number;

  constructor(storage: Pick<Storage, "takeFromBucket">, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  /** Spends one of the key's limit, if there is one left: at once where an advance is at hand. */
  take(key: string, limit: RateLimit): LimitState | Promise<LimitState> {
    return this.#spend(key, limit) ?? this.#takeWithAdvance(key, limit);
  }

  async #takeWithAdvance(key: string, limit: RateLimit): Promise<LimitState> {
    for (;;) {
      const spent = this.#spend(key, limit);
      if (spent !== undefined) return spent;
      // Requests that arrive together wait for one advance: one for each would empty the bucket.
      const shared = await (this.#underWay.get(key) ?? this.#fetchAdvance(key, limit));
      if (!shared.allowed) {
        const resetAt = this.#now() + (limit.periodSeconds * 1000) / limit.capacity;
        return { allowed: false, limit: limit.capacity, remaining: 0, resetAt };
      }
    }
  }

  #spend(key: string, limit: RateLimit): LimitState | undefined {
    const advance = this.#advances.get(key);
    const over = advance === undefined || this.#now() - advance.takenAt >= limit.periodSeconds * 1000;
    if (over || advance.left === 0) return undefined;
    advance.left -= 1;
    const remaining = advance.remaining + advance.left;
    return { allowed: true, limit: limit.capacity, remaining, resetAt: advance.resetAt };
  }

  #fetchAdvance(key: string, limit: RateLimit): Promise<BucketOutcome> {
    const fetched = this.#takeShared(key, limit, Math.max(1, Math.floor(limit.capacity / advanceParts)));
    this.#underWay.set(key, fetched);
    return fetched.finally(() => this.#underWay.delete(key));
  }

  async #takeShared(
    key: string,
    { capacity, periodSeconds }: RateLimit,
    cost: number,
  ): Promise<BucketOutcome> {
    const now = this.#now();
    const outcome = await this.#storage.takeFromBucket({ key, capacity, periodSeconds, now, cost });
    if (!outcome.allowed) return cost > 1 ? this.#takeShared(key, { capacity, periodSeconds }, 1) : outcome;
    if (this.#advances.size >= mostAdvances)
      this.#advances.delete(this.#advances.keys().next().value as string);
    const { remaining, resetAt } = outcome;
    this.#advances.set(key, { left: cost, remaining, resetAt, takenAt: now });
    return outcome;
  }
}
