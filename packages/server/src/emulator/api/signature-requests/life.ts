/** Signature requests in time: keeps each change, plans what falls due, and tells mailbox and callbacks. */

import type { Timeline } from "../../time/timeline.js";
import { notFound } from "../api-fault.js";
import type { Documents } from "../documents.js";
import type { Change, EventNote, MailNote } from "./change.js";
import type { SignatureRequest } from "./request.js";
import { expired, finished, prepared } from "./rules.js";

export interface LifePorts {
  readonly documents: Documents;
  readonly timeline: Timeline;
  /** How many e-mails and events there have been. */
  readonly sent: () => number;
  readonly mail: (note: MailNote, request: SignatureRequest) => void;
  /** Must not reject. */
  readonly event: (note: EventNote, request: SignatureRequest) => Promise<void>;
}

export interface Applied {
  readonly request: SignatureRequest;
  /** Resolves when the first attempt at each event is over. */
  readonly told: Promise<void>;
}

/** Most acts of one request kept: a signer's page may be opened any number of times. */
const mostHistory = 500;

export class RequestLife {
  readonly #ports: LifePorts;

  constructor(ports: LifePorts) {
    this.#ports = ports;
  }

  /** Keeps a new request and plans the end of its preparing phase. */
  begin(request: SignatureRequest): void {
    this.#ports.documents.putRequest(request);
    this.#plan(request);
  }

  /** Keeps a change at once, and tells callbacks of it: an API answer does not wait for those. */
  apply({ request: changed, events, mails }: Change): Applied {
    const request = this.#withHistory(changed, events);
    this.#ports.documents.putRequest(request);
    this.#plan(request);
    for (const note of mails) this.#ports.mail(note, request);
    return { request, told: this.#tell(events, request) };
  }

  /**
   * Changes a request by a rule. The rule is given the request as it is now: whoever had to wait for the caller's rights
   * may have been overtaken by another act.
   * @throws {ApiFault} of the rule, and `not_found` when it is gone.
   */
  change(id: string, rule: (request: SignatureRequest) => Change): Applied {
    const request = this.#ports.documents.request(id);
    if (request === undefined) throw notFound();
    return this.apply(rule(request));
  }

  #withHistory(request: SignatureRequest, events: readonly EventNote[]): SignatureRequest {
    if (events.length === 0) return request;
    const at = this.#ports.timeline.clock.now();
    const entries = events.map(({ type, signatureId, message }) => ({
      at,
      sent: this.#ports.sent(),
      act: type,
      signer: request.signers.find((one) => one.signatureId === signatureId)?.email,
      message,
    }));
    return { ...request, history: [...(request.history ?? []), ...entries].slice(-mostHistory) };
  }

  async #tell(events: readonly EventNote[], request: SignatureRequest): Promise<void> {
    for (const note of events) await this.#ports.event(note, request);
  }

  /** Plans anew what is due: after a snapshot was restored or data read from disk. */
  resume(): void {
    for (const request of this.#ports.documents.requests()) this.#plan(request);
  }

  #plan(request: SignatureRequest): void {
    const at = nextDue(request);
    if (at !== undefined) this.#ports.timeline.plan(at, () => this.#due(request.id));
  }

  /** A plan may have been overtaken: what is due is asked of the request as it is by then. */
  async #due(id: string): Promise<void> {
    const request = this.#ports.documents.request(id);
    const now = this.#ports.timeline.clock.now();
    const at = request && nextDue(request);
    if (request === undefined || at === undefined || at > now) return;
    if (request.phase === "preparing") await this.apply(prepared(request, now)).told;
    else if (request.phase === "complete") await this.apply(finished(request)).told;
    else await this.apply(expired(request)).told;
  }
}

function nextDue(request: SignatureRequest): number | undefined {
  if (request.phase === "preparing") return request.held ? undefined : request.preparedAt;
  if (request.phase === "complete") return request.downloadable ? undefined : request.downloadableAt;
  return request.phase === "open" ? request.expiresAt : undefined;
}
