/**
 * Flows: which authorization, code, token family and API calls are one story. A flow is found by what a request
 * carries (state, code, token) and learns what its answer gives (a code, a family).
 */

/** Most things remembered; the oldest are forgotten first. */
const mostKeys = 20_000;

export type FlowKey = `${"authorization" | "state" | "code" | "family" | "account"}:${string}`;

export class Flows {
  readonly #byKey = new Map<FlowKey, string>();
  #made = 0;

  /** Returns the flow of the first key that is known. */
  find(keys: readonly FlowKey[]): string | undefined {
    for (const key of keys) {
      const flow = this.#byKey.get(key);
      if (flow !== undefined) return flow;
    }
    return undefined;
  }

  create(): string {
    this.#made += 1;
    return `flow-${this.#made}`;
  }

  learn(key: FlowKey, flow: string): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, flow);
    const oldest = this.#byKey.size > mostKeys ? this.#byKey.keys().next().value : undefined;
    if (oldest !== undefined) this.#byKey.delete(oldest);
  }

  /** An authorization that has been answered is over: the same request again begins another story. */
  forget(key: FlowKey): void {
    this.#byKey.delete(key);
  }

  clear(): void {
    this.#byKey.clear();
  }
}
