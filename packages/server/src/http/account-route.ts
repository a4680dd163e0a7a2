/** `GET /v3/account`. */
import type { FastifyInstance } from "fastify";
import { accountResource } from "../accounts/account-resource.js";
import { callerAccount } from "./api-access.js";
import { queryParameters } from "./body.js";
import type { HttpContext } from "./context.js";
import { limitApiRequest } from "./rate-limits.js";
import { sendProblem } from "./responses.js";

/** Any one of these is enough (OpenAPI: `accountGet`). */
export const accountReadScopes = ["account_access", "basic_account_info"];

const text = { type: "string" };
const optionalText = { type: "string", nullable: true };
const flag = { type: "boolean" };
const count = { type: "integer" };
const object = (properties: Record<string, object>) => ({ type: "object", properties });

/** The answer, declared so that it need not be found out each time: `accountResource` says what is in it. */
const answer = object({
  account: object({
    account_id: text,
    email_address: text,
    is_locked: flag,
    is_paid_hs: flag,
    is_paid_hf: flag,
    quotas: object({
      api_signature_requests_left: count,
      documents_left: count,
      templates_total: count,
      templates_left: count,
      sms_verifications_left: count,
      num_fax_pages_left: count,
    }),
    callback_url: optionalText,
    role_code: optionalText,
    team_id: optionalText,
    locale: text,
    usage: object({ fax_pages_sent: count }),
    settings: object({ signer_access_codes: flag, sms_delivery: flag, sms_authentication: flag }),
  }),
});

export function accountRoutes(server: FastifyInstance, context: HttpContext): void {
  server.get("/v3/account", { schema: { response: { 200: answer } } }, async (request, reply) => {
    const account = await callerAccount(context, request, reply, accountReadScopes);
    if (account === undefined) return reply;
    await limitApiRequest(context, reply, account.id);
    const query = queryParameters(request);
    const [id, email] = [query.optional("account_id"), query.optional("email_address")];
    const other = id !== undefined ? id !== account.id : email !== undefined && email !== account.email;
    if (other)
      return sendProblem(request, reply, { status: 404, error: "not_found", description: "Not found." });
    return reply.header("cache-control", "no-store").send(accountResource(account));
  });
}
