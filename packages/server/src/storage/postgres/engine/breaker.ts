/**
 * A database that has not answered several times in a row is not asked for a while: whoever asks is answered at once,
 * instead of waiting for as long as those before. One act at a time then finds out whether it is back.
 */

export interface BreakerOptions {
  readonly now: () => number;
  /** @default 3 */
  readonly failures?: number;
  /** Between one try and the next, in milliseconds. @default 1000 */
  readonly pauseMilliseconds?: number;
}

export class Breaker {
  readonly #now: () => number;
  readonly #failures: number;
  readonly #pauseMilliseconds: number;
  readonly #waiting = new Set<() => void>();
  #inARow = 0;
  #triedAt = 0;

  constructor({ now, failures = 3, pauseMilliseconds = 1000 }: BreakerOptions) {
    this.#now = now;
    this.#failures = failures;
    this.#pauseMilliseconds = pauseMilliseconds;
  }

  get isOpen(): boolean {
    return this.#inARow >= this.#failures;
  }

  /** Whether to ask now. While it is open, one act after each pause is let through. */
  admits(): boolean {
    if (!this.isOpen) return true;
    const now = this.#now();
    // A clock that was set back must not keep it open.
    if (now >= this.#triedAt && now < this.#triedAt + this.#pauseMilliseconds) return false;
    this.#triedAt = now;
    return true;
  }

  answered(): void {
    this.#inARow = 0;
  }

  unanswered(): void {
    this.#inARow += 1;
    if (!this.isOpen) return;
    this.#triedAt = this.#now();
    for (const giveUp of [...this.#waiting]) giveUp();
  }

  /** Calls `giveUp` should it open before the returned function is called. */
  whileWaiting(giveUp: () => void): () => void {
    this.#waiting.add(giveUp);
    return () => void this.#waiting.delete(giveUp);
  }
}
