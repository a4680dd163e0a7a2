/** JSON answers that nobody may store (RFC 6749 §5.1). */

import type { FastifyReply } from "fastify";

/**
 * Sends what is not to be stored (RFC 6749 §5.1) as JSON. Made here: a value that Fastify has to make text of takes a
 * longer way through it.
 */
export function sendJson(reply: FastifyReply, value: object): FastifyReply {
  return sendJsonText(reply, JSON.stringify(value));
}

/** As `sendJson`, for what is text already. */
export function sendJsonText(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("content-type", "application/json; charset=utf-8")
    .send(text);
}
