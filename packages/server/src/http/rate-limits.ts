/** Rate limits at the endpoints: the documented headers in both spellings, and the documented 429 object. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { hashed } from "../crypto/compare.js";
import { addressKey } from "../limits/address.js";
import type { LimitState } from "../limits/limiter.js";
import { Refusal } from "../oauth/error.js";
import type { HttpContext } from "./context.js";

/** @throws {Refusal} `rate_limited` when the app or the address has spent its limit at the token endpoints. */
export async function limitTokenRequest(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | undefined,
): Promise<void> {
  const { address, client } = context.rateLimits;
  if (address !== undefined)
    apply(context, reply, await context.limiter.take(`address:${addressKey(request.ip)}`, address));
  // Keyed by address too: whoever knows a client_id must not be able to spend another's limit.
  if (client !== undefined && clientId !== undefined) {
    // Hashed, since a key is stored: who swaps the two credentials sends the secret as client_id.
    const key = `client:${hashed(clientId)}:${addressKey(request.ip)}`;
    apply(context, reply, await context.limiter.take(key, client));
  }
}

/** @throws {Refusal} `rate_limited` when the account has spent its limit of API requests. */
export async function limitApiRequest(
  context: HttpContext,
  reply: FastifyReply,
  accountId: string,
): Promise<void> {
  const { account } = context.rateLimits;
  if (account !== undefined)
    apply(context, reply, await context.limiter.take(`account:${accountId}`, account));
}

function apply(context: HttpContext, reply: FastifyReply, state: LimitState): void {
  const resetSeconds = Math.ceil(state.resetAt / 1000);
  reply.header("x-ratelimit-limit", String(state.limit));
  // The OpenAPI description says -remaining, the live service -limit-remaining.
  reply.header("x-ratelimit-remaining", String(state.remaining));
  reply.header("x-ratelimit-limit-remaining", String(state.remaining));
  reply.header("x-ratelimit-reset", String(resetSeconds));
  if (state.allowed) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((state.resetAt - context.now()) / 1000));
  throw new Refusal(
    "rate_limited",
    `more than ${state.limit} requests in the period`,
    undefined,
    retryAfterSeconds,
  );
}
