/** The request log: the newest records in a ring, and those who wait for one. */

import type { Exchange } from "./exchange.js";
import { matchesFilter, type RequestFilter, type RequestRecord } from "./record.js";

/** Most records kept. */
export const mostRecords = 2000;

interface Waiter {
  readonly filter: RequestFilter;
  readonly resolve: (record: RequestRecord | undefined) => void;
  readonly timer: NodeJS.Timeout;
}

export class RequestLog {
  #records: RequestRecord[] = [];
  readonly #exchanges = new Map<number, Exchange>();
  #made = 0;
  readonly #waiters = new Set<Waiter>();
  #observer: (record: RequestRecord) => void = () => {};

  /** Calls one observer with every record from now on. */
  observe(observer: (record: RequestRecord) => void): void {
    this.#observer = observer;
  }

  /** Returns the number of the next record. */
  nextNumber(): number {
    this.#made += 1;
    return this.#made;
  }

  add(record: RequestRecord): void {
    this.#records.push(record);
    if (this.#records.length > mostRecords) this.#forget(this.#records.length - mostRecords);
    this.#observer(record);
    for (const waiter of this.#waiters) if (matchesFilter(record, waiter.filter)) this.#end(waiter, record);
  }

  /** Keeps what went over the wire for as long as the record with this number. */
  keep(number: number, exchange: Exchange): void {
    this.#exchanges.set(number, exchange);
  }

  exchange(number: number): Exchange | undefined {
    return this.#exchanges.get(number);
  }

  /** How many requests were recorded since the start, those included that are forgotten. */
  get made(): number {
    return this.#made;
  }

  #forget(count: number): void {
    for (const { number } of this.#records.splice(0, count)) this.#exchanges.delete(number);
  }

  /** Returns matching records in the order in which they arrived. */
  list(filter: RequestFilter = {}): RequestRecord[] {
    return this.#records
      .filter((record) => matchesFilter(record, filter))
      .sort((a, b) => a.number - b.number);
  }

  /** Resolves to the first matching record, kept or to come; to undefined when `milliseconds` of real time are over. */
  wait(filter: RequestFilter, milliseconds: number): Promise<RequestRecord | undefined> {
    const [found] = this.list(filter);
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(waiter, undefined), milliseconds);
      timer.unref();
      const waiter: Waiter = { filter, resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  /** Forgets every record; numbers go on. */
  clear(): void {
    this.#records = [];
    this.#exchanges.clear();
  }

  /** Forgets every record, and counts from 1 again. */
  restart(): void {
    this.clear();
    this.#made = 0;
  }

  /** Ends every wait. */
  close(): void {
    for (const waiter of this.#waiters) this.#end(waiter, undefined);
  }

  #end(waiter: Waiter, record: RequestRecord | undefined): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
    waiter.resolve(record);
  }
}
