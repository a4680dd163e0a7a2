/** The public face of token keeping: a token on demand, what this process remembers, and the user's own acts. */

import type { AccessTokenOptions, AccessTokens } from "./access-tokens.js";
import { type AuthorizedFetch, type AuthorizedFetchOptions, authorizedFetch } from "./authorized-fetch.js";
import { randomText } from "./encoding.js";
import { ReauthorizationRequired } from "./errors.js";
import { notify } from "./listener.js";
import type { OAuthTokenResponse } from "./models.js";
import { OAuthApi } from "./oauth-api.js";
import { RememberedTokens } from "./remembered-tokens.js";
import { type Flight, SharedFlights } from "./shared-flights.js";
import type { TokenKeeperOptions } from "./token-keeper-options.js";
import { checkToken, checkUserId, type KeeperSettings, readOptions } from "./token-keeper-settings.js";
import { TokenLifecycle } from "./token-lifecycle.js";
import { type TokenRecord, toRecord } from "./token-record.js";

/**
 * A valid access token for each user, on demand.
 *
 * One refresh at a time for each user, in this process and in all that share the store; a new token is saved before it is
 * used; only the server's clear word ends a session. Safe for any number of concurrent callers. What is stored belongs to the
 * user, the app and the server: keepers of several apps can share a store.
 */
export class TokenKeeper implements AccessTokens {
  readonly #settings: KeeperSettings;
  readonly #lifecycle: TokenLifecycle;
  readonly #api: OAuthApi;
  readonly #remembered: RememberedTokens;
  readonly #flights = new SharedFlights((flight) => this.#fly(flight));
  readonly #acts = new Map<string, Promise<unknown>>();

  /** @throws {InvalidArgumentError} naming an option that is missing or out of range. */
  constructor(options: TokenKeeperOptions) {
    const settings = readOptions(options);
    const { clientId, clientSecret, config, attemptTimeoutMilliseconds, random } = settings;
    this.#settings = settings;
    this.#api = new OAuthApi(config);
    this.#remembered = new RememberedTokens(settings);
    this.#lifecycle = new TokenLifecycle(settings.store, {
      ...settings,
      // Asked each time: the shared configuration may still change.
      app: () => [clientId, config.appUrl("")],
      newOwner: () => randomText(random, 12),
      chance: () => this.#chance(),
      timing: () => this.#timing(),
      request: { api: this.#api, clientId, clientSecret, attemptTimeoutMilliseconds },
      emit: (event) => notify(settings.onEvent, event),
    });
  }

  /**
   * Resolves when the token of a user is stored: call it with what the callback brought. Replaces an older one, also one that
   * cannot be read.
   *
   * @throws {InvalidArgumentError} when the token could not be used.
   * @throws {TemporarilyUnavailable} when the store fails; whether the token is stored is then not known.
   */
  async save(userId: string, token: OAuthTokenResponse): Promise<void> {
    checkUserId(userId);
    checkToken(token);
    const login = randomText(this.#settings.random, 12);
    const record = toRecord(token, this.#timing(), { refreshToken: undefined, login });
    await this.#act(userId, () => this.#lifecycle.begin(userId, record), record);
  }

  /**
   * A valid access token.
   *
   * @throws {ReauthorizationRequired} when only the user can help.
   * @throws {TemporarilyUnavailable} when there is none at the moment.
   * @throws {ClientRejected} when the server refuses the app.
   * @throws {RecordUnreadable} when what is stored cannot be read.
   * @throws the reason of the signal.
   */
  async accessToken(userId: string, options?: AccessTokenOptions): Promise<string> {
    options?.signal?.throwIfAborted();
    const remembered = this.#remembered.fresh(userId);
    if (remembered !== undefined && remembered !== options?.rejected) return remembered;
    checkUserId(userId);
    return untilAborted(this.#flights.join(userId, options?.rejected), options?.signal);
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
    return authorizedFetch((wanted) => this.accessToken(userId, wanted), this.#settings.config, options);
  }

  /** Whether the user has a session: what the store says, no request to the server. Throws where the store or the record fails. */
  async status(userId: string): Promise<"active" | "revoked" | "unknown"> {
    checkUserId(userId);
    const record = await this.#lifecycle.peek(userId);
    if (record === undefined) return "unknown";
    return record.status === "active" ? "active" : "revoked";
  }

  /**
   * Ends the session and remembers it: `accessToken` rejects with ReauthorizationRequired from now on, in other processes after
   * `recheckSeconds`. With `revokeAtServer` the server is told first, and its failure leaves everything as it was. Of a record
   * that cannot be read nothing can be told to the server; it is closed all the same.
   */
  async revoke(userId: string): Promise<void> {
    checkUserId(userId);
    await this.#act(userId, async () => {
      if (this.#settings.revokeAtServer) await this.#revokeAtServer(userId);
      await this.#lifecycle.end(userId);
    });
  }

  /** Removes everything stored of the user for this app, readable or not; the server is not told. */
  async forget(userId: string): Promise<void> {
    checkUserId(userId);
    await this.#act(userId, () => this.#lifecycle.remove(userId));
  }

  /**
   * Stores once more what is stored of the user: encrypted, after encryption was switched on, and under the first key of the
   * ring. Nothing changes for the session; a user of whom nothing is stored is passed over.
   */
  async rewrite(userId: string): Promise<void> {
    checkUserId(userId);
    await this.#lifecycle.rewrite(userId);
  }

  async #revokeAtServer(userId: string): Promise<void> {
    const token = (await this.#lifecycle.revocable(userId)) ?? this.#remembered.usable(userId);
    const { clientId, clientSecret } = this.#settings;
    if (token !== undefined) await this.#api.oauthTokenRevoke({ token, clientId, clientSecret });
  }

  // One act of a user after the other, so that the last one to be acknowledged is the one that holds, here as in the store.
  async #act(userId: string, act: () => Promise<void>, record?: TokenRecord): Promise<void> {
    const before = this.#acts.get(userId);
    const result = (async () => {
      await before?.catch(() => {});
      try {
        await act();
      } catch (error) {
        // It may have happened all the same: the store is asked before memory is believed again.
        this.#remembered.doubt(userId);
        throw error;
      }
      this.#flights.overtake(userId);
      if (record === undefined) this.#remembered.forget(userId);
      else this.#remembered.remember(userId, record);
    })();
    this.#acts.set(userId, result);
    try {
      await result;
    } finally {
      if (this.#acts.get(userId) === result) this.#acts.delete(userId);
    }
  }

  async #fly(flight: Flight): Promise<string> {
    const { userId, rejected } = flight;
    let read: TokenRecord | undefined;
    try {
      const record = await this.#lifecycle.obtain(userId, rejected, (each) => {
        read = each;
      });
      if (!flight.isOvertaken) this.#remembered.remember(userId, record);
      return record.accessToken;
    } catch (error) {
      if (flight.isOvertaken) throw error;
      if (error instanceof ReauthorizationRequired) this.#remembered.forget(userId);
      else if (read !== undefined) this.#remembered.remember(userId, read);
      // Whatever the fault, a token that is still good is handed out; the store is not asked again at every call meanwhile.
      const usable = this.#remembered.usable(userId);
      if (usable === undefined || usable === rejected) throw error;
      this.#remembered.trust(userId);
      return usable;
    }
  }

  #chance(): number {
    return (this.#settings.random(new Uint8Array(1))[0] ?? 0) / 256;
  }

  #timing() {
    const { now, refreshEarlySeconds, defaultExpiresInSeconds } = this.#settings;
    return { nowMilliseconds: now(), refreshEarlySeconds, defaultExpiresInSeconds, chance: this.#chance() };
  }
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
