/** What is read at the moment of a scrape: queues, connections, the log, the build, the secrets in use. */

import { Counter, Gauge, type Registry } from "prom-client";
import type { ConnectionUse } from "../storage/port/storage.js";

export interface Readings {
  readonly now: () => number;
  readonly version: string;
  /** How many log lines were dropped since the start. */
  readonly droppedLogLines: () => number;
  readonly passwords: () => { readonly running: number; readonly waiting: number };
  readonly connections: () => ConnectionUse | undefined;
  /** How far this clock is ahead of the database's, in milliseconds; undefined where there is none to compare with. */
  readonly clockAhead: () => number | undefined;
  /** What tells the secrets apart without telling them, the one that signs first. */
  readonly fingerprints: () => readonly string[];
}

/** The clock is read by whoever scrapes, to be compared with his own. */
export function registerReadings(registry: Registry, readings: Readings): void {
  const { version, droppedLogLines, passwords, connections, clockAhead, fingerprints, now } = readings;
  const gauge = (name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void) =>
    new Gauge({
      name: `countersign_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        read(this);
      },
    });
  gauge("build_info", "1, with the version.", ["version"], (one) => one.set({ version }, 1));
  gauge("clock_timestamp_seconds", "This node's clock: compare it with time().", [], (one) =>
    one.set(now() / 1000),
  );
  gauge(
    "clock_ahead_seconds",
    "How far this node's clock is ahead of the database's (below 0: behind).",
    [],
    (one) => {
      const ahead = clockAhead();
      if (ahead !== undefined) one.set(ahead / 1000);
    },
  );
  gauge("passwords", "Passwords that are being hashed, and that wait for their turn.", ["state"], (one) => {
    for (const [state, count] of Object.entries(passwords())) one.set({ state }, count);
  });
  gauge("database_connections", "Connections by state; waiting are acts without one.", ["state"], (one) => {
    for (const [state, count] of Object.entries(connections() ?? {})) one.set({ state }, count);
  });
  gauge(
    "secret_info",
    "1 for each secret in use, by place (1 signs) and fingerprint. All nodes should say the same.",
    ["place", "fingerprint"],
    (one) => {
      for (const [index, fingerprint] of fingerprints().entries())
        one.set({ place: index + 1, fingerprint }, 1);
    },
  );
  new Counter({
    name: "countersign_log_lines_dropped_total",
    help: "Log lines that were not taken, or not read in time.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(droppedLogLines());
    },
  });
}
