/**
 * The device grant (RFC 8628) up to a person's answer. A device that shows no browser gets a code for itself and a short
 * one that a person types elsewhere: one row, until it is answered or ten minutes have passed.
 */

import { hashed } from "../crypto/compare.js";
import type { KeyRing } from "../crypto/key-ring.js";
import type { App, Device, SessionView } from "../storage/port/records.js";
import { authenticateClient, type ClientCredentials } from "./client/authentication.js";
import type { OAuthContext } from "./context.js";
import { endpoints } from "./endpoints.js";
import { checkAllowed, isAllowed } from "./grant-types.js";
import type { Parameters } from "./parameters.js";
import { Refusal } from "./refusal.js";
import { sameResource } from "./resource.js";
import { scopesWithin } from "./scope.js";
import { readAppTokenRequest } from "./token/request.js";
import { isOpenTo } from "./tokens/family.js";

const deviceSeconds = 600;
const pollSeconds = 5;
/** §6.1: letters that are not mistaken for one another, and spell no words. */
const alphabet = "BCDFGHJKLMNPQRSTVWXZ";
const userCodeLetters = 8;
/** Another user code is made where one is taken; of 20^8 hardly ever. */
const mostTries = 5;
const bodyBytes = 30;
const macBytes = 16;
const prefix = "cs_dc_";

/** The answer of the endpoint (§3.2). */
export interface DeviceAuthorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

/** Begins the grant for a device. @throws {Refusal} */
export async function startDevice(
  context: OAuthContext,
  parameters: Parameters,
  credentials: ClientCredentials,
): Promise<DeviceAuthorization> {
  const app = await authenticateClient(context, credentials);
  checkAllowed(app, "device_code");
  const asked = readAppTokenRequest(context.profile, parameters);
  const scopes = scopesWithin(context.profile, app, asked.scopes);
  const resources = resourcesOf(app, asked.resources);
  const expiresAt = context.now() + deviceSeconds * 1000;
  const deviceCode = sealDeviceCode(context, expiresAt);
  const device = { hash: deviceHash(deviceCode), clientId: app.clientId, scopes, resources, expiresAt };
  const userCode = shownUserCode(await keepDevice(context, device));
  const page = `${context.issuer()}${endpoints.devicePage.path}`;
  return {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${userCode}`,
    expires_in: deviceSeconds,
    interval: pollSeconds,
  };
}

function resourcesOf(app: App, asked: readonly string[]): readonly string[] {
  const resources = asked.map((resource) => sameResource(app.resources, resource));
  if (resources.includes(undefined))
    throw new Refusal("resource_unknown", "the app is not registered for this resource", "resource");
  return [...new Set(resources as string[])];
}

async function keepDevice(
  { storage, ring, randomBytes }: OAuthContext,
  device: Omit<Device, "userKey">,
): Promise<string> {
  for (let tries = 0; tries < mostTries; tries++) {
    const userCode = newUserCode(randomBytes);
    const [userKey] = userKeysOf(ring, userCode) as [string];
    if (await storage.startDevice({ ...device, userKey, intervalSeconds: pollSeconds })) return userCode;
  }
  throw new Refusal("storage_busy", "no user code was free", undefined, { retryAfterSeconds: 5 });
}

function newUserCode(randomBytes: (count: number) => Buffer): string {
  let code = "";
  // Of 256 values 240 are as likely for each letter; the rest are thrown again.
  while (code.length < userCodeLetters)
    for (const byte of randomBytes(userCodeLetters))
      if (byte < 240 && code.length < userCodeLetters) code += alphabet.charAt(byte % alphabet.length);
  return code;
}

/** Returns a user code as people read it. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Returns the user code that somebody typed, in whatever case and with whatever between (§6.1); undefined if it is none. */
export function typedUserCode(typed: string | undefined): string | undefined {
  const letters = (typed ?? "")
    .slice(0, 40)
    .toUpperCase()
    .replace(/[\s.-]/g, "");
  return new RegExp(`^[${alphabet}]{${userCodeLetters}}$`).test(letters) ? letters : undefined;
}

/** What a device is found by: the database holds no user code that could be guessed from its digest. */
function userKeysOf(ring: KeyRing, userCode: string): string[] {
  return ring.lookups(`device ${userCode}`);
}

/** The time it ends is in the code itself: also long after, it is told apart from one that never was. */
function sealDeviceCode({ ring, randomBytes }: OAuthContext, expiresAt: number): string {
  const body = Buffer.alloc(bodyBytes);
  body.writeUIntBE(expiresAt, 0, 6);
  randomBytes(bodyBytes - 6).copy(body, 6);
  const mac = ring.mac("device-code", body).subarray(0, macBytes);
  return prefix + Buffer.concat([body, mac]).toString("base64url");
}

/** Returns when a device code ends, or undefined if this server did not make it. */
export function endOfDeviceCode(ring: KeyRing, code: string): number | undefined {
  const bytes = Buffer.from(code.slice(prefix.length), "base64url");
  if (!code.startsWith(prefix) || bytes.length !== bodyBytes + macBytes) return undefined;
  const body = bytes.subarray(0, bodyBytes);
  return ring.verifyMac("device-code", body, bytes.subarray(bodyBytes)) ? body.readUIntBE(0, 6) : undefined;
}

/** How a device code is stored. The digest of an authorization code never looks like it: neither passes for the other. */
export function deviceHash(deviceCode: string): string {
  return `device ${hashed(deviceCode)}`;
}

/** Returns the device that a typed code is for and its app; undefined where there is none that can be answered now. */
export async function deviceOf(
  { storage, ring, now }: OAuthContext,
  userCode: string,
): Promise<{ readonly device: Device; readonly app: App } | undefined> {
  const device = await storage.findDevice(userKeysOf(ring, userCode), now());
  const app = device && (await storage.findApp(device.clientId));
  if (device === undefined || app === undefined || app.disabled) return undefined;
  // The app may have lost some of it since the device began.
  const stillOf = (asked: readonly string[], those: readonly string[]) =>
    asked.every((one) => those.includes(one));
  const within = stillOf(device.scopes, app.scopes) && stillOf(device.resources, app.resources);
  return within && isAllowed(app, "device_code") ? { device, app } : undefined;
}

/** Answers for a person. Returns false where the device is gone, or was answered meanwhile. */
export async function decideDevice(
  context: OAuthContext,
  { device, app }: { readonly device: Device; readonly app: App },
  { account }: SessionView,
  choice: "allow" | "deny",
): Promise<boolean> {
  const allowed = choice === "allow" && isOpenTo(app, account.id);
  const done = await context.storage.decideDevice({
    userKey: device.userKey,
    accountId: allowed ? account.id : undefined,
    now: context.now(),
  });
  const who = { clientId: app.clientId, accountId: account.id, device: true };
  if (done) context.audit(allowed ? "consent_given" : "consent_denied", who);
  return done;
}
