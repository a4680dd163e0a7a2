/**
 * Who calls an API resource: a Bearer token (RFC 6750) made for it (RFC 9700 §4.10), or an API key (HTTP Basic, empty
 * password).
 */

import type { FastifyReply, FastifyRequest } from "fastify";
import { accountOfApiKey } from "../accounts/api-keys.js";
import type { Profile } from "../oauth/profile/profile.js";
import { Refusal } from "../oauth/refusal.js";
import { openAccess, requireScope } from "../oauth/tokens/access.js";
import type { Account } from "../storage/storage.js";
import { type HttpContext, notesOf } from "./context.js";
import { type Problem, problemOf, sendProblem } from "./problem.js";

/**
 * Returns the account a request acts for, or undefined after it has sent the refusal.
 * @param anyOf the scopes of which a token needs one.
 */
export async function callerAccount(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  anyOf: readonly string[],
): Promise<Account | undefined> {
  try {
    return await authenticate(context, request, anyOf);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const problem = problemOf(context.profile, error);
    Object.assign(notesOf(request), { reason: error.reason, detail: error.detail });
    reply.header("www-authenticate", challenge(context.profile, error, problem));
    const description = usesApiKey(request) ? "Unauthorized api key" : problem.description;
    sendProblem(request, reply, { status: problem.status, error: problem.error, description });
    return undefined;
  }
}

async function authenticate(
  context: HttpContext,
  request: FastifyRequest,
  anyOf: readonly string[],
): Promise<Account> {
  const header = request.headers.authorization;
  const notes = notesOf(request);
  const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header ?? "")?.[1];
  if (bearer !== undefined) {
    const access = await openAccess(context, bearer);
    // RFC 8707 §2: a token made for another resource server is not for this API.
    if (access.resource !== undefined)
      throw new Refusal("access_token_malformed", "the token is for another resource");
    notes.clientId = access.app.clientId;
    notes.accountId = access.account.id;
    notes.familyId = access.familyId;
    requireScope(access, anyOf);
    return access.account;
  }
  if (header !== undefined && usesApiKey(request)) return apiKeyAccount(context, request, header);
  if (header !== undefined && /^Bearer( |$)/i.test(header))
    throw new Refusal("authorization_malformed", "the Authorization header is not Bearer and one token");
  if (header !== undefined && header !== "")
    throw new Refusal("authorization_scheme_unknown", "the Authorization header is neither Bearer nor Basic");
  throw new Refusal("access_token_missing", "no Authorization header was sent");
}

async function apiKeyAccount(
  context: HttpContext,
  request: FastifyRequest,
  header: string,
): Promise<Account> {
  const key = apiKeyOf(header);
  const account = await accountOfApiKey(context.ring, context.storage, key);
  if (account === undefined) throw new Refusal("access_token_malformed", "no account has this API key");
  notesOf(request).accountId = account.id;
  if (account.locked) throw new Refusal("access_token_revoked", "the account is locked");
  return account;
}

/** RFC 7617 §2: an API key is the user name; the password is empty, and separated all the same. @throws {Refusal} */
function apiKeyOf(header: string): string {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined)
    throw new Refusal("access_token_malformed", "the Basic credentials are not base64");
  const [key = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  if (rest.length === 0)
    throw new Refusal("access_token_malformed", "the Basic credentials have no colon behind the API key");
  if (rest.join(":") !== "")
    throw new Refusal("access_token_malformed", "the Basic credentials have a password behind the API key");
  return key;
}

function usesApiKey(request: FastifyRequest): boolean {
  return /^Basic( |$)/i.test(request.headers.authorization ?? "");
}

/** RFC 6750 §3: without a token the challenge says no error; with one it says which. */
function challenge(
  { apiRealm, errors }: Profile,
  refusal: Refusal,
  { error, description }: Problem,
): string[] {
  const basic = 'Basic realm="API key as user name, empty password", charset="UTF-8"';
  if (errors[refusal.reason].unnamed) return [`Bearer realm="${apiRealm}"`, basic];
  const scope =
    refusal.reason === "access_token_scope" && refusal.parameter ? `, scope="${refusal.parameter}"` : "";
  return [`Bearer realm="${apiRealm}", error="${error}", error_description="${description}"${scope}`, basic];
}
