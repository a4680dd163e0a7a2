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

/** What a request's span begins with. Nothing of it is a secret; the route is the server's own text. */
export interface BegunRequest {
  readonly id: string;
  readonly method: string;
  /** Undefined for a path that leads nowhere. */
  readonly route: string | undefined;
  /** The headers of W3C Trace Context, as they came. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

export interface RequestSpan {
  readonly traceId: string;
  /** What the answer says of it (`traceresponse`). */
  readonly header: string;
  /** Runs what belongs to the request. */
  within(run: () => void): void;
  end(answered: ObservedRequest): void;
}

/** Follows each request through what is done for it. */
export interface Tracing {
  begin(request: BegunRequest): RequestSpan;
}

export interface Observer {
  request(answered: ObservedRequest): void;
  auditEvent(event: string): void;
  auditEventsLost(count: number): void;
}
