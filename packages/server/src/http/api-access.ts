/**
 * Who calls an API resource: an access token made for it (RFC 9700 §4.10), as Bearer (RFC 6750) or with a proof (RFC 9449),
 * or an API key (HTTP Basic, empty password).
 */

import type { FastifyReply, FastifyRequest } from "fastify";
import { accountOfApiKey } from "../accounts/api-keys.js";
import { dpopAlgorithms } from "../oauth/dpop/proof-keys.js";
import type { Profile } from "../oauth/profile/profile.js";
import { Refusal } from "../oauth/refusal.js";
import { openAccess, requireScope, type UserAccess } from "../oauth/tokens/access.js";
import type { Account } from "../storage/port/records.js";
import { type HttpContext, notesOf } from "./context.js";
import { checkUse } from "./dpop.js";
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
    return await authenticate(context, request, reply, anyOf);
  } catch (error) {
    const { refusal, problem } = refused(context, request, error);
    const challenges = challengesOf(context.profile, request, refusal, problem);
    reply.header("www-authenticate", [...challenges, apiKeyChallenge]);
    const description = usesApiKey(request) ? "Unauthorized api key" : problem.description;
    sendProblem(request, reply, { status: problem.status, error: problem.error, description });
    return undefined;
  }
}

/** Returns what the access token of a request gives, whatever its scopes; or undefined after it has sent the refusal. */
export async function callerAccess(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<UserAccess | undefined> {
  try {
    const access = await tokenAccess(context, request, reply);
    if (access !== undefined) return access;
    throw withoutToken(request.headers.authorization);
  } catch (error) {
    const { refusal, problem } = refused(context, request, error);
    reply.header("www-authenticate", challengesOf(context.profile, request, refusal, problem));
    sendProblem(request, reply, problem);
    return undefined;
  }
}

/** Records a refusal and returns how it is told. @throws {unknown} an error that is none. */
function refused({ profile }: HttpContext, request: FastifyRequest, error: unknown) {
  if (!(error instanceof Refusal)) throw error;
  Object.assign(notesOf(request), { reason: error.reason, detail: error.detail });
  return { refusal: error, problem: problemOf(profile, error) };
}

async function authenticate(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  anyOf: readonly string[],
): Promise<Account> {
  const access = await tokenAccess(context, request, reply);
  if (access !== undefined) {
    requireScope(access, anyOf);
    return access.account;
  }
  const header = request.headers.authorization;
  if (header !== undefined && usesApiKey(request)) return apiKeyAccount(context, request, header);
  throw withoutToken(header);
}

/** Returns what the access token of a request gives, or undefined where it has none. @throws {Refusal} */
async function tokenAccess(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<UserAccess | undefined> {
  const sent = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(request.headers.authorization ?? "");
  const [scheme, token] = [sent?.[1]?.toLowerCase() as "bearer" | "dpop" | undefined, sent?.[2]];
  if (scheme === undefined || token === undefined) return undefined;
  if (scheme === "dpop" && context.profile.dpop === "none") return undefined;
  const notes = notesOf(request);
  const access = await openAccess(context, token);
  await checkUse(context, request, reply, { scheme, token, access });
  // RFC 8707 §2: a token made for another resource server is not for this API.
  if (access.resource !== undefined)
    throw new Refusal("access_token_malformed", "the token is for another resource");
  notes.clientId = access.app.clientId;
  if (access.account === undefined)
    throw new Refusal("access_token_without_user", "the token is of the client credentials grant");
  notes.accountId = access.account.id;
  notes.familyId = access.familyId;
  return access;
}

function withoutToken(header: string | undefined): Refusal {
  if (header !== undefined && /^Bearer( |$)/i.test(header))
    return new Refusal("authorization_malformed", "the Authorization header is not Bearer and one token");
  if (header !== undefined && header !== "")
    return new Refusal("authorization_scheme_unknown", "the Authorization header is of another scheme");
  return new Refusal("access_token_missing", "no Authorization header was sent");
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

const apiKeyChallenge = 'Basic realm="API key as user name, empty password", charset="UTF-8"';

/**
 * RFC 6750 §3: without a token the challenge says no error; with one it says which. RFC 9449 §7.1: in the scheme that was
 * used, where it is one of this server's.
 */
function challengesOf(
  { apiRealm, errors, dpop }: Profile,
  request: FastifyRequest,
  refusal: Refusal,
  { error, description }: Problem,
): string[] {
  const usedProof = dpop !== "none" && /^DPoP( |$)/i.test(request.headers.authorization ?? "");
  const scope =
    refusal.reason === "access_token_scope" && refusal.parameter ? `, scope="${refusal.parameter}"` : "";
  const said = errors[refusal.reason].unnamed
    ? ""
    : `, error="${error}", error_description="${description}"${scope}`;
  const bearer = `Bearer realm="${apiRealm}"`;
  const bound = `DPoP realm="${apiRealm}", algs="${dpopAlgorithms.join(" ")}"`;
  if (usedProof || dpop === "required") return [bound + said];
  return refusal.reason === "access_token_binding" ? [bearer + said, bound] : [bearer + said];
}
