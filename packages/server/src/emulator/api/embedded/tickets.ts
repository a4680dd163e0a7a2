/** Who may open a signer's page: the one-time address of `embeddedSignUrl`, and the form of a page that was opened. */

/** How long a `sign_url` may wait to be opened, and an open page to be sent, in milliseconds. */
export const ticketMilliseconds = 3_600_000;
/** Most of each kept; the oldest goes first. */
const mostTickets = 5000;

export interface Ticket {
  readonly requestId: string;
  readonly signatureId: string;
  readonly expiresAt: number;
  /** The origin the page is embedded in; undefined for a page that was opened from an e-mail. */
  readonly parentOrigin?: string | undefined;
}

/** Whatever has an end may be waited for in this way. */
export class Tickets<T extends { readonly expiresAt: number } = Ticket> {
  #tickets = new Map<string, T>();

  /** @param token not to be guessed. */
  add(token: string, ticket: T): void {
    this.#tickets.set(token, ticket);
    if (this.#tickets.size > mostTickets) this.#tickets.delete(this.#tickets.keys().next().value as string);
  }

  find(token: string, now: number): T | undefined {
    const ticket = this.#tickets.get(token);
    return ticket !== undefined && now < ticket.expiresAt ? ticket : undefined;
  }

  /** Returns the ticket once. */
  take(token: string, now: number): T | undefined {
    const ticket = this.find(token, now);
    this.#tickets.delete(token);
    return ticket;
  }

  state(): ReadonlyMap<string, T> {
    return new Map(this.#tickets);
  }

  restore(state: ReadonlyMap<string, T> = new Map()): void {
    this.#tickets = new Map(state);
  }
}
