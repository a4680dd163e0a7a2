/** `GET /v3/account`. */

import type { FastifyInstance } from "fastify";
import { accountResource } from "../../accounts/account-resource.js";
import { endpoints } from "../../oauth/endpoints.js";
import type { Account } from "../../storage/port/records.js";
import { callerAccount } from "../api-access.js";
import type { HttpContext } from "../context.js";
import { serve } from "../endpoint.js";
import { sendJsonText } from "../json.js";
import { sendProblem } from "../problem.js";
import { limitApiRequest } from "../rate-limits.js";
import { queryParameters } from "../target.js";

/** Any one of these is enough (OpenAPI: `accountGet`). */
export const accountReadScopes = ["account_access", "basic_account_info"];

export function accountRoutes(server: FastifyInstance, context: HttpContext): void {
  serve(server, endpoints.account, async (request, reply) => {
    const account = await callerAccount(context, request, reply, accountReadScopes);
    if (account === undefined) return reply;
    await limitApiRequest(context, reply, account.id);
    const query = queryParameters(request);
    const [id, email] = [query.optional("account_id"), query.optional("email_address")];
    const other = id !== undefined ? id !== account.id : email !== undefined && email !== account.email;
    if (other)
      return sendProblem(request, reply, { status: 404, error: "not_found", description: "Not found." });
    return sendJsonText(reply, resourceText(account));
  });
}

const texts = new WeakMap<Account, string>();

/** A storage that hands the same account to many requests freezes it; so long its text is the same, too. */
function resourceText(account: Account): string {
  if (!Object.isFrozen(account)) return JSON.stringify(accountResource(account));
  const kept = texts.get(account);
  if (kept !== undefined) return kept;
  const text = JSON.stringify(accountResource(account));
  texts.set(account, text);
  return text;
}
