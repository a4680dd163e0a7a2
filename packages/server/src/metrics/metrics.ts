/**
 * What Prometheus reads: counters and histograms of this process. Loaded only where the admin listener is. Each label has
 * a fixed list of values; nothing that a caller sends becomes one.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Observer } from "../observer.js";
import type { StorageObserver } from "../storage/measured.js";
import type { PurgeObserver } from "../storage/purging.js";
import { type Readings, registerReadings } from "./readings.js";

export interface Metrics extends Observer, PurgeObserver {
  readonly storage: StorageObserver;
  /** The content type of `text`. */
  readonly contentType: string;
  /** Returns every metric in Prometheus' text format. */
  text(): Promise<string>;
}

/** From a read in memory to a request that waited for a lock, in seconds. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Events that alerts are made of: they are there, as 0, before the first one happens. */
const alertedEvents = ["login_failed", "client_authentication_failed", "refresh_reused", "code_reused"];

export function createMetrics(readings: Readings): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerReadings(registry, readings);
  return {
    ...requestMetrics(registry),
    ...auditMetrics(registry),
    ...purgeMetrics(registry, readings.now),
    storage: storageMetrics(registry),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function requestMetrics(registry: Registry): Pick<Observer, "request"> {
  const registers = [registry];
  const requests = new Counter({
    name: "countersign_http_requests_total",
    help: "Requests answered, by operation, method, status and reason of refusal (empty: none).",
    labelNames: ["operation", "method", "status", "reason"],
    registers,
  });
  const durations = new Histogram({
    name: "countersign_http_request_duration_seconds",
    help: "Time from a request's head to its answer.",
    labelNames: ["operation"],
    buckets: durationBuckets,
    registers,
  });
  const refusals = new Counter({
    name: "countersign_rate_limit_refusals_total",
    help: "Requests refused because a limit was spent: of requests, or of failed sign-ins.",
    labelNames: ["limit"],
    registers,
  });
  for (const limit of ["requests", "sign_in"]) refusals.inc({ limit }, 0);
  return {
    request: ({ operation, method, status, reason, seconds }) => {
      requests.inc({ operation, method, status, reason });
      durations.observe({ operation }, seconds);
      if (reason === "rate_limited") refusals.inc({ limit: "requests" });
      if (reason === "login_throttled") refusals.inc({ limit: "sign_in" });
    },
  };
}

function auditMetrics(registry: Registry): Pick<Observer, "auditEvent" | "auditEventsLost"> {
  const events = new Counter({
    name: "countersign_audit_events_total",
    help: "Security events, whether recorded or left out of a flood. login_failed: wrong sign-ins; refresh_reused: an old refresh token came back.",
    labelNames: ["event"],
    registers: [registry],
  });
  for (const event of alertedEvents) events.inc({ event }, 0);
  const lost = new Counter({
    name: "countersign_audit_events_lost_total",
    help: "Security events that the database did not take.",
    registers: [registry],
  });
  return { auditEvent: (event) => events.inc({ event }), auditEventsLost: (count) => lost.inc(count) };
}

function purgeMetrics(registry: Registry, now: () => number): PurgeObserver {
  const registers = [registry];
  const rows = new Counter({
    name: "countersign_purged_rows_total",
    help: "Rows deleted because they were over.",
    registers,
  });
  const failures = new Counter({
    name: "countersign_purge_failures_total",
    help: "Steps of purging that failed.",
    registers,
  });
  const caughtUpAt = new Gauge({
    name: "countersign_purge_caught_up_timestamp_seconds",
    help: "When purging last found less than one step deletes. Falls behind the clock while there is a backlog.",
    registers,
  });
  caughtUpAt.set(now() / 1000);
  return {
    purged: (count, behind) => {
      rows.inc(count);
      if (!behind) caughtUpAt.set(now() / 1000);
    },
    purgeFailed: () => failures.inc(),
  };
}

function storageMetrics(registry: Registry): StorageObserver {
  const registers = [registry];
  const durations = new Histogram({
    name: "countersign_storage_duration_seconds",
    help: "Time of each act on the database, with its wait for a connection or a commit.",
    labelNames: ["verb"],
    buckets: durationBuckets,
    registers,
  });
  const failures = new Counter({
    name: "countersign_storage_failures_total",
    help: "Acts on the database that failed.",
    labelNames: ["verb"],
    registers,
  });
  return (verb, seconds, failed) => {
    durations.observe({ verb }, seconds);
    if (failed) failures.inc({ verb });
  };
}
