/** Posts events, and posts them again in emulated time until they are received or given up. */

import { accountResource } from "../../accounts/account-resource.js";
import { apiKeysOf } from "../../accounts/api-keys.js";
import type { HttpContext } from "../../http/context.js";
import type { Account, App } from "../../storage/port/records.js";
import type { FaultList } from "../faults/fault.js";
import type { Flows } from "../requests/flows.js";
import type { RequestLog } from "../requests/request-log.js";
import type { Timeline } from "../time/timeline.js";
import { callbackEvent, type Report, targetOf } from "./callback-event.js";
import type { Outbox, OutgoingEvent } from "./outbox.js";
import { postEvent } from "./post-event.js";
import { retryMilliseconds } from "./retry-schedule.js";

export interface DeliveryPorts {
  readonly context: HttpContext;
  readonly timeline: Timeline;
  readonly outbox: Outbox;
  readonly log: RequestLog;
  readonly flows: Flows;
  readonly faults: FaultList;
}

export class EventDelivery {
  readonly #context: HttpContext;
  readonly #timeline: Timeline;
  readonly #outbox: Outbox;
  readonly #log: RequestLog;
  readonly #flows: Flows;
  readonly #faults: FaultList;

  constructor(ports: DeliveryPorts) {
    const { context, timeline, outbox, log, flows } = ports;
    this.#faults = ports.faults;
    this.#context = context;
    this.#timeline = timeline;
    this.#outbox = outbox;
    this.#log = log;
    this.#flows = flows;
  }

  /** Resolves when the first attempt is over. */
  async accountConfirmed(account: Account): Promise<void> {
    const app = account.createdByClient && (await this.#context.storage.findApp(account.createdByClient));
    if (!app) return;
    const { payload, type } = { payload: accountResource(account), type: "account_confirmed" };
    await this.#report({ type, payload, accountId: app.ownerId, about: account.email }, app);
  }

  /**
   * Tells the app's callback, then the account's. Resolves when the first attempt at each is over. Never rejects: an
   * answer of the API does not wait for it, and the emulator may be closed meanwhile.
   */
  reported(report: Report): Promise<void> {
    return this.#unawaited(this.#reportToBoth(report));
  }

  async #reportToBoth(report: Report): Promise<void> {
    const { storage } = this.#context;
    const app = report.clientId === undefined ? undefined : await storage.findApp(report.clientId);
    const account = await storage.findAccount(report.accountId);
    if (account === undefined) return;
    const about = account.email;
    if (app !== undefined) await this.#report({ ...report, about }, app);
    if (account.callbackUrl !== undefined) await this.#report({ ...report, about }, account);
  }

  /** Tells a callback that it has just been set. Resolves when the first attempt is over; never rejects. */
  callbackTest(to: App | Account): Promise<void> {
    return this.#unawaited(this.#testCallback(to));
  }

  async #unawaited(work: Promise<void>): Promise<void> {
    await work.catch((err) => this.#context.log.error({ err }, "an event could not be told"));
  }

  async #testCallback(to: App | Account): Promise<void> {
    const accountId = "clientId" in to ? to.ownerId : to.id;
    const account = await this.#context.storage.findAccount(accountId);
    if (account === undefined) return;
    await this.#report({ type: "callback_test", payload: {}, accountId, about: account.email }, to);
  }

  async #report(report: Report & { readonly about: string }, to: App | Account): Promise<void> {
    const { clientId, url, keyOwner, whose } = targetOf(to);
    const [apiKey] = await apiKeysOf(this.#context.ring, this.#context.storage, keyOwner);
    const time = this.#context.now();
    const problem =
      url === undefined
        ? "the app has no event callback URL"
        : apiKey === undefined
          ? `${whose} has no API key, which event_hash is made with`
          : undefined;
    const event = this.#outbox.addEvent({
      time,
      type: report.type,
      clientId,
      account: report.about,
      signatureRequestId: report.signatureRequestId,
      url,
      body: apiKey === undefined ? undefined : callbackEvent(report, to, apiKey, time),
      state: problem === undefined ? "pending" : "not_sent",
      attempts: [],
      nextAttemptAt: undefined,
      problem,
    });
    if (event.state === "pending") await this.#postFirst(event);
  }

  /** The first attempt, or what a fault makes of it; then what was kept back for it. */
  async #postFirst(event: OutgoingEvent): Promise<void> {
    const { id, type, clientId, url } = event;
    const fault = this.#faults.strikeEvent(type, clientId);
    switch (fault?.kind) {
      case "event_lost":
        this.#outbox.changeEvent(id, { state: "not_sent", problem: "a fault kept it from being posted" });
        return;
      case "event_late": {
        const nextAttemptAt = this.#context.now() + fault.afterMilliseconds;
        this.#outbox.changeEvent(id, { nextAttemptAt });
        this.#plan(id, nextAttemptAt);
        return;
      }
      case "event_out_of_order":
        this.#outbox.changeEvent(id, { keptBack: true });
        return;
      case "event_twice":
        await this.#attempt(id);
        if (this.#outbox.event(id)?.state === "received") this.#outbox.changeEvent(id, { state: "pending" });
    }
    await this.#attempt(id);
    for (const kept of this.#outbox.events().filter((one) => one.keptBack && one.url === url)) {
      this.#outbox.changeEvent(kept.id, { keptBack: false });
      await this.#attempt(kept.id);
    }
  }

  /** Plans the next attempt of every pending event: after a snapshot was restored. */
  resume(): void {
    for (const { id, state, nextAttemptAt } of this.#outbox.events())
      if (state === "pending" && nextAttemptAt !== undefined) this.#plan(id, nextAttemptAt);
  }

  #plan(id: string, at: number): void {
    this.#timeline.plan(at, () => this.#attempt(id));
  }

  async #attempt(id: string): Promise<void> {
    const event = this.#outbox.event(id);
    if (event?.url === undefined || event.state !== "pending") return;
    const started = performance.now();
    const number = this.#log.nextNumber();
    const time = this.#context.now();
    const result = await postEvent(event.url, event.body, await this.#signingKey(event));
    const problem = result.outcome === "received" ? undefined : result.why;
    const attempts = [...event.attempts, { time, status: result.status, problem }];
    const wait = problem === undefined ? undefined : retryMilliseconds[event.attempts.length];
    const nextAttemptAt = wait === undefined ? undefined : time + wait;
    const state = problem === undefined ? "received" : nextAttemptAt === undefined ? "given_up" : "pending";
    // A reset while the attempt was under way has forgotten the event.
    if (this.#outbox.changeEvent(id, { attempts, nextAttemptAt, state }) === undefined) return;
    this.#record(event, number, time, result.status, problem, performance.now() - started);
    if (nextAttemptAt !== undefined) this.#plan(id, nextAttemptAt);
  }

  /** The primary API key of whoever the event is for, as it is now; an event without one was never planned. */
  async #signingKey({ clientId, account }: OutgoingEvent): Promise<string> {
    const { ring, storage } = this.#context;
    const owner =
      clientId === undefined
        ? (await storage.findAccountByEmail(account))?.id
        : (await storage.findApp(clientId))?.ownerId;
    const [key] = owner === undefined ? [] : await apiKeysOf(ring, storage, owner);
    return key ?? "";
  }

  #record(
    event: OutgoingEvent,
    number: number,
    time: number,
    status: number | undefined,
    problem: string | undefined,
    milliseconds: number,
  ): void {
    this.#log.add({
      number,
      id: event.id,
      time,
      direction: "out",
      method: "POST",
      path: event.url ?? "",
      operation: `event:${event.type}`,
      flow: this.#flows.find([`account:${event.account}`]),
      clientId: event.clientId,
      account: event.account,
      parameters: { attempt: String(event.attempts.length + 1) },
      status,
      error: undefined,
      reason: problem === undefined ? undefined : "event_not_received",
      detail: problem,
      advice: problem && 'Answer an event with status 200 and the text "Hello API Event Received".',
      fault: undefined,
      milliseconds: Math.round(milliseconds * 10) / 10,
    });
  }
}
