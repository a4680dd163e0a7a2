/** Which traces are kept, as the environment says in OpenTelemetry's words (OTEL_TRACES_SAMPLER and its argument). */

/** What the SDK offers; its own types are not there where it is not installed. */
export interface Samplers {
  readonly AlwaysOnSampler: new () => object;
  readonly AlwaysOffSampler: new () => object;
  readonly TraceIdRatioBasedSampler: new (ratio: number) => object;
  readonly ParentBasedSampler: new (options: { root: object }) => object;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {Error} for a name that OpenTelemetry does not have, or a ratio that is none. */
export function samplerOf(environment: Environment, sdk: Samplers): object {
  const name = environment.OTEL_TRACES_SAMPLER?.trim() || "parentbased_always_on";
  const root = rootSampler(name.replace(/^parentbased_/, ""), environment.OTEL_TRACES_SAMPLER_ARG, sdk);
  return name.startsWith("parentbased_") ? new sdk.ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, argument: string | undefined, sdk: Samplers): object {
  if (name === "always_on") return new sdk.AlwaysOnSampler();
  if (name === "always_off") return new sdk.AlwaysOffSampler();
  if (name !== "traceidratio")
    throw new Error(`OTEL_TRACES_SAMPLER names no sampler that is known here: ${name}`);
  const ratio = Number(argument?.trim() || "1");
  if (!(ratio >= 0 && ratio <= 1))
    throw new Error(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not "${argument}"`);
  return new sdk.TraceIdRatioBasedSampler(ratio);
}
