/** What left the emulator: e-mails that nobody gets, and events posted to apps, with every attempt. */

export interface Email {
  readonly id: string;
  /** Emulated time, in milliseconds since the epoch. */
  readonly time: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly link: string;
  /** The signature request it is about. */
  readonly signatureRequestId?: string | undefined;
}

export interface EventAttempt {
  readonly time: number;
  readonly status: number | undefined;
  /** Why it does not count as received. */
  readonly problem: string | undefined;
}

export type EventState = "pending" | "received" | "given_up" | "not_sent";

export interface OutgoingEvent {
  readonly id: string;
  readonly time: number;
  readonly type: string;
  /** The app whose callback it goes to; undefined when it goes to an account's. */
  readonly clientId: string | undefined;
  readonly account: string;
  /** The signature request it is about. */
  readonly signatureRequestId?: string | undefined;
  readonly url: string | undefined;
  readonly body: unknown;
  readonly state: EventState;
  readonly attempts: readonly EventAttempt[];
  readonly nextAttemptAt: number | undefined;
  /** Whether a fault keeps it back until another event for the same callback has been posted. */
  readonly keptBack?: boolean;
  /** Why it was not sent at all. */
  readonly problem: string | undefined;
}

/** Most of each kind kept. */
const mostKept = 1000;

export class Outbox {
  #emails: Email[] = [];
  #events: OutgoingEvent[] = [];
  #made = 0;

  /** How much it has been given: the number in the newest id. */
  get made(): number {
    return this.#made;
  }

  addEmail(email: Omit<Email, "id">): Email {
    const added = { ...email, id: this.#nextId("email") };
    this.#emails = [...this.#emails, added].slice(-mostKept);
    return added;
  }

  addEvent(event: Omit<OutgoingEvent, "id">): OutgoingEvent {
    const added = { ...event, id: this.#nextId("event") };
    this.#events = [...this.#events, added].slice(-mostKept);
    return added;
  }

  /** Returns the event as it is after the changes; undefined if it is gone. */
  changeEvent(id: string, changes: Partial<OutgoingEvent>): OutgoingEvent | undefined {
    this.#events = this.#events.map((event) => (event.id === id ? { ...event, ...changes } : event));
    return this.event(id);
  }

  event(id: string): OutgoingEvent | undefined {
    return this.#events.find((event) => event.id === id);
  }

  emails(to?: string): readonly Email[] {
    return this.#emails.filter((email) => to === undefined || email.to.toLowerCase() === to.toLowerCase());
  }

  events(
    filter: { type?: string | undefined; clientId?: string | undefined } = {},
  ): readonly OutgoingEvent[] {
    const { type, clientId } = filter;
    return this.#events.filter(
      (event) =>
        (type === undefined || event.type === type) &&
        (clientId === undefined || event.clientId === clientId),
    );
  }

  /** Puts back what `emails` and `events` returned. */
  restore(emails: readonly Email[], events: readonly OutgoingEvent[]): void {
    this.#emails = [...emails];
    this.#events = [...events];
  }

  #nextId(kind: string): string {
    this.#made += 1;
    return `${kind}-${this.#made}`;
  }
}
