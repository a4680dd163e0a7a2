/** What a request was, in words. */

import type { Tone } from "../../pages/parts.js";
import type { RequestRecord } from "../requests/record.js";

type Titles = readonly [done: string, refused: string];

const titles: Readonly<Record<string, Titles>> = {
  authorize: ["Asked for access", "Authorization refused"],
  authorizeLogin: ["Signed in", "Sign-in failed"],
  authorizeSwitchAccount: ["Switched account", "Not switched"],
  authorizeDecide: ["Allowed: the code went to the callback", "Consent not given"],
  authorizeHeadless: ["Allowed without a page: a code was issued", "Authorization refused"],
  oauthTokenGenerate: ["Code exchanged for tokens", "Code refused"],
  oauthTokenRefresh: ["Access token refreshed", "Refresh refused"],
  accountGet: ["Account read", "Account not read"],
  accountUpdate: ["Account changed", "Account not changed"],
  accountVerify: ["Address looked up", "Address not looked up"],
  accountCreate: ["Account created for a person", "Account not created"],
  accountConfirmPage: ["Confirmation link opened", "Confirmation link refused"],
  accountConfirm: ["Account confirmed", "Account not confirmed"],
  revoke: ["Token revoked", "Revocation refused"],
  introspect: ["Token introspected", "Introspection refused"],
  metadata: ["Metadata read", "No metadata"],
  jwks: ["Keys read", "No keys"],
  connectedApps: ["Connected apps shown", "Connected apps not shown"],
  signatureRequestSend: ["Signature request sent", "Signature request not sent"],
  signatureRequestSendWithTemplate: ["Signature request sent", "Signature request not sent"],
  signatureRequestCreateEmbedded: ["Embedded signature request made", "Signature request not made"],
  signatureRequestCreateEmbeddedWithTemplate: [
    "Embedded signature request made",
    "Signature request not made",
  ],
  signatureRequestGet: ["Signature request read", "Signature request not read"],
  signatureRequestList: ["Signature requests listed", "Signature requests not listed"],
  signatureRequestCancel: ["Signature request canceled", "Signature request not canceled"],
  signatureRequestRemind: ["Signer reminded", "Signer not reminded"],
  signatureRequestUpdate: ["Signer changed", "Signer not changed"],
  signatureRequestRemove: ["Signature request removed", "Signature request not removed"],
  signatureRequestFiles: ["Files downloaded", "Files not downloaded"],
  signatureRequestFilesAsDataUri: ["Files downloaded as a data URI", "Files not downloaded"],
  signatureRequestFilesAsFileUrl: ["Address of the files given out", "Files not downloaded"],
  embeddedSignUrl: ["Address to sign at given out", "No address to sign at"],
  connectedAppsRevoke: ["Access removed by the person", "Access not removed"],
};

/** Whether it came out as the caller wished. */
export function succeeded(record: RequestRecord): boolean {
  const { status, reason } = record;
  return status !== undefined && status < 400 && reason === undefined;
}

export function titleOf(record: RequestRecord): string {
  const { operation, status, reason } = record;
  const done = succeeded(record);
  if (operation.startsWith("event:")) {
    return `Event ${operation.slice(6)} ${done ? "received" : "not received"} by the app`;
  }
  if (reason === "denied_by_user") return "The person said no";
  if (record.fault !== undefined && (reason === "fault_ordered" || reason === "rate_limited"))
    return "Injected fault";
  if (operation === "authorize" && done && status !== 200)
    return "Allowed before: the code went to the callback";
  const [yes, no] = titles[operation] ?? [
    "Answered",
    status === 404 ? "Nothing is at this address" : "Refused",
  ];
  if (done) return yes;
  return status === undefined ? "No answer was sent" : no;
}

export function toneOf(record: RequestRecord): Tone {
  if (!succeeded(record)) return record.reason === "denied_by_user" ? "note" : "bad";
  return record.operation.startsWith("authorize") || record.fault !== undefined ? "note" : "good";
}
