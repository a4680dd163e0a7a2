/** How much of each rate limit has been used in the minute under way, of emulated time. */

const periodMilliseconds = 60_000;

export interface RateWindow {
  readonly since: number;
  readonly count: number;
}

export class RateWindows {
  #windows = new Map<string, RateWindow>();

  /** Counts one request. @param key the limit and whose it is. */
  spend(key: string, now: number): { readonly count: number; readonly endsAt: number } {
    const before = this.#windows.get(key);
    const goesOn = before !== undefined && now >= before.since && now < before.since + periodMilliseconds;
    const window = goesOn ? { ...before, count: before.count + 1 } : { since: now, count: 1 };
    this.#windows.set(key, window);
    return { count: window.count, endsAt: window.since + periodMilliseconds };
  }

  state(): ReadonlyMap<string, RateWindow> {
    return new Map(this.#windows);
  }

  /** Puts back what `state` returned; without it, nothing has been used. */
  restore(windows: ReadonlyMap<string, RateWindow> = new Map()): void {
    this.#windows = new Map(windows);
  }
}
