/** Rate limits at the endpoints: the documented headers in both spellings, and the documented 429 object. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { hashed } from "../crypto/compare.js";
import { addressKey } from "../limits/address.js";
import type { LimitState } from "../limits/limiter.js";
import type { RateLimit } from "../limits/rate-limit.js";
import { Refusal } from "../oauth/refusal.js";
import { remembering } from "../remembering.js";
import type { HttpContext } from "./context.js";

/** Hashed, since a key is stored: who swaps the two credentials sends the secret as client_id. */
const clientKey = remembering((clientId) => `client:${hashed(clientId)}`);
const accountKey = remembering((accountId) => `account:${accountId}`);

/** @throws {Refusal} `rate_limited` when the app or the address has spent its limit at the token endpoints. */
export async function limitTokenRequest(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | undefined,
  more?: { readonly key: string; readonly limit: RateLimit },
): Promise<void> {
  const { address, client } = context.rateLimits;
  const from = addressKey(context.addresses.of(request));
  const first = more && (await context.limiter.take(`${more.key}:${from}`, more.limit));
  if (first?.allowed === false) return tell(context, reply, first);
  let state = address && (await context.limiter.take(`address:${from}`, address));
  // Keyed by address too: whoever knows a client_id must not be able to spend another's limit.
  if (client !== undefined && clientId !== undefined && state?.allowed !== false)
    state = await context.limiter.take(`${clientKey(clientId)}:${from}`, client);
  if (state !== undefined) tell(context, reply, state);
}

/** @throws {Refusal} `rate_limited` when the account has spent its limit of API requests. */
export async function limitApiRequest(
  context: HttpContext,
  reply: FastifyReply,
  accountId: string,
): Promise<void> {
  const { account } = context.rateLimits;
  if (account !== undefined) tell(context, reply, await context.limiter.take(accountKey(accountId), account));
}

/** Tells the caller where it stands, in the headers. @throws {Refusal} if the limit is spent. */
function tell(context: HttpContext, reply: FastifyReply, state: LimitState): void {
  const { allowed, limit, resetAt } = state;
  const remaining = String(state.remaining);
  reply.header("x-ratelimit-limit", String(limit));
  // The OpenAPI description says -remaining, the live service -limit-remaining.
  reply.header("x-ratelimit-remaining", remaining);
  reply.header("x-ratelimit-limit-remaining", remaining);
  reply.header("x-ratelimit-reset", String(Math.ceil(resetAt / 1000)));
  if (allowed) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((resetAt - context.now()) / 1000));
  throw new Refusal("rate_limited", `more than ${limit} requests in the period`, undefined, {
    retryAfterSeconds,
  });
}
