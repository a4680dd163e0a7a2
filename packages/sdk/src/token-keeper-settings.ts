/** What a keeper is given, checked: its options, and the tokens that are saved. A number that is none would spoil a record. */

import { type Configuration, resolveConfiguration } from "./configuration.js";
import { type RandomSource, systemRandom } from "./encoding.js";
import { InvalidArgumentError } from "./errors.js";
import type { OAuthTokenResponse } from "./models.js";
import type { TokenStore } from "./stores/store.js";
import { type Sleep, systemTimer, type Timer } from "./time.js";
import type { TokenKeeperEvent, TokenKeeperOptions } from "./token-keeper-options.js";
import { isToken, longestLifetimeSeconds, toSeconds } from "./wire.js";

/** The options of a keeper with their defaults. */
export interface KeeperSettings {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly store: TokenStore;
  readonly config: Configuration;
  readonly refreshEarlySeconds: number;
  readonly defaultExpiresInSeconds: number;
  readonly recheckMilliseconds: number;
  readonly leaseMilliseconds: number;
  readonly attemptTimeoutMilliseconds: number;
  readonly storeTimeoutMilliseconds: number;
  readonly minRefreshIntervalMilliseconds: number;
  readonly maxCachedUsers: number;
  readonly revokeAtServer: boolean;
  readonly onEvent: ((event: TokenKeeperEvent) => unknown) | undefined;
  readonly now: () => number;
  readonly random: RandomSource;
  readonly sleep: Sleep;
  readonly timer: Timer;
}

/** @throws {InvalidArgumentError} naming an option that is missing or out of range. */
export function readOptions(options: TokenKeeperOptions): KeeperSettings {
  const { clientId, clientSecret, store, timer = systemTimer } = options;
  if (typeof clientId !== "string" || clientId === "")
    throw new InvalidArgumentError("clientId", "is required");
  if (clientSecret !== undefined && (typeof clientSecret !== "string" || clientSecret === "")) {
    throw new InvalidArgumentError("clientSecret", "must be a non-empty string; a public app leaves it out");
  }
  if (typeof store?.read !== "function" || typeof store.write !== "function") {
    throw new InvalidArgumentError("store", "must be a token store");
  }
  return {
    ...{ clientId, clientSecret, store, timer },
    config: resolveConfiguration(options.config),
    refreshEarlySeconds: atLeastZero("refreshEarlySeconds", options.refreshEarlySeconds ?? 300),
    defaultExpiresInSeconds: positive("defaultExpiresInSeconds", options.defaultExpiresInSeconds ?? 3600),
    recheckMilliseconds: 1000 * positive("recheckSeconds", options.recheckSeconds ?? 60),
    leaseMilliseconds: 1000 * positive("leaseSeconds", options.leaseSeconds ?? 30),
    attemptTimeoutMilliseconds: positive("attemptTimeoutMs", options.attemptTimeoutMs ?? 10_000),
    storeTimeoutMilliseconds: positive("storeTimeoutMs", options.storeTimeoutMs ?? 5_000),
    minRefreshIntervalMilliseconds:
      1000 * atLeastZero("minRefreshIntervalSeconds", options.minRefreshIntervalSeconds ?? 10),
    maxCachedUsers: positive("maxCachedUsers", options.maxCachedUsers ?? 10_000),
    revokeAtServer: options.revokeAtServer === true,
    onEvent: options.onEvent,
    now: options.now ?? Date.now,
    random: options.random ?? systemRandom,
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => timer(ms, resolve))),
  };
}

/** @throws {InvalidArgumentError} unless it is a non-empty string. */
export function checkUserId(userId: unknown): void {
  if (typeof userId !== "string" || userId === "") {
    throw new InvalidArgumentError("userId", "must be a non-empty string");
  }
}

/** @throws {InvalidArgumentError} unless it is a token response that can be kept and sent. */
export function checkToken(token: OAuthTokenResponse): void {
  if (typeof token?.accessToken !== "string" || !isToken(token.accessToken)) {
    throw new InvalidArgumentError("token", "must be a token response");
  }
  // RFC 6750: a token of another type would need more than a header.
  if (!/^bearer$/i.test(token.tokenType ?? "Bearer")) {
    throw new InvalidArgumentError("token", "must be a Bearer token");
  }
  const { refreshToken, expiresIn } = token as { refreshToken?: unknown; expiresIn?: unknown };
  if (typeof (refreshToken ?? "") !== "string") {
    throw new InvalidArgumentError("token", "has a refreshToken that is not a string");
  }
  const isLifetime = (expiresIn ?? 0) === 0 || toSeconds(expiresIn) !== undefined;
  if (!isLifetime) {
    const range = `0, or a number of seconds from 1 to ${longestLifetimeSeconds}`;
    throw new InvalidArgumentError("token", `has an expiresIn that is not ${range}`);
  }
}

function positive(field: string, value: number): number {
  if (value === 0) throw new InvalidArgumentError(field, "must be a positive number");
  return atLeastZero(field, value);
}

// A bound keeps products and sums of times exact: what is larger is a mistake.
function atLeastZero(field: string, value: number): number {
  if (typeof value !== "number" || !(value >= 0 && value <= longestLifetimeSeconds)) {
    throw new InvalidArgumentError(field, "must be a positive number");
  }
  return value;
}
