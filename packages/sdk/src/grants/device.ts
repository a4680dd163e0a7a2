/** The device grant (RFC 8628): a program without a browser gets its token when a person has allowed it elsewhere. */

import { type Configuration, type ConfigurationOptions, resolveConfiguration } from "../configuration.js";
import { ApiError, InvalidArgumentError, NetworkError, TimeoutError } from "../errors.js";
import type { OAuthTokenResponse } from "../models.js";
import { stopwatch, systemTimer, type Timer } from "../time.js";
import { toSeconds, toWire } from "../wire.js";
import { type GrantCallOptions, postForMembers, postForToken } from "./post.js";

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
/** RFC 8628 §3.2: where the server names none. */
const usualIntervalSeconds = 5;
/** RFC 8628 §3.5. */
const slowDownSeconds = 5;
/** The longest pause after answers that failed. */
const longestPauseSeconds = 60;

/** Who the device is. */
export interface DeviceClient {
  clientId: string;
  /** Left out only by a public app. */
  clientSecret?: string | undefined;
}

/** What the device asks for. */
export interface DeviceAuthorizationRequest extends DeviceClient {
  /** Scopes separated by spaces. @default all that the app has */
  scope?: string | undefined;
}

/** What to show to a person, and what to ask with. */
export interface DeviceAuthorization {
  /** A secret of the device: do not show or log it. */
  deviceCode: string;
  /** What the person types. */
  userCode: string;
  /** Where they type it. */
  verificationUri: string;
  /** The same with the code in it, for a QR code; absent where the server gives none. */
  verificationUriComplete?: string | undefined;
  /** Seconds from now until the codes expire. */
  expiresIn: number;
  /** Seconds between two questions. */
  interval: number;
}

/** How `pollDeviceToken` waits. */
export interface DevicePollOptions extends GrantCallOptions {
  /** The clock, in milliseconds since the epoch. @default Date.now */
  now?: (() => number) | undefined;
  /** Waits between two questions. @default the runtime's own timer */
  timer?: Timer | undefined;
}

/**
 * Begins the grant (RFC 8628 §3.1). Show `userCode` and `verificationUri`, then call `pollDeviceToken`.
 *
 * @throws {InvalidArgumentError} before anything is sent, when a field is missing or wrongly typed.
 * @throws {ApiError} for a refusal, `unauthorized_client` where the app may not have the grant.
 * @throws {InvalidResponseError} for an answer without its codes.
 * @throws {NetworkError} when no answer arrived, {TimeoutError} when none did in time.
 */
export async function startDeviceAuthorization(
  request: DeviceAuthorizationRequest,
  config?: Configuration | ConfigurationOptions | string,
  options?: GrantCallOptions,
): Promise<DeviceAuthorization> {
  const form = new URLSearchParams(
    toWire(request, [
      ["clientId", "client_id", true],
      ["clientSecret", "client_secret", false],
      ["scope", "scope", false],
    ]),
  );
  const path = "/oauth/device_authorization";
  const { members, fault } = await postForMembers(resolveConfiguration(config), path, form, options);
  const text = (name: string): string => {
    const value = members[name];
    if (typeof value !== "string" || value === "") throw fault(`${name} is missing`);
    return value;
  };
  const expiresIn = toSeconds(members.expires_in);
  if (expiresIn === undefined) throw fault("expires_in is missing");
  const complete = members.verification_uri_complete;
  return {
    deviceCode: text("device_code"),
    userCode: text("user_code"),
    verificationUri: text("verification_uri"),
    ...(typeof complete === "string" && { verificationUriComplete: complete }),
    expiresIn,
    interval: toSeconds(members.interval) ?? usualIntervalSeconds,
  };
}

/**
 * The token, once a person has allowed it. Asks at the server's interval, less often where it says `slow_down`, and less
 * often where it gives no answer (RFC 8628 §3.5); call it as soon as the codes are shown.
 *
 * @throws {InvalidArgumentError} before anything is sent, when a field is missing or wrongly typed.
 * @throws {ApiError} `access_denied` when the person refused, `expired_token` when nobody answered, or another refusal.
 * @throws {TimeoutError} when `expiresIn` has passed; or the reason of the signal, at once.
 * @throws {InvalidResponseError} for an answer that is no token.
 */
export async function pollDeviceToken(
  device: DeviceAuthorization,
  client: DeviceClient,
  config?: Configuration | ConfigurationOptions | string,
  options: DevicePollOptions = {},
): Promise<OAuthTokenResponse> {
  const { now = Date.now, timer = systemTimer, ...call } = options;
  const resolved = resolveConfiguration(config);
  const form = new URLSearchParams({
    grant_type: grantType,
    ...toWire(device, [["deviceCode", "device_code", true]]),
    ...toWire(client, [
      ["clientId", "client_id", true],
      ["clientSecret", "client_secret", false],
    ]),
  });
  const expiresMilliseconds = positive("expiresIn", device.expiresIn) * 1000;
  let interval = positive("interval", device.interval);
  const elapsed = stopwatch(now);
  let waitedMilliseconds = 0;
  for (let pause = interval; ; ) {
    waitedMilliseconds += pause * 1000;
    // By the clock or by the pauses, whichever is more: a clock that is set back ends no wait late.
    if (Math.max(elapsed() + pause * 1000, waitedMilliseconds) >= expiresMilliseconds)
      throw new TimeoutError(expiresMilliseconds, "nobody allowed the device");
    await wait(timer, pause * 1000, call.signal);
    try {
      return await postForToken(resolved, form, call);
    } catch (error) {
      if (isNamed(error, "slow_down")) interval += slowDownSeconds;
      else if (!isNamed(error, "authorization_pending")) {
        pause = afterFailure(error, pause);
        continue;
      }
      pause = interval;
    }
  }
}

const isNamed = (error: unknown, name: string): boolean =>
  error instanceof ApiError && error.errorName === name;

/** The pause after a question that got no answer, twice the last one. @throws what ends the asking. */
function afterFailure(error: unknown, pause: number): number {
  const waiting = error instanceof ApiError && (error.code === 429 || error.code >= 500);
  if (!waiting && !(error instanceof NetworkError) && !(error instanceof TimeoutError)) throw error;
  const asked = waiting ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.max(asked, Math.min(pause * 2, Math.max(pause, longestPauseSeconds)));
}

/** @throws {InvalidArgumentError} */
function positive(field: string, seconds: number): number {
  if (!(seconds > 0)) throw new InvalidArgumentError(field, "must be a positive number of seconds");
  return seconds;
}

/** @throws the reason of the signal, as soon as it is aborted. */
function wait(timer: Timer, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = timer(milliseconds, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
