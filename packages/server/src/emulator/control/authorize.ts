/** An authorization without a page, by the rules of the one with pages. */

import type { FastifyRequest } from "fastify";
import { type HttpContext, notesOf } from "../../http/context.js";
import { refusalCallback } from "../../oauth/authorize/code.js";
import { decide } from "../../oauth/authorize/consent.js";
import { readAuthorizationRequest } from "../../oauth/authorize/pushed-request.js";
import type { AuthorizationRequest } from "../../oauth/authorize/request.js";
import { knownClients } from "../../oauth/open-clients/open-clients.js";
import { Parameters } from "../../oauth/parameters.js";
import { publicError } from "../../oauth/profile/public-error.js";
import type { Refusal } from "../../oauth/refusal.js";
import type { Account } from "../../storage/port/records.js";
import { bodyFields, ControlFault, type Fields } from "./fields.js";
import { findAccount } from "./find.js";

/** What arrives at the app's callback. */
export interface AuthorizeOutcome {
  readonly callbackUrl: string;
  readonly code?: string;
  readonly state?: string | undefined;
  readonly error?: string;
  readonly errorDescription?: string;
}

const requestKeys = [
  "client_id",
  "state",
  "redirect_uri",
  "response_type",
  "scope",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
  "resource",
  "request_uri",
] as const;

/** @throws {ControlFault} where a person would see a page that goes nowhere. */
export async function authorizeHeadless(
  context: HttpContext,
  request: FastifyRequest,
): Promise<AuthorizeOutcome> {
  const fields = bodyFields(request, ["account", "decision", ...requestKeys]);
  const decision = fields.optionalChoice("decision", ["allow", "deny"]) ?? "allow";
  const validation = await readAuthorizationRequest(
    context,
    knownClients(context, "control API"),
    parametersOf(fields),
  );
  if (validation.outcome === "page") throw pageFault(context, request, validation.refusal);
  if (validation.outcome === "redirect") return refuse(context, request, validation, validation.refusal);
  const account = await findAccount(context, fields.text("account"));
  if (account.locked || account.confirmedAt === undefined)
    throw new ControlFault(
      `${account.email} cannot sign in: it is ${account.locked ? "locked" : "not confirmed"}`,
      "account",
    );
  const { clientId } = validation.request.app;
  Object.assign(notesOf(request), { clientId, accountId: account.id });
  return decideAs(context, request, signedInJustNow(validation.request), account, decision);
}

function parametersOf(fields: Fields): Parameters {
  const sent = requestKeys.flatMap((key): [string, unknown][] =>
    fields.has(key) ? [[key, fields.raw(key)]] : [],
  );
  const type: [string, unknown][] = fields.has("response_type") ? [] : [["response_type", "code"]];
  return Parameters.fromPairs([...sent, ...type]);
}

/** What `prompt=login` and `max_age` ask for is so. */
function signedInJustNow(wanted: AuthorizationRequest): AuthorizationRequest {
  return { ...wanted, prompt: wanted.prompt.filter((word) => word !== "login"), maxAgeSeconds: undefined };
}

/** Somebody who has just signed in is asked, and answers. */
async function decideAs(
  context: HttpContext,
  request: FastifyRequest,
  wanted: AuthorizationRequest,
  account: Account,
  choice: "allow" | "deny",
): Promise<AuthorizeOutcome> {
  const now = context.now();
  const session = { hash: "", accountId: account.id, authenticatedAt: now, expiresAt: now };
  const decision = await decide(context, wanted, { session, account }, { choice, shown: false });
  switch (decision.step) {
    case "code":
      return { callbackUrl: decision.callbackUrl, code: decision.code, state: wanted.state };
    case "refused":
      return refuse(context, request, wanted, decision.refusal);
    case "spent":
      throw pageFault(context, request, decision.refusal);
    default:
      throw new Error(`whoever has signed in and answered is not led to ${decision.step}`);
  }
}

function refuse(
  context: HttpContext,
  request: FastifyRequest,
  to: { redirectUri: string; state: string | undefined; app: { clientId: string } },
  refusal: Refusal,
): AuthorizeOutcome {
  const { reason, detail } = refusal;
  Object.assign(notesOf(request), { reason, detail, clientId: to.app.clientId });
  const { error, description } = publicError(context.profile, refusal);
  return {
    callbackUrl: refusalCallback(context, to, refusal),
    error,
    errorDescription: description,
    state: to.state,
  };
}

function pageFault(context: HttpContext, request: FastifyRequest, refusal: Refusal): ControlFault {
  const { reason, detail, parameter } = refusal;
  Object.assign(notesOf(request), { reason, detail });
  return new ControlFault(`${publicError(context.profile, refusal).description} (${detail})`, parameter);
}
