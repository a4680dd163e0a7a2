/** What a keeper can be given, and what it tells. Types alone. */

import type { Configuration, ConfigurationOptions } from "./configuration.js";
import type { RandomSource } from "./encoding.js";
import type { ReauthorizationReason, UnavailableReason } from "./errors.js";
import type { TokenStore } from "./stores/store.js";
import type { Sleep, Timer } from "./time.js";

/** What happened to a user's token, for metrics and logs. Holds no token. */
export type TokenKeeperEvent =
  /** This process got and saved a new token. */
  | { type: "refreshed"; userId: string; durationMs: number }
  /** Another process had saved one meanwhile; it is used. */
  | { type: "adopted"; userId: string }
  /** An attempt to refresh failed; there will be another. */
  | { type: "retry"; userId: string; attempt: number; error: unknown }
  /** A new token could not be saved; it is in the memory of this process only. */
  | { type: "save_failed"; userId: string; attempt: number; error: unknown }
  /** There is no new token at the moment. A token that is still good is handed out all the same. */
  | { type: "unavailable"; userId: string; reason: UnavailableReason; error: unknown }
  /** The server refused the app, not the user. A token that is still good is handed out all the same. */
  | { type: "client_rejected"; userId: string; error: unknown }
  /** What is stored cannot be read: its encryption key is missing, or it is damaged. */
  | { type: "unreadable"; userId: string; error: unknown }
  /** The session is over. */
  | { type: "reauthorization_required"; userId: string; reason: ReauthorizationReason };

/** Options of a `TokenKeeper`. */
export interface TokenKeeperOptions {
  clientId: string;
  /** Left out only by a public app. */
  clientSecret?: string | undefined;
  store: TokenStore;
  /** @default the shared configuration */
  config?: Configuration | ConfigurationOptions | string | undefined;
  /** A refresh is due this many seconds before expiry, up to twice as many by chance, and at most half a lifetime. @default 300 */
  refreshEarlySeconds?: number | undefined;
  /** The lifetime of a token whose response does not say it. @default 3600 */
  defaultExpiresInSeconds?: number | undefined;
  /** Seconds that a token is served from memory without asking the store whether it was revoked. @default 60 */
  recheckSeconds?: number | undefined;
  /** Seconds after which a process that died while refreshing is passed over. @default 30 */
  leaseSeconds?: number | undefined;
  /** Milliseconds for one attempt to refresh; all attempts together end within two thirds of the lease. @default 10000 */
  attemptTimeoutMs?: number | undefined;
  /** Milliseconds for one act of the store; a token in memory that is still good is handed out when it takes longer. @default 5000 */
  storeTimeoutMs?: number | undefined;
  /** A token younger than this many seconds is not refreshed because an API refused it. @default 10 */
  minRefreshIntervalSeconds?: number | undefined;
  /** Users whose token is kept in memory. @default 10000 */
  maxCachedUsers?: number | undefined;
  /** `revoke` also tells the server (RFC 7009), where it offers that; the live service does not. @default false */
  revokeAtServer?: boolean | undefined;
  /** Receives every event; it is not waited for, and what it throws or rejects with is ignored. @default undefined */
  onEvent?: ((event: TokenKeeperEvent) => unknown) | undefined;
  /** Milliseconds since the epoch. Processes that share a store should agree within some seconds. @default Date.now */
  now?: (() => number) | undefined;
  /** @default crypto.getRandomValues */
  random?: RandomSource | undefined;
  /** Waits between attempts. @default a timer */
  sleep?: Sleep | undefined;
  /** Ends waits that are too long. @default setTimeout */
  timer?: Timer | undefined;
}
