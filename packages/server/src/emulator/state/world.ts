/** All that an emulator is beside the server: time, faults, log, outbox, and going back to an earlier state. */

import type { HttpContext } from "../../http/context.js";
import type { DocumentsState } from "../api/documents.js";
import { Signing, type SigningState } from "../api/signing.js";
import { FaultList, type FaultState } from "../faults/fault.js";
import { EventDelivery } from "../outbox/delivery.js";
import { type Email, Outbox, type OutgoingEvent } from "../outbox/outbox.js";
import { type RateWindow, RateWindows } from "../rate-windows.js";
import { Flows } from "../requests/flows.js";
import { Recorder } from "../requests/recorder.js";
import { RequestLog } from "../requests/request-log.js";
import type { ClockState } from "../time/clock.js";
import type { Timeline } from "../time/timeline.js";
import type { Dump } from "./dump.js";
import type { ReplaceableStorage } from "./replaceable-storage.js";

interface Snapshot {
  readonly dump: Dump;
  readonly clock: ClockState;
  readonly faults: readonly FaultState[];
  readonly emails: readonly Email[];
  readonly events: readonly OutgoingEvent[];
  readonly signing: SigningState;
  readonly rateWindows: ReadonlyMap<string, RateWindow>;
}

export interface WorldOptions {
  readonly context: HttpContext;
  readonly storage: ReplaceableStorage;
  readonly timeline: Timeline;
  /** Puts the clock as it was at the start. */
  readonly startClock: () => void;
  /** Applies the seed to an empty storage. */
  readonly plant: () => Promise<void>;
}

/** Most snapshots kept; the oldest goes first. */
const mostSnapshots = 50;

export class World {
  readonly faults = new FaultList();
  readonly log = new RequestLog();
  readonly flows = new Flows();
  readonly outbox = new Outbox();
  readonly rateWindows = new RateWindows();
  readonly delivery: EventDelivery;
  readonly recorder: Recorder;
  readonly signing: Signing;
  readonly #snapshots = new Map<string, Snapshot>();
  #made = 0;
  #seeded: { readonly dump: Dump; readonly documents: DocumentsState } | undefined;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { context, timeline } = options;
    this.recorder = new Recorder(context, this.log, this.flows);
    const { outbox, log, flows, faults } = this;
    this.delivery = new EventDelivery({ context, timeline, outbox, log, flows, faults });
    this.signing = new Signing({ context, timeline, outbox: this.outbox, delivery: this.delivery });
  }

  get context(): HttpContext {
    return this.#options.context;
  }

  get timeline(): Timeline {
    return this.#options.timeline;
  }

  /** Says that storage and documents hold the seed and nothing else: a reset then need not make it anew. */
  planted(): void {
    const documents = this.signing.documents.state();
    this.#seeded = { dump: this.#options.storage.dump(), documents };
  }

  /** Remembers accounts, apps, grants, tokens, documents, clock, faults and outbox. The request log is not part of it. */
  snapshot(): string {
    const { storage, timeline } = this.#options;
    this.#made += 1;
    const id = `snapshot-${this.#made}`;
    this.#snapshots.set(id, {
      dump: storage.dump(),
      clock: timeline.clock.state(),
      faults: this.faults.list(),
      emails: this.outbox.emails(),
      events: this.outbox.events(),
      signing: this.signing.state(),
      rateWindows: this.rateWindows.state(),
    });
    const oldest = this.#snapshots.size > mostSnapshots ? this.#snapshots.keys().next().value : undefined;
    if (oldest !== undefined) this.#snapshots.delete(oldest);
    return id;
  }

  /** Returns false if there is no such snapshot. It may be restored any number of times. */
  async restore(id: string): Promise<boolean> {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) return false;
    const { storage, timeline } = this.#options;
    timeline.clear();
    await storage.replace(snapshot.dump);
    timeline.clock.reset();
    if (snapshot.clock.frozen) timeline.clock.freezeAt(snapshot.clock.now);
    else timeline.clock.set(snapshot.clock.now);
    this.faults.restore(snapshot.faults);
    this.rateWindows.restore(snapshot.rateWindows);
    this.outbox.restore(snapshot.emails, snapshot.events);
    this.delivery.resume();
    this.signing.restore(snapshot.signing);
    return true;
  }

  /** Back to the seed: no grant, token, session, fault, request or e-mail is left, and the clock is as at the start. */
  async reset(): Promise<void> {
    const { storage, timeline, plant, startClock } = this.#options;
    timeline.clear();
    this.faults.clear();
    this.rateWindows.restore();
    this.outbox.restore([], []);
    this.flows.clear();
    this.signing.reset();
    timeline.clock.reset();
    startClock();
    await storage.replace(this.#seeded?.dump ?? new Map());
    if (this.#seeded !== undefined) this.signing.documents.restore(this.#seeded.documents);
    if (this.#seeded === undefined) {
      await plant();
      this.planted();
    }
    this.log.restart();
  }

  close(): void {
    this.timeline.clear();
    this.log.close();
  }
}
