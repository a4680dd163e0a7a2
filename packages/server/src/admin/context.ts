/** What operators' acts are given, on the command line and by the admin API. */

import type { ClientAddresses } from "../http/client-address.js";
import type { Limiter } from "../limits/limiter.js";
import type { Log } from "../log.js";
import type { OAuthContext } from "../oauth/context.js";

/** What the acts themselves need. */
export type ActContext = Pick<OAuthContext, "profile" | "storage" | "ring" | "now" | "randomBytes">;

export interface AdminContext extends ActContext, Pick<OAuthContext, "audit"> {
  readonly log: Log;
  readonly addresses: ClientAddresses;
  readonly limiter: Limiter;
}
