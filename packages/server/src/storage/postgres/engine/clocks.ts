/** Owns what is known of the difference between this node's clock and the database's. */

/** From this on a difference is worth a warning, in milliseconds. */
const noticedSkewMilliseconds = 5000;

/** One answer of the server: when it was asked and answered by this node's clock, and what its own clock said. */
export interface ClockReading {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly at: number;
}

export class ClockComparison {
  readonly #warn: (message: string) => void;
  #ahead: number | undefined;
  #warned = false;

  /** @param warn is told when the clocks are first found apart, and again when they were together in between. */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** How far this node's clock was ahead when last compared, in milliseconds; negative is behind. */
  get ahead(): number | undefined {
    return this.#ahead;
  }

  compare({ askedAt, answeredAt, at }: ClockReading): void {
    // What the answer took could be either way: at best the clocks agree.
    const ahead = askedAt > at ? askedAt - at : Math.min(0, answeredAt - at);
    this.#ahead = ahead;
    const apart = Math.abs(ahead) >= noticedSkewMilliseconds;
    if (apart && !this.#warned) {
      const said = `${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? "ahead of" : "behind"} the database's`;
      this.#warn(`this node's clock is ${said}: synchronise both by NTP`);
    }
    this.#warned = apart;
  }
}
