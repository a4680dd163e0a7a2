/** `GET /v3/account`. */
import type { FastifyInstance } from "fastify";
import { accountResource } from "../accounts/account-resource.js";
import { callerAccount } from "./api-access.js";
import { queryParameters } from "./body.js";
import type { HttpContext } from "./context.js";
import { limitApiRequest } from "./rate-limits.js";
import { sendJson, sendProblem } from "./responses.js";

/** Any one of these is enough (OpenAPI: `accountGet`). */
export const accountReadScopes = ["account_access", "basic_account_info"];

export function accountRoutes(server: FastifyInstance, context: HttpContext): void {
  server.get("/v3/account", async (request, reply) => {
    const account = await callerAccount(context, request, reply, accountReadScopes);
    if (account === undefined) return reply;
    await limitApiRequest(context, reply, account.id);
    const query = queryParameters(request);
    const [id, email] = [query.optional("account_id"), query.optional("email_address")];
    const other = id !== undefined ? id !== account.id : email !== undefined && email !== account.email;
    if (other)
      return sendProblem(request, reply, { status: 404, error: "not_found", description: "Not found." });
    return sendJson(reply, accountResource(account));
  });
}
