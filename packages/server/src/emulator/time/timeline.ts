/**
 * What is to happen at an emulated time. When the clock is moved, each act that falls due on the way is done at its
 * own time, in order; while the clock runs by itself, a timer waits for the next one.
 */

import type { EmulatedClock } from "./clock.js";

interface Planned {
  readonly at: number;
  readonly act: () => Promise<void>;
}

/** Longest wait of a timer, in milliseconds; a later act is looked at again then. */
const longestWaitMilliseconds = 2 ** 31 - 1;

export class Timeline {
  #planned: Planned[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly clock: EmulatedClock;

  constructor(clock: EmulatedClock) {
    this.clock = clock;
  }

  /** Plans an act, which must not reject. */
  plan(at: number, act: () => Promise<void>): void {
    this.#planned.push({ at, act });
    this.#arm();
  }

  /** Moves the clock forward; resolves when all that fell due on the way has been done. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.clock.now() + milliseconds;
    for (let next = this.#takeDue(target); next; next = this.#takeDue(target)) {
      if (next.at > this.clock.now()) this.clock.set(next.at);
      await next.act();
    }
    if (target > this.clock.now()) this.clock.set(target);
    this.#arm();
  }

  /** Moves the clock to a time: forward as `advance`, back at once. */
  async moveTo(time: number): Promise<void> {
    const ahead = time - this.clock.now();
    if (ahead >= 0) return this.advance(ahead);
    this.clock.set(time);
    this.#arm();
  }

  freeze(): void {
    this.clock.freeze();
    this.#arm();
  }

  /** Stands still at a time; resolves when all that fell due on the way there has been done. */
  async freezeAt(time: number): Promise<void> {
    this.clock.freeze();
    await this.moveTo(time);
  }

  unfreeze(): void {
    this.clock.unfreeze();
    this.#arm();
  }

  /** Forgets every plan. */
  clear(): void {
    this.#planned = [];
    clearTimeout(this.#timer);
  }

  #takeDue(until: number): Planned | undefined {
    const due = this.#planned.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
    if (due) this.#planned = this.#planned.filter((one) => one !== due);
    return due;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#planned.length === 0 || this.clock.frozen) return;
    const next = Math.min(...this.#planned.map(({ at }) => at));
    const wait = Math.min(Math.max(0, next - this.clock.now()), longestWaitMilliseconds);
    this.#timer = setTimeout(() => void this.advance(0), wait);
    this.#timer.unref();
  }
}
