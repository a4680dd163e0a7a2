/** The device grant at the token endpoint (RFC 8628 §3.4, §3.5): a device asks until a person has answered. */

import { authenticateClient, type ClientCredentials } from "../client/authentication.js";
import type { OAuthContext } from "../context.js";
import { deviceHash, endOfDeviceCode } from "../device.js";
import type { Proof } from "../dpop/proof.js";
import { checkAllowed } from "../grant-types.js";
import { Refusal } from "../refusal.js";
import { isOpenTo } from "../tokens/family.js";
import { spendCode } from "./authorization-code.js";
import type { DeviceRequest } from "./request.js";
import type { TokenResponse } from "./response.js";

/** Gives a device its tokens once a person has allowed it; of any number of requests at once, one gets them. @throws {Refusal} */
export async function exchangeDeviceCode(
  context: OAuthContext,
  request: DeviceRequest,
  credentials: ClientCredentials,
  proof?: Proof,
): Promise<TokenResponse> {
  const app = await authenticateClient(context, credentials);
  checkAllowed(app, "device_code");
  const { clientId } = app;
  const now = context.now();
  const end = endOfDeviceCode(context.ring, request.deviceCode);
  const unknown = (detail: string) => new Refusal("device_code_unknown", detail, "device_code");
  if (end === undefined) throw unknown("this server did not make the device code");
  if (end <= now) throw new Refusal("device_code_expired", "nobody answered in time");
  const hash = deviceHash(request.deviceCode);
  const waiting = await context.storage.pollDevice({ hash, clientId, now });
  if (waiting === "pending") throw new Refusal("device_pending", "nobody has answered yet");
  if (waiting === "slow_down") throw new Refusal("device_slow_down", "asked again before the interval");
  if (waiting === "denied") throw new Refusal("device_denied", "the user chose deny");
  // It has become a code when it was allowed, in the same act that ended the waiting.
  const code = await context.storage.findCode(hash);
  if (code === undefined || code.clientId !== clientId)
    throw unknown("no such device code waits for this app");
  const usable = !code.accountLocked && isOpenTo(app, code.accountId);
  if (code.consumedAt === undefined && !usable)
    throw unknown("the account is locked, or the app not approved");
  return spendCode(context, { app, code, resources: request.resources, proof });
}
