/** What `serve` has for operators: metrics of its storage and requests, and the admin listener. Nothing without a port. */

import type { FastifyInstance } from "fastify";
import type { CountersignApp } from "../app.js";
import { passwordQueue } from "../crypto/passwords.js";
import type { JsonLog } from "../log.js";
import type { Metrics } from "../metrics/metrics.js";
import { measuredStorage, storageAround } from "../storage/measured.js";
import { buildOf } from "./build.js";
import type { Opened } from "./open.js";
import type { OpenedTraces } from "./traces.js";
import { version } from "./version.js";

export interface Operators {
  /** What was opened, with its storage measured. */
  readonly opened: Opened;
  readonly observer: Metrics | undefined;
  /** Starts the admin listener, if there is one. */
  listen(app: CountersignApp): Promise<{ readonly origin: string | undefined; close(): Promise<void> }>;
}

export async function operators(
  untraced: Opened,
  log: JsonLog,
  traces: OpenedTraces | undefined,
): Promise<Operators> {
  const opened =
    traces === undefined ? untraced : { ...untraced, storage: storageAround(untraced.storage, traces.verbs) };
  const { admin } = opened.config;
  if (admin === undefined)
    return {
      opened,
      observer: undefined,
      listen: async () => ({ origin: undefined, close: async () => {} }),
    };
  // Loaded where it is wanted: no other server pays for it.
  const { createMetrics } = await import("../metrics/metrics.js");
  const { createAdminServer } = await import("../admin/server.js");
  const { storage, ring, now } = opened;
  const metrics = createMetrics({
    now,
    version,
    droppedLogLines: log.droppedLines,
    passwords: passwordQueue,
    connections: () => storage.connectionUse?.(),
    clockAhead: () => storage.clockAhead?.(),
    fingerprints: () => ring.fingerprints(),
  });
  const measured = measuredStorage(storage, () => performance.now(), metrics.storage);
  return {
    opened: { ...opened, storage: measured },
    observer: metrics,
    listen: async ({ context, readiness }) => {
      const { token, metricsToken } = admin;
      const api = token === undefined ? undefined : { token, build: buildOf(opened.config) };
      const tracing = traces?.tracing;
      const server = createAdminServer(context, { metrics, readiness, metricsToken, api, tracing });
      await server.listen({ host: admin.host, port: admin.port });
      return { origin: originOf(server), close: () => server.close() };
    },
  };
}

const originOf = (server: FastifyInstance) => server.listeningOrigin;
