/** The emulated clock: the system's time, moved by an offset or standing still. Everything in an emulator asks it. */

export interface ClockState {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly frozen: boolean;
  /** How far it is ahead of the system's clock, in milliseconds; of no meaning while it stands still. */
  readonly offset: number;
}

export class EmulatedClock {
  readonly #system: () => number;
  #offset = 0;
  #frozenAt: number | undefined;

  /** @param system the time that passes by itself. */
  constructor(system: () => number) {
    this.#system = system;
  }

  /** Returns milliseconds since the epoch. Bound: may be handed on as a function. */
  readonly now = (): number => this.#frozenAt ?? this.#system() + this.#offset;

  /** Sets the clock; it keeps running unless it is frozen. */
  set(time: number): void {
    if (this.#frozenAt === undefined) this.#offset = time - this.#system();
    else this.#frozenAt = time;
  }

  freeze(): void {
    this.#frozenAt ??= this.now();
  }

  /** Stands still at a time: one act, so that no time passes between the two halves of it. */
  freezeAt(time: number): void {
    this.#frozenAt = time;
  }

  /** Goes on from where it stood. */
  unfreeze(): void {
    if (this.#frozenAt === undefined) return;
    this.#offset = this.#frozenAt - this.#system();
    this.#frozenAt = undefined;
  }

  /** Goes back to the system's time. */
  reset(): void {
    this.#offset = 0;
    this.#frozenAt = undefined;
  }

  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  state(): ClockState {
    const now = this.now();
    return { now, frozen: this.frozen, offset: now - this.#system() };
  }
}
