/** The admin API's routes, each behind the token. docs/admin-api.yaml describes them. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Build, secretsInUse, statusOf } from "../acts/status.js";
import type { AdminContext } from "../context.js";
import { requireToken } from "../token.js";
import { accountRoutes } from "./accounts.js";
import { appRoutes } from "./apps.js";
import { listRoutes } from "./lists.js";
import { revokeRoute } from "./revoke.js";
import type { Call, Route } from "./route.js";

export interface AdminApi {
  readonly token: string;
  readonly build: Build;
}

export function adminRoutes(
  server: FastifyInstance,
  context: AdminContext,
  { token, build }: AdminApi,
): void {
  server.register(async (api) => {
    api.addHook("onRequest", (request) => requireToken(context, request, token));
    const route: Route = (method, path, act) =>
      api.route({
        method,
        url: `/admin/v1${path}`,
        handler: async (request, reply) => {
          reply.header("cache-control", "no-store");
          return act(callOf(context, request, reply));
        },
      });
    route("GET", "/status", () => statusOf(context, build));
    route("GET", "/secrets", () => secretsInUse(context));
    appRoutes(route, context);
    accountRoutes(route, context);
    listRoutes(route, context);
    revokeRoute(route, context);
  });
}

function callOf(context: AdminContext, request: FastifyRequest, reply: FastifyReply): Call {
  const actor = { name: "api", address: context.addresses.of(request), request: request.id };
  const parts = request.params as Readonly<Record<string, string>>;
  return { actor, request, reply, body: request.body ?? {}, part: (name) => parts[name] ?? "" };
}
