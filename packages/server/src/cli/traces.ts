/** Traces of `serve`: only where OpenTelemetry's environment names a collector. Nothing is loaded elsewhere. */

import type { Traces } from "../traces/traces.js";
import { version } from "./version.js";

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenedTraces extends Traces {
  /** Sends what waits, for as long as a server that stops may take over it. */
  close(): Promise<void>;
}

const lastSpansMilliseconds = 2000;
/** Between two lines on traces that do not arrive, in milliseconds. */
const reminderMilliseconds = 600_000;

function wantsTraces(environment: Environment): boolean {
  if (environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return false;
  if (environment.OTEL_TRACES_EXPORTER?.trim() === "none") return false;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = environment;
  return Boolean(own?.trim() || all?.trim());
}

/** Returns undefined where none are wanted, or they cannot be had: `warn` is told why, and the server serves without. */
export async function openTraces(
  environment: Environment,
  warn: (message: string) => void,
): Promise<OpenedTraces | undefined> {
  if (!wantsTraces(environment)) return undefined;
  const { loadProvider, tracePackages } = await import("../traces/provider.js");
  try {
    const provider = await loadProvider({ environment, version, warn: seldom(warn) });
    if (provider === undefined) {
      warn(`there are no traces: they need \`npm install ${tracePackages.join(" ")}\` beside the server`);
      return undefined;
    }
    const { createTraces } = await import("../traces/traces.js");
    const close = () => Promise.race([provider.shutdown().catch(() => {}), patience()]);
    return { ...createTraces(provider.tracer), close };
  } catch (error) {
    warn(`there are no traces: ${(error as Error).message}`);
    return undefined;
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lastSpansMilliseconds).unref());
}

function seldom(warn: (message: string) => void): (message: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (Date.now() - saidAt < reminderMilliseconds) return;
    saidAt = Date.now();
    warn(`traces do not arrive: ${message}`);
  };
}
