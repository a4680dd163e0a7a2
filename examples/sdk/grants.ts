import {
  clientCredentialsToken,
  pollDeviceToken,
  pushAuthorizationRequest,
  startDeviceAuthorization,
} from "@countersign/sdk/grants";
import { app, flow } from "./oauth.js";

/** A login whose request goes to the server itself; the callback is handled as ever. */
export async function pushedLogin(cookie: string | undefined) {
  const { url, setCookie } = await flow.begin({ binding: cookie });
  const pushed = await pushAuthorizationRequest(url, app, app.config);
  return { url: pushed.url, setCookie };
}

/** A login on a device without a browser. */
export async function deviceLogin(show: (words: string) => void, signal?: AbortSignal) {
  const device = await startDeviceAuthorization(app, app.config);
  show(`Open ${device.verificationUri} and type ${device.userCode}`);
  return pollDeviceToken(device, app, app.config, { signal });
}

/** A token of the app itself. */
export async function appToken() {
  return clientCredentialsToken(app, app.config);
}
