/** Time that passes only when a test runs it: waits cost nothing, and every run of a schedule is the same. */

import type { Timer } from "../../src/index.js";

interface Task {
  readonly atMilliseconds: number;
  readonly run: () => void;
}

export class VirtualTime {
  /** What has passed since the beginning; the clock of the wall may jump, this never does. */
  elapsedMilliseconds = 0;
  #wallMilliseconds = 1_800_000_000_000;
  readonly #tasks = new Set<Task>();

  readonly now = (): number => this.#wallMilliseconds + this.elapsedMilliseconds;
  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => void this.timer(ms, resolve));
  readonly timer: Timer = (ms, callback) => {
    const task = { atMilliseconds: this.elapsedMilliseconds + Math.max(0, ms), run: callback };
    this.#tasks.add(task);
    return () => void this.#tasks.delete(task);
  };

  /** Sets the clock of the wall forward, or back. */
  jump(seconds: number): void {
    this.#wallMilliseconds += seconds * 1000;
  }

  /** Lets this much time pass, or as much as anything is waiting for; everything that is due happens in its order. */
  async run(seconds = Number.POSITIVE_INFINITY): Promise<void> {
    const untilMilliseconds = this.elapsedMilliseconds + seconds * 1000;
    for (;;) {
      await settle();
      const next = this.#next();
      if (next === undefined || next.atMilliseconds > untilMilliseconds) break;
      this.#tasks.delete(next);
      this.elapsedMilliseconds = Math.max(this.elapsedMilliseconds, next.atMilliseconds);
      next.run();
    }
    if (Number.isFinite(untilMilliseconds)) this.elapsedMilliseconds = untilMilliseconds;
  }

  #next(): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) {
      if (first === undefined || task.atMilliseconds < first.atMilliseconds) first = task;
    }
    return first;
  }
}

/** Whatever can happen without time passing has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
