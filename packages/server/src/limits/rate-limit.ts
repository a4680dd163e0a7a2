/** How often somebody may do something: what a limit is, and which limits a server has. */

export interface RateLimit {
  readonly capacity: number;
  readonly periodSeconds: number;
}

export interface RateLimits {
  /** Requests of one app to the token endpoints. */
  readonly client: RateLimit | undefined;
  /** Requests of one address to the token endpoints. */
  readonly address: RateLimit | undefined;
  /** API requests for one account. */
  readonly account: RateLimit | undefined;
}
