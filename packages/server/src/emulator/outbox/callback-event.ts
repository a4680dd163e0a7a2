/** The body of an event: what is told to the callback of an app or of an account. */

import type { Account, App } from "../../storage/port/records.js";
import { eventHash } from "./event-hash.js";

export interface Report {
  /** One of the event types of the API. */
  readonly type: string;
  /** Whose event it is: the sender of a request, the owner of an app. */
  readonly accountId: string;
  readonly clientId?: string | undefined;
  readonly signatureId?: string | undefined;
  readonly signatureRequestId?: string | undefined;
  /** Why, for events that tell of a failure. */
  readonly message?: string | undefined;
  /** What the event is about, beside the event itself. */
  readonly payload: object;
}

export interface Target {
  readonly clientId: string | undefined;
  readonly url: string | undefined;
  /** The account whose primary API key signs the event. */
  readonly keyOwner: string;
  /** For a message. */
  readonly whose: string;
}

export function targetOf(to: App | Account): Target {
  if ("clientId" in to)
    return {
      clientId: to.clientId,
      url: to.eventCallbackUrl,
      keyOwner: to.ownerId,
      whose: "the app's owner",
    };
  return { clientId: undefined, url: to.callbackUrl, keyOwner: to.id, whose: "the account" };
}

/** Returns the event with its payload. @param apiKey makes `event_hash`. @param now emulated milliseconds. */
export function callbackEvent(report: Report, to: App | Account, apiKey: string, now: number): object {
  const time = String(Math.floor(now / 1000));
  const forApp = "clientId" in to;
  return {
    event: {
      event_time: time,
      event_type: report.type,
      event_hash: eventHash(apiKey, time, report.type),
      event_metadata: {
        related_signature_id: report.signatureId ?? null,
        reported_for_account_id: forApp ? null : report.accountId,
        reported_for_app_id: forApp ? to.clientId : null,
        ...(report.message !== undefined && { event_message: report.message }),
      },
    },
    ...report.payload,
  };
}
