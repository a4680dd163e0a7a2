/**
 * Rate limits that hold across nodes. A node takes from the shared bucket in advances and spends them by itself, so that
 * a limit costs one write for many requests; what all nodes spend together never exceeds the bucket.
 */
import type { RateLimit } from "../config.js";
import type { Storage } from "../storage/storage.js";

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

  constructor(
    private readonly storage: Pick<Storage, "takeFromBucket">,
    private readonly now: () => number,
  ) {}

  /** Spends one of the key's limit, if there is one left. */
  async take(key: string, limit: RateLimit): Promise<LimitState> {
    const advance = this.#advances.get(key);
    const fresh = advance !== undefined && this.now() - advance.takenAt < limit.periodSeconds * 1000;
    if (fresh && advance.left > 0) {
      advance.left -= 1;
      return {
        allowed: true,
        limit: limit.capacity,
        remaining: advance.remaining + advance.left,
        resetAt: advance.resetAt,
      };
    }
    return this.#takeShared(key, limit, Math.max(1, Math.floor(limit.capacity / advanceParts)));
  }

  async #takeShared(key: string, limit: RateLimit, cost: number): Promise<LimitState> {
    const { capacity, periodSeconds } = limit;
    const now = this.now();
    const { allowed, remaining, resetAt } = await this.storage.takeFromBucket({
      key,
      capacity,
      periodSeconds,
      now,
      cost,
    });
    if (!allowed && cost > 1) return this.#takeShared(key, limit, 1);
    if (!allowed)
      return { allowed, limit: capacity, remaining: 0, resetAt: now + (periodSeconds * 1000) / capacity };
    // Requests that asked at the same time each brought an advance: they add up.
    const kept = this.#advances.get(key);
    const carried = kept !== undefined && now - kept.takenAt < periodSeconds * 1000 ? kept.left : 0;
    if (this.#advances.size >= mostAdvances)
      this.#advances.delete(this.#advances.keys().next().value as string);
    const left = cost - 1 + carried;
    this.#advances.set(key, { left, remaining, resetAt, takenAt: now });
    return { allowed, limit: capacity, remaining: remaining + left, resetAt };
  }
}
