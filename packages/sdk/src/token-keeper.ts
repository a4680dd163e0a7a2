import { type AuthorizedFetch, type AuthorizedFetchOptions, authorizedFetch } from "./authorized-fetch.js";
import { type Configuration, resolveConfiguration } from "./configuration.js";
import { randomText, systemRandom } from "./encoding.js";
import { InvalidArgumentError, TemporarilyUnavailable } from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import { OAuthApi } from "./oauth-api.js";
import type { AccessTokenOptions, TokenKeeperEvent, TokenKeeperOptions } from "./token-keeper-options.js";
import { TokenLifecycle } from "./token-lifecycle.js";
import { closedRecord, type TokenRecord, toRecord } from "./token-record.js";
import { isToken } from "./wire.js";

interface CachedToken {
  token: string;
  /** Until here without asking the store. */
  freshUntilMs: number;
  unusableAtMs: number;
}

/**
 * A valid access token for each user, on demand.
 *
 * One refresh at a time for each user, in this process and in all that share the store; a new token is saved before it is
 * used; only the server's clear word ends a session. Safe for any number of concurrent callers.
 */
export class TokenKeeper {
  readonly #lifecycle: TokenLifecycle;
  readonly #config: Configuration;
  readonly #options: TokenKeeperOptions;
  readonly #api: OAuthApi;
  readonly #now: () => number;
  readonly #chance: () => number;
  readonly #recheckMs: number;
  readonly #maxCached: number;
  readonly #cache = new Map<string, CachedToken>();
  readonly #flights = new Map<string, Promise<string>>();

  /** Throws InvalidArgumentError naming an option that is missing or out of range. */
  constructor(options: TokenKeeperOptions) {
    const { clientId, clientSecret, store, now = Date.now, random = systemRandom } = options;
    if (typeof clientId !== "string" || clientId === "")
      throw new InvalidArgumentError("clientId", "is required");
    if (typeof store?.read !== "function" || typeof store.write !== "function") {
      throw new InvalidArgumentError("store", "must be a token store");
    }
    const leaseMs = 1000 * positive("leaseSeconds", options.leaseSeconds ?? 30);
    const attemptTimeoutMs = positive("attemptTimeoutMs", options.attemptTimeoutMs ?? 10_000);
    this.#options = options;
    this.#config = resolveConfiguration(options.config);
    this.#api = new OAuthApi(this.#config);
    this.#now = now;
    this.#chance = () => (random(new Uint8Array(1))[0] ?? 0) / 256;
    this.#recheckMs = 1000 * positive("recheckSeconds", options.recheckSeconds ?? 60);
    this.#maxCached = positive("maxCachedUsers", options.maxCachedUsers ?? 10_000);
    this.#lifecycle = new TokenLifecycle(store, {
      now,
      leaseMs,
      newOwner: () => randomText(random, 12),
      sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
      chance: this.#chance,
      timing: () => this.#timing(),
      refreshMs: (leaseMs * 2) / 3,
      minRefreshIntervalMs: 1000 * (options.minRefreshIntervalSeconds ?? 10),
      request: { api: this.#api, clientId, clientSecret, attemptTimeoutMs },
      emit: (event) => this.#emit(event),
    });
  }

  /** Resolves when the token of a user is stored: call it with what the callback brought. Replaces an older one. */
  async save(userId: string, token: OAuthTokenResponse): Promise<void> {
    checkUserId(userId);
    if (typeof token?.accessToken !== "string" || !isToken(token.accessToken)) {
      throw new InvalidArgumentError("token", "must be a token response");
    }
    // RFC 6750: a token of another type would need more than a header.
    if (!/^bearer$/i.test(token.tokenType ?? "Bearer"))
      throw new InvalidArgumentError("token", "must be a Bearer token");
    const record = toRecord(token, this.#timing());
    await this.#lifecycle.replace(userId, () => record);
    this.#remember(userId, record);
  }

  /**
   * A valid access token. Throws ReauthorizationRequired, TemporarilyUnavailable or ClientRejected, each saying what to do,
   * or the reason of the signal.
   */
  async accessToken(userId: string, options?: AccessTokenOptions): Promise<string> {
    options?.signal?.throwIfAborted();
    const cached = this.#cache.get(userId);
    if (cached !== undefined && cached.token !== options?.rejected && this.#now() < cached.freshUntilMs) {
      return cached.token;
    }
    checkUserId(userId);
    return untilAborted(this.#share(userId, options?.rejected), options?.signal);
  }

  /** The header for a call of the API. Throws as `accessToken` does. */
  async headers(userId: string, options?: AccessTokenOptions): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${await this.accessToken(userId, options)}` };
  }

  /**
   * A `fetch` for the API in the user's name: adds the header, tries once more with a fresh token after a 401, and never
   * sends the token to another origin.
   */
  fetch(userId: string, options?: AuthorizedFetchOptions): AuthorizedFetch {
    checkUserId(userId);
    return authorizedFetch((wanted) => this.accessToken(userId, wanted), this.#config, options);
  }

  /** Whether the user has a session: what the store says, no request to the server. */
  async status(userId: string): Promise<"active" | "revoked" | "unknown"> {
    checkUserId(userId);
    const record = await this.#lifecycle.peek(userId);
    if (record === undefined) return "unknown";
    return record.status === "active" ? "active" : "revoked";
  }

  /**
   * Ends the session and remembers it: `accessToken` throws ReauthorizationRequired from now on, in other processes after
   * `recheckSeconds`. With `revokeAtServer` the server is told first, and its failure leaves everything as it was.
   */
  async revoke(userId: string): Promise<void> {
    checkUserId(userId);
    const record = await this.#lifecycle.peek(userId);
    const token = record?.refreshToken ?? record?.accessToken;
    if (this.#options.revokeAtServer === true && token) {
      const { clientId, clientSecret } = this.#options;
      await this.#api.oauthTokenRevoke({ token, clientId, clientSecret });
    }
    await this.#lifecycle.replace(userId, (present) => present && closedRecord(present, "revoked"));
    this.#cache.delete(userId);
  }

  /** Removes everything stored of the user; the server is not told. */
  async forget(userId: string): Promise<void> {
    checkUserId(userId);
    await this.#lifecycle.replace(userId, () => undefined);
    this.#cache.delete(userId);
  }

  // Callers that want the same share one flight.
  #share(userId: string, rejected: string | undefined): Promise<string> {
    const key = JSON.stringify([userId, rejected]);
    const running = this.#flights.get(key);
    if (running !== undefined) return running;
    const flight = this.#obtain(userId, rejected).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #obtain(userId: string, rejected: string | undefined): Promise<string> {
    try {
      const record = await this.#lifecycle.obtain(userId, rejected);
      this.#remember(userId, record);
      return record.accessToken;
    } catch (error) {
      const cached = this.#cache.get(userId);
      const storeIsDown = error instanceof TemporarilyUnavailable && error.reason === "store";
      if (storeIsDown && cached && cached.token !== rejected && this.#now() < cached.unusableAtMs)
        return cached.token;
      this.#cache.delete(userId);
      throw error;
    }
  }

  #remember(userId: string, record: TokenRecord): void {
    const freshUntilMs = Math.min(record.refreshAtMs, record.unusableAtMs, this.#now() + this.#recheckMs);
    this.#cache.delete(userId);
    const { accessToken: token, unusableAtMs } = record;
    this.#cache.set(userId, { token, freshUntilMs, unusableAtMs });
    if (this.#cache.size <= this.#maxCached) return;
    for (const [oldest] of this.#cache) {
      this.#cache.delete(oldest);
      break;
    }
  }

  #timing() {
    const { refreshEarlySeconds = 300, defaultExpiresInSeconds = 3600 } = this.#options;
    return { nowMs: this.#now(), refreshEarlySeconds, defaultExpiresInSeconds, chance: this.#chance() };
  }

  #emit(event: TokenKeeperEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A broken listener must not cost a token.
    }
  }
}

function positive(field: string, value: number): number {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError(field, "must be a positive number");
  return value;
}

function checkUserId(userId: unknown): void {
  if (typeof userId !== "string" || userId === "")
    throw new InvalidArgumentError("userId", "must be a non-empty string");
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
