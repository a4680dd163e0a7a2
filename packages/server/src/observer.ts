/** What a server tells whoever watches it: metrics and traces hang on this. Absent, nothing is measured. */

/** One request that has been answered. Each text is one of a fixed list, never what a caller sent. */
export interface ObservedRequest {
  /** The endpoint's operation; `other` for pages, assets and probes, `none` for a path that leads nowhere. */
  readonly operation: string;
  readonly method: string;
  readonly status: number;
  /** Why it was refused; empty for a success. */
  readonly reason: string;
  readonly seconds: number;
}

export interface Observer {
  request(answered: ObservedRequest): void;
  auditEvent(event: string): void;
  auditEventsLost(count: number): void;
}
