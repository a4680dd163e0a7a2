/** Ways to a token that callers share: one for all who want the same, until something the user does overtakes it. */

import { ReauthorizationRequired } from "./errors.js";

/** One way to a token, from the first look at the store to the end. */
export interface Flight {
  readonly userId: string;
  /** The token that an API has refused, and that is not wanted again. */
  readonly rejected: string | undefined;
  /** What it has read is of the past: it must not be remembered. */
  isOvertaken: boolean;
}

interface SharedFlight extends Flight {
  promise: Promise<string>;
}

/** The flights under way in this process. */
export class SharedFlights {
  readonly #fly: (flight: Flight) => Promise<string>;
  readonly #flights = new Map<string, Map<string | undefined, SharedFlight>>();

  constructor(fly: (flight: Flight) => Promise<string>) {
    this.#fly = fly;
  }

  /**
   * What the flight for this wish brings, begun now if there is none. Who joins one late asks again before being told that a
   * session is over: another process may have begun a new one since the flight looked.
   */
  async join(userId: string, rejected: string | undefined): Promise<string> {
    const isLate = this.#flights.get(userId)?.has(rejected) === true;
    try {
      return await this.#share(userId, rejected);
    } catch (error) {
      if (isLate && error instanceof ReauthorizationRequired) return this.#share(userId, rejected);
      throw error;
    }
  }

  /** Nobody joins the user's flights any more, and who has joined is given what a new one brings. */
  overtake(userId: string): void {
    for (const flight of this.#flights.get(userId)?.values() ?? []) flight.isOvertaken = true;
    this.#flights.delete(userId);
  }

  #share(userId: string, rejected: string | undefined): Promise<string> {
    const flights = this.#flights.get(userId) ?? new Map<string | undefined, SharedFlight>();
    const running = flights.get(rejected);
    if (running !== undefined) return running.promise;
    const flight = { userId, rejected, isOvertaken: false } as SharedFlight;
    flights.set(rejected, flight);
    this.#flights.set(userId, flights);
    flight.promise = this.#follow(flight);
    return flight.promise;
  }

  async #follow(flight: SharedFlight): Promise<string> {
    try {
      const token = await this.#fly(flight);
      if (!flight.isOvertaken) return token;
    } catch (error) {
      if (!flight.isOvertaken) throw error;
    } finally {
      this.#land(flight);
    }
    return this.#share(flight.userId, flight.rejected);
  }

  #land({ userId, rejected, isOvertaken }: SharedFlight): void {
    if (isOvertaken) return;
    const flights = this.#flights.get(userId);
    flights?.delete(rejected);
    if (flights?.size === 0) this.#flights.delete(userId);
  }
}
