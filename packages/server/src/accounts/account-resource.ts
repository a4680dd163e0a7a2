/** The `account` object of the API (`AccountResponse` of the OpenAPI description). */

import type { Account } from "../storage/port/records.js";

/** Returns the response of `GET /v3/account`. Quotas are those of an account without a paid plan. */
export function accountResource(account: Account) {
  return {
    account: {
      account_id: account.id,
      email_address: account.email,
      is_locked: account.locked,
      is_paid_hs: false,
      is_paid_hf: false,
      quotas: {
        api_signature_requests_left: 0,
        documents_left: 3,
        templates_total: 0,
        templates_left: 0,
        sms_verifications_left: 0,
        num_fax_pages_left: 0,
      },
      callback_url: account.callbackUrl ?? null,
      role_code: null,
      team_id: null,
      locale: account.locale,
      usage: { fax_pages_sent: 0 },
      settings: { signer_access_codes: false, sms_delivery: false, sms_authentication: false },
    },
  };
}
