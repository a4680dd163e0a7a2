/**
 * The errors this package throws, one class for each thing a caller can do about it.
 * None holds a token, a code or a secret in its message or in an enumerable field.
 */

import { retryAfterSeconds } from "./retry-after.js";
import { isInstance } from "./shared.js";

/** What an error was caused by. Written here because `ErrorOptions` is known only from the library of ES2022 on. */
export interface ErrorCause {
  /** The error behind this one. */
  cause?: unknown;
}

/**
 * The base of every error thrown by this package. `instanceof` holds between copies of the package too: between ES
 * modules and CommonJS, and between bundles.
 */
export class CountersignError extends Error {
  /** @internal */
  static readonly kind: string = "CountersignError";
  override readonly name: string = (this.constructor as typeof CountersignError).kind;

  constructor(message?: string, options?: ErrorCause) {
    super(message, options);
  }

  /** @internal */
  static override readonly [Symbol.hasInstance] = isInstance;
}

/** Thrown before anything is sent: a field is missing, of the wrong type or unusable. */
export class InvalidArgumentError extends CountersignError {
  /** @internal */
  static override readonly kind: string = "InvalidArgumentError";
  /** The name of the refused field, in camelCase. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
    this.field = field;
  }
}

/** What is known of an HTTP response that became an error. */
export interface ErrorResponseInfo {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** An error that came with an HTTP response. */
export class ResponseError extends CountersignError {
  /** @internal */
  static override readonly kind: string = "ResponseError";
  /** The HTTP status of the response. */
  readonly code: number;
  /** The response headers, names in lower case. Not enumerable, so that a logger does not print them. */
  declare readonly responseHeaders: Record<string, string>;
  /** The response body as text, with every secret that was sent replaced. Not enumerable. */
  declare readonly responseBody: string;

  constructor(message: string, response: ErrorResponseInfo) {
    super(message);
    this.code = response.statusCode;
    hide(this, "responseHeaders", response.headers);
    hide(this, "responseBody", response.body);
  }
}

/** The fields of either error shape of the API. */
export interface ApiErrorDetails {
  errorName?: string | undefined;
  errorMsg?: string | undefined;
  errorPath?: string | undefined;
}

/**
 * The server refused the request: any status outside 2xx and 3xx, or an error of OAuth in a 2xx without a token.
 * Both shapes are understood: the API's `{"error":{"error_name","error_msg"}}`
 * and RFC 6749 §5.2's `{"error","error_description"}`.
 */
export class ApiError extends ResponseError {
  /** @internal */
  static override readonly kind: string = "ApiError";
  /** The machine-readable name, for example `invalid_grant`; undefined when the body held none. */
  readonly errorName: string | undefined;
  /** The server's words for people; undefined when the body held none. */
  readonly errorMsg: string | undefined;
  /** The request field that is at fault, when the server said which. */
  readonly errorPath: string | undefined;
  /** Seconds to wait before the next try, from `Retry-After` in either form; undefined without one. */
  readonly retryAfterSeconds: number | undefined;

  constructor(details: ApiErrorDetails, response: ErrorResponseInfo) {
    const { errorName, errorMsg } = details;
    const words = [errorName, errorMsg].filter((part) => part !== undefined).join(": ");
    // One line of bounded length whatever the server wrote, so that it cannot forge lines of a log.
    const line = words.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").slice(0, 500);
    super(`HTTP ${response.statusCode} ${line}`.trimEnd(), response);
    this.errorName = errorName;
    this.errorMsg = errorMsg;
    this.errorPath = details.errorPath;
    this.retryAfterSeconds = retryAfterSeconds(response.headers);
  }
}

/** A response arrived that is not what the operation promises: not JSON, a field missing, a redirect, too large. */
export class InvalidResponseError extends ResponseError {
  /** @internal */
  static override readonly kind: string = "InvalidResponseError";
}

/**
 * No response arrived: refused connection, failed name lookup, broken connection. The message names the request's method
 * and address and what went wrong; what `fetch` threw is in `cause`.
 */
export class NetworkError extends CountersignError {
  /** @internal */
  static override readonly kind: string = "NetworkError";
  /** The system's word for the fault, for example `ECONNREFUSED`; undefined where the runtime gives none. */
  readonly code: string | undefined;

  constructor(message: string, options?: ErrorCause & { code?: string | undefined }) {
    super(message, options);
    this.code = options?.code;
  }
}

/** No complete response arrived in time, or a token store gave no answer. */
export class TimeoutError extends CountersignError {
  /** @internal */
  static override readonly kind: string = "TimeoutError";
  /** The limit that was exceeded, in milliseconds. */
  readonly timeoutMs: number;

  constructor(timeoutMs: number, what = "no complete response") {
    super(`${what} within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

function hide(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false, configurable: true, writable: false });
}

/** Why a callback was refused. */
export type CallbackRefusal =
  | "invalid_url"
  | "repeated_parameter"
  | "state_missing"
  | "state_mismatch"
  | "state_expired"
  | "state_used"
  | "issuer_mismatch"
  | "code_missing"
  | "authorization_error";

/** The callback is not to be trusted or not usable; nothing was exchanged. Start the login anew. */
export class CallbackError extends CountersignError {
  /** @internal */
  static override readonly kind: string = "CallbackError";
  readonly reason: CallbackRefusal;
  /** With `authorization_error`, the server's error (RFC 6749 §4.1.2.1), for example `server_error`. */
  readonly errorName: string | undefined;

  constructor(reason: CallbackRefusal, errorName?: string) {
    super(
      `callback refused: ${reason.replace(/_/g, " ")}${errorName === undefined ? "" : ` (${errorName})`}`,
    );
    this.reason = reason;
    this.errorName = errorName;
  }
}

/** Why a user has to authorize the app again. */
export type ReauthorizationReason =
  | "unknown_user"
  | "grant_refused"
  | "refresh_lost"
  | "revoked"
  | "no_refresh_token";

/**
 * There is no way to a valid token without the user: send them through the authorization again.
 * `refresh_lost` means that a process stopped between a refresh and its save and that the server would not repeat it.
 */
export class ReauthorizationRequired extends CountersignError {
  /** @internal */
  static override readonly kind: string = "ReauthorizationRequired";
  /** What to do. */
  readonly action = "reauthorize";
  readonly userId: string;
  readonly reason: ReauthorizationReason;

  constructor(userId: string, reason: ReauthorizationReason, options?: ErrorCause) {
    super(`the user must authorize the app again: ${reason.replace(/_/g, " ")}`, options);
    this.userId = userId;
    this.reason = reason;
  }
}

/** Why no token can be given at the moment. */
export type UnavailableReason = "server" | "store" | "save_failed" | "busy";

/** What `TemporarilyUnavailable` takes beside its reason. */
export interface UnavailableDetails extends ErrorCause {
  retryAfterSeconds?: number | undefined;
}

/** No valid token at the moment; the session is intact. Try again later. The fault is in `cause`. */
export class TemporarilyUnavailable extends CountersignError {
  /** @internal */
  static override readonly kind: string = "TemporarilyUnavailable";
  /** What to do. */
  readonly action = "retry";
  readonly userId: string;
  readonly reason: UnavailableReason;
  /** Seconds until the server is asked again: what its `Retry-After` says, or the keeper's own pause; undefined without one. */
  readonly retryAfterSeconds: number | undefined;

  constructor(userId: string, reason: UnavailableReason, details?: UnavailableDetails) {
    super(`no valid token at the moment: ${reason.replace(/_/g, " ")}`, details);
    this.userId = userId;
    this.reason = reason;
    this.retryAfterSeconds = details?.retryAfterSeconds;
  }
}

/**
 * What is stored for the user cannot be read: its encryption key is not in the ring, or it is damaged. Trying again does not
 * help; putting the key back does, and so does a new login: `save`, `revoke` and `forget` replace it. The fault is in `cause`.
 */
export class RecordUnreadable extends CountersignError {
  /** @internal */
  static override readonly kind: string = "RecordUnreadable";
  /** What to do. */
  readonly action = "restore_or_replace";
  readonly reason = "unreadable";
  readonly userId: string;

  constructor(userId: string, options?: ErrorCause) {
    super(
      "the stored token cannot be read: restore its key or its text, or have the user log in again, which replaces it",
      options,
    );
    this.userId = userId;
  }
}

/** Thrown by a store that has an entry and cannot make sense of it. With the version, the entry can be replaced. */
export class UnreadableEntryError extends CountersignError {
  /** @internal */
  static override readonly kind: string = "UnreadableEntryError";
  /** The version of the entry, as `read` would have returned it. */
  readonly entryVersion: number;

  constructor(message: string, entryVersion: number) {
    super(message);
    this.entryVersion = entryVersion;
  }
}

/** The server refused the app, not the user: check client id, secret and settings. The session is intact. */
export class ClientRejected extends CountersignError {
  /** @internal */
  static override readonly kind: string = "ClientRejected";
  /** What to do. */
  readonly action = "fix_configuration";
  readonly userId: string;

  constructor(userId: string, options?: ErrorCause) {
    super("the server refused the app's request; see the cause", options);
    this.userId = userId;
  }
}
