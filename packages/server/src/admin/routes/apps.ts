/** `/admin/v1/apps`. */

import {
  type AppAndSecret,
  addApp,
  appNamed,
  changeApp,
  deleteApp,
  expireOldSecrets,
  longestOverlapHours,
  rotateSecret,
  usualOverlapHours,
} from "../acts/apps.js";
import type { AdminContext } from "../context.js";
import { numberIn, objectOf } from "../fields.js";
import { appView } from "../views.js";
import type { Route } from "./route.js";

export function appRoutes(route: Route, context: AdminContext): void {
  route("POST", "/apps", async ({ actor, body, reply }) => {
    const made = await addApp(context, actor, body);
    reply.code(201);
    return withSecret(made);
  });
  route("GET", "/apps/:client_id", async ({ part }) => ({
    app: appView(await appNamed(context, part("client_id"))),
  }));
  route("PATCH", "/apps/:client_id", async ({ actor, body, part }) => {
    const changed = await changeApp(context, actor, part("client_id"), body);
    return { ...withSecret(changed), grants_revoked: changed.grantsRevoked };
  });
  route("DELETE", "/apps/:client_id", async ({ actor, part }) => {
    const { grantsRevoked } = await deleteApp(context, actor, part("client_id"));
    return { grants_revoked: grantsRevoked };
  });
  route("POST", "/apps/:client_id/rotate-secret", async ({ actor, body, part }) => {
    const given = objectOf(body, ["overlap_hours"]);
    const hours = numberIn(given, "overlap_hours", 0, longestOverlapHours) ?? usualOverlapHours;
    return withSecret(await rotateSecret(context, actor, part("client_id"), hours));
  });
  route("POST", "/apps/:client_id/expire-old-secrets", async ({ actor, body, part }) => {
    objectOf(body, []);
    return { ended: await expireOldSecrets(context, actor, part("client_id")) };
  });
}

function withSecret({ app, clientSecret }: AppAndSecret) {
  return { app: appView(app), ...(clientSecret !== undefined && { client_secret: clientSecret }) };
}
