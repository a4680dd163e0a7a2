/** The public names of the package. What is not listed here may change without notice. */
export {
  AccountApi,
  type AccountGetRequest,
  type AccountGetResponse,
  type AccountResponse,
} from "./account-api.js";
export {
  Configuration,
  type ConfigurationOptions,
  configure,
  type DebugEvent,
  type Fetch,
} from "./configuration.js";
export {
  ApiError,
  type ApiErrorDetails,
  CountersignError,
  type ErrorResponseInfo,
  InvalidArgumentError,
  InvalidResponseError,
  NetworkError,
  ResponseError,
  TimeoutError,
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
