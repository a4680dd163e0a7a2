/** `/admin/v1/revoke`: the emergency act, as `countersign revoke`. */

import { findRevocation, revokeAll } from "../acts/revoke.js";
import type { AdminContext } from "../context.js";
import { flagIn, objectOf, textIn } from "../fields.js";
import type { Route } from "./route.js";

export function revokeRoute(route: Route, context: AdminContext): void {
  route("POST", "/revoke", async ({ actor, body }) => {
    const given = objectOf(body, ["account", "client_id", "everything"]);
    const found = await findRevocation(context, {
      account: textIn(given, "account"),
      clientId: textIn(given, "client_id"),
      everything: flagIn(given, "everything"),
    });
    return { revoked: found.name, ...(await revokeAll(context, actor, found)) };
  });
}
