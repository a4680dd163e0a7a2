/** Posts events, and posts them again in emulated time until they are received or given up. */

import { accountResource } from "../../accounts/account-resource.js";
import { apiKeysOf } from "../../accounts/api-keys.js";
import type { HttpContext } from "../../http/context.js";
import type { Account, App } from "../../storage/storage.js";
import type { Flows } from "../requests/flows.js";
import type { RequestLog } from "../requests/request-log.js";
import type { Timeline } from "../time/timeline.js";
import { callbackEvent, type Report, targetOf } from "./callback-event.js";
import type { Outbox, OutgoingEvent } from "./outbox.js";
import { postEvent } from "./post-event.js";
import { retryMilliseconds } from "./retry-schedule.js";

export class EventDelivery {
  readonly #context: HttpContext;
  readonly #timeline: Timeline;
  readonly #outbox: Outbox;
  readonly #log: RequestLog;
  readonly #flows: Flows;

  constructor(context: HttpContext, timeline: Timeline, outbox: Outbox, log: RequestLog, flows: Flows) {
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

  /** Tells the app's callback, then the account's. Resolves when the first attempt at each is over. */
  async reported(report: Report): Promise<void> {
    const { storage } = this.#context;
    const app = report.clientId === undefined ? undefined : await storage.findApp(report.clientId);
    const account = await storage.findAccount(report.accountId);
    if (account === undefined) return;
    const about = account.email;
    if (app !== undefined) await this.#report({ ...report, about }, app);
    if (account.callbackUrl !== undefined) await this.#report({ ...report, about }, account);
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
      url,
      body: apiKey === undefined ? undefined : callbackEvent(report, to, apiKey, time),
      state: problem === undefined ? "pending" : "not_sent",
      attempts: [],
      nextAttemptAt: undefined,
      problem,
    });
    if (event.state === "pending") await this.#attempt(event.id);
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
