/** `PUT /v3/account` and `POST /v3/account/verify`. */

import type { FastifyInstance } from "fastify";
import { accountResource } from "../../accounts/account-resource.js";
import { faultInEmail } from "../../accounts/create-account.js";
import { callerAccount } from "../../http/api-access.js";
import { readParameters } from "../../http/body.js";
import type { HttpContext } from "../../http/context.js";
import { serve } from "../../http/endpoint.js";
import { sendJson } from "../../http/json.js";
import { sendProblem } from "../../http/problem.js";
import { limitApiRequest } from "../../http/rate-limits.js";
import type { Parameters } from "../../oauth/parameters.js";
import { wordedRefusal } from "../../oauth/refusal.js";
import type { Account } from "../../storage/port/records.js";
import { emulatorEndpoints } from "../endpoints.js";

/** OpenAPI: `accountUpdate`, `accountVerify`, `accountCreate`. */
export const accountChangeScopes = ["account_access"];

/** @param callbackSet is told of an account that has a new callback; it must not reject. */
export function accountSettingsRoutes(
  server: FastifyInstance,
  context: HttpContext,
  callbackSet: (account: Account) => Promise<void>,
): void {
  serve(server, emulatorEndpoints.accountUpdate, async (request, reply) => {
    const account = await callerAccount(context, request, reply, accountChangeScopes);
    if (account === undefined) return reply;
    await limitApiRequest(context, reply, account.id);
    const parameters = await readParameters(request);
    const id = parameters.optional("account_id");
    if (id !== undefined && id !== account.id)
      return sendProblem(request, reply, { status: 404, error: "not_found", description: "Not found." });
    const changes = readChanges(parameters);
    await context.storage.updateAccount(account.id, changes);
    const changed = { ...account, ...changes };
    if (changes.callbackUrl !== undefined) void callbackSet(changed);
    return sendJson(reply, accountResource(changed));
  });

  serve(server, emulatorEndpoints.accountVerify, async (request, reply) => {
    const account = await callerAccount(context, request, reply, accountChangeScopes);
    if (account === undefined) return reply;
    await limitApiRequest(context, reply, account.id);
    const email = readEmail(await readParameters(request));
    const found = await context.storage.findAccountByEmail(email);
    return sendJson(reply, found ? { account: { email_address: found.email } } : {});
  });
}

function readChanges(parameters: Parameters): Partial<Pick<Account, "callbackUrl" | "locale">> {
  const callbackUrl = parameters.optional("callback_url");
  if (callbackUrl !== undefined && !/^https?:$/.test(protocolOf(callbackUrl)))
    throw wordedRefusal("parameter_malformed", "must be an http or https URL", "callback_url");
  const locale = readLocale(parameters);
  return { ...(callbackUrl !== undefined && { callbackUrl }), ...(locale !== undefined && { locale }) };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

/** @throws {Refusal} unless it is a language with a country, such as `en-US`. */
export function readLocale(parameters: Parameters): string | undefined {
  const locale = parameters.optional("locale");
  if (locale === undefined || /^[a-z]{2,3}-[A-Z]{2}$/.test(locale)) return locale;
  throw wordedRefusal("parameter_malformed", "must be a language and a country, such as en-US", "locale");
}

/** @throws {Refusal} unless it is an e-mail address. */
export function readEmail(parameters: Parameters): string {
  const email = parameters.required("email_address");
  const fault = faultInEmail(email);
  if (fault !== undefined) throw wordedRefusal("parameter_malformed", fault, "email_address");
  return email;
}
