/** The event that tells an app that an account it made has been confirmed. */

import { accountResource } from "../../accounts/account-resource.js";
import type { Account } from "../../storage/storage.js";
import { eventHash } from "./event-hash.js";

export interface CallbackEvent {
  readonly event: {
    readonly event_time: string;
    readonly event_type: string;
    readonly event_hash: string;
    readonly event_metadata: {
      readonly related_signature_id: string | null;
      readonly reported_for_account_id: string | null;
      readonly reported_for_app_id: string | null;
    };
  };
  readonly account: ReturnType<typeof accountResource>["account"];
}

/** Returns the body of `account_confirmed`. @param apiKey the primary API key of the app's owner. */
export function accountConfirmedEvent(
  account: Account,
  clientId: string,
  apiKey: string,
  now: number,
): CallbackEvent {
  const time = String(Math.floor(now / 1000));
  const type = "account_confirmed";
  return {
    event: {
      event_time: time,
      event_type: type,
      event_hash: eventHash(apiKey, time, type),
      event_metadata: {
        related_signature_id: null,
        reported_for_account_id: null,
        reported_for_app_id: clientId,
      },
    },
    ...accountResource(account),
  };
}
