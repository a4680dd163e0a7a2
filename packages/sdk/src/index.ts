/** The public names of the package. What is not listed here may change without notice. */
export type { AccessTokenOptions, AccessTokens } from "./access-tokens.js";
export {
  AccountApi,
  type AccountGetRequest,
  type AccountGetResponse,
  type AccountResponse,
  type Caller,
} from "./account-api.js";
export {
  AuthorizationFlow,
  type AuthorizationFlowOptions,
  type AuthorizationUrlRequest,
  authorizationUrl,
  type CallbackOutcome,
  codeChallenge,
} from "./authorization.js";
export type { AuthorizedFetch, AuthorizedFetchOptions } from "./authorized-fetch.js";
export {
  Configuration,
  type ConfigurationOptions,
  configure,
  type DebugEvent,
  type Fetch,
  type FetchInit,
  type FetchResponse,
} from "./configuration.js";
export { type DropboxSignApi, withTokenKeeper } from "./dropbox-sign.js";
export type { Bytes, RandomSource } from "./encoding.js";
export {
  ApiError,
  type ApiErrorDetails,
  CallbackError,
  type CallbackRefusal,
  ClientRejected,
  CountersignError,
  type ErrorCause,
  type ErrorResponseInfo,
  InvalidArgumentError,
  InvalidResponseError,
  NetworkError,
  type ReauthorizationReason,
  ReauthorizationRequired,
  RecordUnreadable,
  ResponseError,
  TemporarilyUnavailable,
  TimeoutError,
  type UnavailableDetails,
  type UnavailableReason,
  UnreadableEntryError,
} from "./errors.js";
export {
  type CallOptions,
  OAuthTokenGenerateRequest,
  OAuthTokenRefreshRequest,
  type OAuthTokenResponse,
  type OAuthTokenRevokeRequest,
  type WithHttpInfo,
} from "./models.js";
export { OAuthApi } from "./oauth-api.js";
export { isPrefetch, type RequestHeaders } from "./prefetch.js";
export {
  type CookieStateOptions,
  cookieState,
  type IssuedState,
  MemoryStateStore,
  type StateKeeper,
  type StateStore,
  type StoredStateOptions,
  storedState,
  type VerifiedState,
} from "./state.js";
export { MemoryTokenStore } from "./stores/memory.js";
export type { StoredEntry, TokenStore } from "./stores/store.js";
export type { Sleep, Timer } from "./time.js";
export { TokenKeeper } from "./token-keeper.js";
export type { TokenKeeperEvent, TokenKeeperOptions } from "./token-keeper-options.js";
