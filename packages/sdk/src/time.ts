/** Limits on waiting: nothing that others wrote is awaited without an end, and no clock that is set stretches a wait. */

import { TimeoutError } from "./errors.js";

/** Waits this many milliseconds; an aborted wait is not needed, since nothing waits long. */
export type Sleep = (ms: number) => Promise<void>;

/** Calls back after this many milliseconds, unless the function that it returns is called before. */
export type Timer = (ms: number, callback: () => void) => () => void;

/** The longest delay that `setTimeout` takes; a longer one would fire at once. */
const longestDelayMilliseconds = 2 ** 31 - 1;

/** The runtime's own timer. */
export const systemTimer: Timer = (milliseconds, callback) => {
  const timeout = setTimeout(callback, Math.min(milliseconds, longestDelayMilliseconds));
  return () => clearTimeout(timeout);
};

/**
 * What `work` resolves to. It is told by its signal when the limit has passed; what it does later is ignored.
 *
 * @throws {TimeoutError} when it has not settled within the limit; else whatever it throws.
 */
export function withinLimit<Value>(
  timer: Timer,
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = timer(milliseconds, () => {
      reject(new TimeoutError(milliseconds, what));
      controller.abort();
    });
    // Inside a promise, so that a store which throws instead of rejecting, or returns at once, is no exception.
    new Promise<Value>((begin) => begin(work(controller.signal))).then(resolve, reject).finally(cancel);
  });
}

/** A function that returns the milliseconds since now. A clock that is set back makes them stand still, never run back. */
export function stopwatch(now: () => number): () => number {
  let lastMilliseconds = now();
  let elapsedMilliseconds = 0;
  return () => {
    const nowMilliseconds = now();
    elapsedMilliseconds += Math.max(0, nowMilliseconds - lastMilliseconds);
    lastMilliseconds = nowMilliseconds;
    return elapsedMilliseconds;
  };
}

/** Growing, spread pauses between looks at something that others are changing, until a budget of time is used up. */
export class Patience {
  readonly #budgetMilliseconds: number;
  readonly #sleep: Sleep;
  readonly #chance: () => number;
  readonly #elapsed: () => number;
  #sleptMilliseconds = 0;
  #turn = 0;

  constructor(
    budgetMilliseconds: number,
    settings: { readonly now: () => number; readonly sleep: Sleep; readonly chance: () => number },
  ) {
    this.#budgetMilliseconds = budgetMilliseconds;
    this.#sleep = settings.sleep;
    this.#chance = settings.chance;
    this.#elapsed = stopwatch(settings.now);
  }

  /** How long it has been, by the clock or by the pauses, whichever is more: a clock that is set back ends no wait late. */
  get spentMilliseconds(): number {
    return Math.max(this.#elapsed(), this.#sleptMilliseconds);
  }

  /** True after a pause; false, at once, when the budget is used up. */
  async pause(): Promise<boolean> {
    if (this.spentMilliseconds >= this.#budgetMilliseconds) return false;
    const milliseconds = Math.min(200, 20 * 1.5 ** this.#turn++) * (1 + this.#chance());
    this.#sleptMilliseconds += milliseconds;
    await this.#sleep(milliseconds);
    return true;
  }
}
