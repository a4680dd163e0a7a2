/** Who may use the admin API: whoever has its token. Guessing is counted by address, and each wrong guess is recorded. */

import type { FastifyRequest } from "fastify";
import { equalSecrets } from "../crypto/compare.js";
import { addressKey } from "../limits/address.js";
import type { AdminContext } from "./context.js";
import { AdminFault } from "./fault.js";

/** Wrong tokens that one address may send. */
const failures = { capacity: 20, periodSeconds: 900 };
/** Requests that one address may send. */
const requests = { capacity: 1200, periodSeconds: 60 };

/** Returns the Bearer token of a request (RFC 6750 §2.1). */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]+) *$/i.exec(headers.authorization ?? "")?.[1];
}

/** @throws {AdminFault} unless the request has the token, and its address has not failed too often. */
export async function requireToken(
  context: AdminContext,
  request: FastifyRequest,
  token: string,
): Promise<void> {
  const address = addressKey(context.addresses.of(request));
  const failed = { key: `admin-failed:${address}`, ...failures, now: context.now() };
  const left = await context.storage.takeFromBucket({ ...failed, cost: 0 });
  if (left.remaining < 1) throw tooMany(failures.periodSeconds);
  if (!equalSecrets(bearerOf(request) ?? "", token)) {
    await context.storage.takeFromBucket({ ...failed, cost: 1 });
    context.audit("admin_authentication_failed", { address: context.addresses.of(request) });
    throw new AdminFault("unauthorized", "Send the admin token as Authorization: Bearer.");
  }
  const state = await context.limiter.take(`admin:${address}`, requests);
  if (!state.allowed) throw tooMany(Math.ceil((state.resetAt - context.now()) / 1000));
}

function tooMany(retryAfterSeconds: number): AdminFault {
  return new AdminFault("too_many_requests", "Too many requests from this address.", retryAfterSeconds);
}
