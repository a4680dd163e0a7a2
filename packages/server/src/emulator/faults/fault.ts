/** Faults: what is to go wrong, for which requests, and how often. */

/** What happens to a matching request instead of, or beside, its answer. */
export type FaultEffect =
  /** Answered with this status; nothing takes effect. Without `body`, the caller's own error shape. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly description?: string | undefined;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** 429 with the documented headers; nothing takes effect. Without `limit`, that of the operation's tier. */
  | {
      readonly kind: "rate_limit";
      readonly resetAfterSeconds: number;
      /** Whether `Retry-After` is sent as well. */
      readonly retryAfter: boolean;
      readonly limit: number | undefined;
    }
  /** 402: the plan's quota is spent; nothing takes effect. */
  | { readonly kind: "quota" }
  /** The connection is closed before anything takes effect. */
  | { readonly kind: "drop" }
  /** All takes effect, then the connection is closed without an answer. */
  | { readonly kind: "lose_response" }
  /** All takes effect, then half of the answer is sent, with the length of the half. */
  | { readonly kind: "malformed_json" }
  /** Answered as always, but late. */
  | { readonly kind: "delay" }
  | EventEffect;

/** What happens to an event on its way to a callback, in place of its first attempt. */
export type EventEffect =
  /** Never posted. */
  | { readonly kind: "event_lost" }
  /** Posted after this much emulated time. */
  | { readonly kind: "event_late"; readonly afterMilliseconds: number }
  /** Posted twice. */
  | { readonly kind: "event_twice" }
  /** Posted after the next event for the same callback. */
  | { readonly kind: "event_out_of_order" };

const eventKinds = ["event_lost", "event_late", "event_twice", "event_out_of_order"] as const;

export function isEventEffect(effect: FaultEffect): effect is EventEffect {
  return (eventKinds as readonly string[]).includes(effect.kind);
}

/** The operation that the posting of an event is. */
export const eventOperation = (type: string): string => `event:${type}`;

export interface FaultMatch {
  readonly operation?: string | undefined;
  readonly clientId?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
}

export interface Fault {
  readonly id: string;
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
  /** Real time to wait before anything else, in milliseconds: a client's own timeouts run on it. */
  readonly delayMilliseconds: number;
  /** How many matching requests pass before it strikes. */
  readonly skip: number;
  /** How often it strikes; undefined is until it is removed. */
  readonly count: number | undefined;
}

export type NewFault = Omit<Fault, "id">;

export interface FaultState extends Fault {
  readonly skipped: number;
  readonly struck: number;
}

export interface FaultTarget {
  readonly operation: string;
  readonly clientId: string | undefined;
  readonly method: string;
  readonly path: string;
}

function matches(match: FaultMatch, target: FaultTarget): boolean {
  const same = (wanted: string | undefined, found: string | undefined) =>
    wanted === undefined || wanted === found;
  return (
    same(match.operation, target.operation) &&
    same(match.clientId, target.clientId) &&
    same(match.method?.toUpperCase(), target.method) &&
    same(match.path, target.path)
  );
}

/** The faults in force, oldest first. Of several that match one request, the oldest strikes. */
export class FaultList {
  #faults: { fault: Fault; skipped: number; struck: number }[] = [];
  #made = 0;

  add(fault: NewFault): Fault {
    this.#made += 1;
    const added = { ...fault, id: `fault-${this.#made}` };
    this.#faults.push({ fault: added, skipped: 0, struck: 0 });
    return added;
  }

  /** Returns the fault that strikes this request, and counts it. One that has struck often enough is gone. */
  strike(target: FaultTarget): Fault | undefined {
    return this.#strike(target, (effect) => !isEventEffect(effect));
  }

  /** The same for an event that is about to be posted. */
  strikeEvent(type: string, clientId: string | undefined): EventEffect | undefined {
    const target = { operation: eventOperation(type), clientId, method: "POST", path: "" };
    const effect = this.#strike(target, isEventEffect)?.effect;
    return effect && isEventEffect(effect) ? effect : undefined;
  }

  #strike(target: FaultTarget, isMeant: (effect: FaultEffect) => boolean): Fault | undefined {
    for (const entry of this.#faults) {
      if (!isMeant(entry.fault.effect) || !matches(entry.fault.match, target)) continue;
      if (entry.skipped < entry.fault.skip) {
        entry.skipped += 1;
        continue;
      }
      entry.struck += 1;
      if (entry.struck === entry.fault.count) this.remove(entry.fault.id);
      return entry.fault;
    }
    return undefined;
  }

  list(): FaultState[] {
    return this.#faults.map(({ fault, skipped, struck }) => ({ ...fault, skipped, struck }));
  }

  remove(id: string): boolean {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter(({ fault }) => fault.id !== id);
    return this.#faults.length < before;
  }

  clear(): void {
    this.#faults = [];
  }

  /** Puts back what `list` returned. */
  restore(states: readonly FaultState[]): void {
    this.#faults = states.map(({ skipped, struck, ...fault }) => ({ fault, skipped, struck }));
  }
}

/** Returns what a fault does or did, in words that serve for both. */
export function describeFault({ effect, delayMilliseconds }: NewFault): string {
  const late = delayMilliseconds > 0 ? `${delayMilliseconds} ms late, ` : "";
  switch (effect.kind) {
    case "error":
      return `${late}answered ${effect.status} without effect`;
    case "rate_limit":
      return `${late}answered 429 without effect`;
    case "quota":
      return `${late}answered 402 without effect`;
    case "event_lost":
      return "never posted";
    case "event_late":
      return `posted ${effect.afterMilliseconds} ms of emulated time late`;
    case "event_twice":
      return "posted twice";
    case "event_out_of_order":
      return "posted after the next event for the same callback";
    case "drop":
      return `${late}connection closed before it took effect`;
    case "lose_response":
      return `${late}handled, then the answer lost`;
    case "malformed_json":
      return `${late}handled, then half of the answer sent`;
    case "delay":
      return `answered ${delayMilliseconds} ms late`;
  }
}
