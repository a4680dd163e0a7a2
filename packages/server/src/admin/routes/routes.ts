/** The admin API's routes, each behind the token. */

import type { FastifyInstance } from "fastify";
import type { AdminContext } from "../context.js";
import { requireToken } from "../token.js";

export function adminRoutes(server: FastifyInstance, context: AdminContext, token: string): void {
  server.register(async (api) => {
    api.addHook("onRequest", (request) => requireToken(context, request, token));
    api.get("/admin/v1/status", async () => ({ profile: context.profile.name }));
  });
}
