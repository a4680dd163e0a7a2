/**
 * The public names of `@countersign/sdk/grants`: what a Countersign server offers in its standard profile, and the live
 * service does not. Beside the core, which every browser loads.
 */
export { type ClientCredentialsRequest, clientCredentialsToken } from "./grants/client-credentials.js";
export {
  type DeviceAuthorization,
  type DeviceAuthorizationRequest,
  type DeviceClient,
  type DevicePollOptions,
  pollDeviceToken,
  startDeviceAuthorization,
} from "./grants/device.js";
export type { GrantCallOptions } from "./grants/post.js";
export {
  type PushedAuthorization,
  type PushingClient,
  pushAuthorizationRequest,
} from "./grants/pushed-request.js";
