/** A fault as it is ordered. */

import { eventOperation, type FaultEffect, type NewFault } from "../faults/fault.js";
import { eventTypes } from "../outbox/event-types.js";
import { faultable } from "../requests/operation.js";
import { ControlFault, type Fields } from "./fields.js";

export const faultKeys = [
  "kind",
  "operation",
  "client_id",
  "method",
  "path",
  "count",
  "skip",
  "delay",
  "status",
  "description",
  "body",
  "headers",
  "retry_after_seconds",
  "limit",
  "event",
] as const;

const kinds = [
  "error",
  "rate_limit",
  "quota",
  "drop",
  "lose_response",
  "malformed_json",
  "delay",
  "event_lost",
  "event_late",
  "event_twice",
  "event_out_of_order",
] as const;
type Kind = (typeof kinds)[number];

/** Keys that mean something for one kind alone. */
const keysOfKind: Readonly<Record<Kind, readonly string[]>> = {
  error: ["status", "description", "body", "headers"],
  rate_limit: ["retry_after_seconds", "limit"],
  quota: [],
  drop: [],
  lose_response: [],
  malformed_json: [],
  delay: [],
  event_lost: ["event"],
  event_late: ["event"],
  event_twice: ["event"],
  event_out_of_order: ["event"],
};

/** Keys that name a request, not an event. */
const requestKeys = ["operation", "method", "path"];

/** @throws {ControlFault} */
export function readFault(fields: Fields): NewFault {
  const kind = readKind(fields);
  const stray =
    Object.values(keysOfKind)
      .flat()
      .find((key) => fields.has(key) && !keysOfKind[kind].includes(key)) ??
    (isEventKind(kind) ? requestKeys.find((key) => fields.has(key)) : undefined);
  if (stray !== undefined) throw new ControlFault(`${stray} means nothing for the kind ${kind}`, stray);
  const event = fields.optionalChoice("event", eventTypes);
  return {
    match: {
      operation: event === undefined ? fields.optionalChoice("operation", faultable) : eventOperation(event),
      clientId: fields.optionalText("client_id"),
      method: fields.optionalText("method"),
      path: fields.optionalText("path"),
    },
    effect: readEffect(kind, fields),
    delayMilliseconds: fields.has("delay") && !isEventKind(kind) ? fields.duration("delay") : 0,
    skip: fields.optionalInteger("skip", 0, 1_000_000) ?? 0,
    count: readCount(fields),
  };
}

const isEventKind = (kind: Kind) => kind.startsWith("event_");

function readKind(fields: Fields): Kind {
  const named = fields.optionalChoice("kind", kinds);
  if ((named === "delay" || named === "event_late") && !fields.has("delay"))
    throw new ControlFault("delay is missing", "delay");
  if (named !== undefined) return named;
  if (fields.has("status")) return "error";
  if (fields.has("delay")) return "delay";
  throw new ControlFault(`kind is missing: one of ${kinds.join(", ")}`, "kind");
}

/** Once, unless it is said: a number, or `always`. */
function readCount(fields: Fields): number | undefined {
  if (fields.raw("count") === "always") return undefined;
  return fields.optionalInteger("count", 1, 1_000_000) ?? 1;
}

function readEffect(kind: Kind, fields: Fields): FaultEffect {
  if (kind === "rate_limit") {
    const asked = fields.optionalInteger("retry_after_seconds", 0, 86_400);
    // The vendor's newer description says that no Retry-After is sent: it is where a test asks for it by name.
    const when = { resetAfterSeconds: asked ?? 60, retryAfter: asked !== undefined };
    return { kind, ...when, limit: fields.optionalInteger("limit", 0, 1_000_000) };
  }
  if (kind === "event_late") return { kind, afterMilliseconds: fields.duration("delay") };
  if (kind !== "error") return { kind };
  return {
    kind,
    status: fields.optionalInteger("status", 200, 599) ?? 500,
    description: fields.optionalText("description"),
    body: fields.raw("body"),
    headers: readHeaders(fields.raw("headers")),
  };
}

function readHeaders(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : undefined;
  const good = entries?.every(
    ([name, text]) => /^[A-Za-z0-9-]+$/.test(name) && typeof text === "string" && /^[\x20-\x7e]*$/.test(text),
  );
  if (!good) throw new ControlFault("headers must be an object of header names and texts", "headers");
  return value as Record<string, string>;
}
