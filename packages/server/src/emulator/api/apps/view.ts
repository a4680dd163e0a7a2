/** An app as the API answers it (OpenAPI: `ApiAppResponse`). */

import type { KeyRing } from "../../../crypto/key-ring.js";
import { unsealSecret } from "../../../oauth/client/authentication.js";
import type { Profile } from "../../../oauth/profile/profile.js";
import type { Account, App } from "../../../storage/port/records.js";
import type { AppSettings } from "./settings.js";

export interface AppSource {
  readonly app: App;
  readonly owner: Account | undefined;
  readonly settings: AppSettings;
}

/** @param viewerId the account that asks: only the owner is told the secret. */
export function apiAppView(
  { ring, profile }: { readonly ring: KeyRing; readonly profile: Profile },
  { app, owner, settings }: AppSource,
  viewerId: string,
) {
  const { domains, whiteLabeling, canInsertEverywhere } = settings;
  const [newest] = app.ownerId === viewerId ? app.secrets : [];
  return {
    client_id: app.clientId,
    name: app.name,
    created_at: Math.floor(app.createdAt / 1000),
    is_approved: app.approved,
    callback_url: app.eventCallbackUrl ?? null,
    domains,
    oauth:
      app.scopes.length === 0
        ? null
        : {
            callback_url: app.callbackUrls[0] ?? "",
            secret: newest === undefined ? null : unsealSecret(ring, app.clientId, newest),
            scopes: app.scopes,
            charges_users: app.scopes.some((scope) => profile.scopes[scope]?.charged === "user"),
          },
    options: canInsertEverywhere === undefined ? null : { can_insert_everywhere: canInsertEverywhere },
    owner_account: { account_id: app.ownerId, email_address: owner?.email ?? "" },
    white_labeling_options: whiteLabeling ?? null,
  };
}
