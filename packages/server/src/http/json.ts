/** JSON: what comes is read to a bounded depth, and what goes is an answer that nobody may store (RFC 6749 §5.1). */

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

/** Deepest nesting of lists and objects that is read: whatever walks a value calls itself for each level. */
const deepestNesting = 64;

/**
 * Returns the value of a JSON text.
 * @throws {SyntaxError} also where it is nested deeper than anybody means. Its message completes "the body is …".
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError("not valid JSON");
  }
  if (isDeeper(value, deepestNesting)) {
    throw new SyntaxError(`nested more than ${deepestNesting} levels deep`);
  }
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}
