/**
 * Audit events that anybody can cause without being anybody: of each kind so many a minute are recorded, and of the rest
 * how many there were. The log of requests has every one.
 */

import type { AuditEvent } from "../storage/port/audit.js";

const strangersEvents: ReadonlySet<string> = new Set([
  "login_failed",
  "client_authentication_failed",
  "admin_authentication_failed",
]);

/** Most events of a kind that one node records in a minute: a day of them is 9 MB. */
export const mostRecorded = 60;
export const minuteMilliseconds = 60_000;

interface Minute {
  readonly since: number;
  recorded: number;
  leftOut: number;
}

export class AuditFlood {
  readonly #minutes = new Map<string, Minute>();

  /** Returns what to record of an event: itself, or nothing; and before it what was left out of the minute before. */
  admit(happened: AuditEvent): readonly AuditEvent[] {
    const { event, at } = happened;
    if (!strangersEvents.has(event)) return [happened];
    const minute = this.#minutes.get(event);
    if (minute === undefined || at < minute.since || at >= minute.since + minuteMilliseconds) {
      this.#minutes.set(event, { since: at, recorded: 1, leftOut: 0 });
      return [...counted(event, minute, at), happened];
    }
    if (minute.recorded < mostRecorded) {
      minute.recorded += 1;
      return [happened];
    }
    minute.leftOut += 1;
    return [];
  }

  /** Returns how many events were left out and not told of yet. */
  rest(at: number): readonly AuditEvent[] {
    return [...this.#minutes].flatMap(([event, minute]) => {
      const told = counted(event, minute, at);
      minute.leftOut = 0;
      return told;
    });
  }
}

function counted(event: string, minute: Minute | undefined, at: number): AuditEvent[] {
  if (minute === undefined || minute.leftOut === 0) return [];
  const data = { not_recorded: minute.leftOut, since: new Date(minute.since).toISOString() };
  return [{ at, event, clientId: undefined, accountId: undefined, data }];
}
