/**
 * The documents of open clients: fetched through the guard, kept for a while, and fetched a limited number of times, so that
 * nobody can make this server knock at another's door. A failure is remembered too. No act of the storage is under way
 * while one is fetched.
 */

import type { LimitState } from "../limits/limiter.js";
import type { RateLimit } from "../limits/rate-limit.js";
import type { Members } from "../oauth/open-clients/client-metadata.js";
import { type DocumentSource, unusable } from "../oauth/open-clients/document.js";
import { Refusal } from "../oauth/refusal.js";
import { GetFault, type Got, guardedGet, type Outgoing } from "./guarded-get.js";

/** How long documents and failures are kept, in seconds. */
const kept = { least: 300, usual: 3600, most: 86_400, failure: 60 };
const mostKept = 1000;
/** Most documents that are fetched at a time. */
const mostAtOnce = 8;
/** Fetches by who asks, to one host, and altogether; nodes share them. */
export const documentLimits = {
  caller: { capacity: 20, periodSeconds: 60 },
  host: { capacity: 20, periodSeconds: 60 },
  all: { capacity: 200, periodSeconds: 60 },
} satisfies Record<string, RateLimit>;

export interface DocumentDeps {
  readonly outgoing: Outgoing;
  readonly limiter: { take(key: string, limit: RateLimit): LimitState | Promise<LimitState> };
  readonly now: () => number;
  /** Returns the members of a JSON object. @throws {Error} where it is none. */
  readonly readJson: (body: Buffer) => Members;
}

type Outcome = { readonly members: Members } | { readonly refusal: Refusal };
interface Kept {
  readonly outcome: Outcome;
  readonly until: number;
}

export class Documents implements DocumentSource {
  readonly #deps: DocumentDeps;
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<Outcome>>();

  constructor(deps: DocumentDeps) {
    this.#deps = deps;
  }

  async read(url: URL, caller: string): Promise<Members> {
    const found = this.#kept.get(url.href);
    const live = found !== undefined && found.until > this.#deps.now();
    const outcome = live ? found.outcome : await this.#fetch(url, caller);
    if ("refusal" in outcome) throw outcome.refusal;
    return outcome.members;
  }

  /** Those who ask for the same document wait for one fetch. */
  async #fetch(url: URL, caller: string): Promise<Outcome> {
    const shared = this.#underWay.get(url.href);
    if (shared !== undefined) return shared;
    await this.#limit(url.host, caller);
    // Others may have come while the limits were asked.
    const begun = this.#underWay.get(url.href);
    if (begun !== undefined) return begun;
    if (this.#underWay.size >= mostAtOnce) throw tooMany("documents are being fetched", 1);
    const fetched = this.#fetchAndKeep(url).finally(() => this.#underWay.delete(url.href));
    this.#underWay.set(url.href, fetched);
    return fetched;
  }

  /** In this order: who has spent a limit of his own spends none of others. */
  async #limit(host: string, caller: string): Promise<void> {
    const { limiter, now } = this.#deps;
    for (const [key, limit] of [
      [`document-caller:${caller}`, documentLimits.caller],
      [`document-host:${host}`, documentLimits.host],
      ["documents", documentLimits.all],
    ] as const) {
      const { allowed, resetAt } = await limiter.take(key, limit);
      if (!allowed) throw tooMany("documents were asked for", Math.ceil((resetAt - now()) / 1000));
    }
  }

  async #fetchAndKeep(url: URL): Promise<Outcome> {
    const { outgoing, now, readJson } = this.#deps;
    let outcome: Outcome;
    let seconds: number = kept.failure;
    try {
      const got = await guardedGet(url, outgoing);
      outcome = { members: readJson(got.body) };
      seconds = secondsToKeep(got);
    } catch (error) {
      outcome = { refusal: unusable(wordsOf(error)) };
    }
    if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.delete(url.href);
    this.#kept.set(url.href, { outcome, until: now() + seconds * 1000 });
    return outcome;
  }
}

function secondsToKeep({ maxAgeSeconds = kept.usual }: Got): number {
  return Math.min(Math.max(maxAgeSeconds, kept.least), kept.most);
}

function wordsOf(error: unknown): string {
  if (error instanceof GetFault) return error.message;
  if (error instanceof Refusal) return error.detail;
  return "it is not a JSON object";
}

function tooMany(what: string, seconds: number): Refusal {
  return new Refusal("rate_limited", `too many ${what}`, undefined, {
    retryAfterSeconds: Math.max(1, seconds),
  });
}
