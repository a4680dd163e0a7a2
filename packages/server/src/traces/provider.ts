/** OpenTelemetry's SDK and exporter, which are optional: loaded by name where traces are wanted and they are installed. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DiagLogLevel, diag, type Tracer } from "@opentelemetry/api";
import { type Samplers, samplerOf } from "./sampler.js";

type Environment = Readonly<Record<string, string | undefined>>;

interface Resource {
  merge(other: Resource): Resource;
}
interface Sdk extends Samplers {
  readonly TracerProvider: new (
    options: object,
  ) => {
    getTracer(name: string, version: string): Tracer;
    shutdown(): Promise<void>;
  };
  readonly BatchSpanProcessor: new (options: object) => object;
}
interface Resources {
  defaultResource(): Resource;
  resourceFromAttributes(attributes: object): Resource;
  detectResources(options: { detectors: unknown[] }): Resource;
  readonly envDetector: unknown;
}
interface Exporter {
  readonly OTLPTraceExporter: new () => object;
}

/** What is to be installed beside the server. */
export const tracePackages = [
  "@opentelemetry/sdk-trace",
  "@opentelemetry/resources",
  "@opentelemetry/exporter-trace-otlp-http",
] as const;

export interface Provider {
  readonly tracer: Tracer;
  /** Sends what waits. */
  shutdown(): Promise<void>;
}

export interface ProviderOptions {
  readonly environment: Environment;
  readonly version: string;
  /** Is told of traces that do not arrive. */
  readonly warn: (message: string) => void;
}

/** Returns undefined where one of the packages is not installed. @throws {Error} for a setting that cannot be used. */
export async function loadProvider({
  environment,
  version,
  warn,
}: ProviderOptions): Promise<Provider | undefined> {
  const loaded = await Promise.all(tracePackages.map(load));
  if (loaded.includes(undefined)) return undefined;
  const [sdk, resources, exporter] = loaded as [Sdk, Resources, Exporter];
  diag.setLogger({ ...silent, error: (message) => warn(message.slice(0, 300)) }, DiagLogLevel.ERROR);
  const own = resources.resourceFromAttributes({ "service.name": "countersign", "service.version": version });
  const provider = new sdk.TracerProvider({
    resource: resources
      .defaultResource()
      .merge(own)
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    sampler: samplerOf(environment, sdk),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new exporter.OTLPTraceExporter() })],
  });
  return { tracer: provider.getTracer("countersign", version), shutdown: () => provider.shutdown() };
}

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, verbose: () => {} };

/** From beside the server, as a dependency would be found; else from the folder that the command was started in. */
async function load(name: string): Promise<unknown> {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href]) {
    try {
      return await import(pathToFileURL(createRequire(from).resolve(name)).href);
    } catch (error) {
      if ((error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}
